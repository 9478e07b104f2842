import { randomBytes } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { createLedgerKey, parseLedgerKey } from '../../src/ledger/checkpoint.ts';
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts';
import { enterRevocation, readRevocations } from '../../src/mirror/revoke.ts';
import { GatehouseError } from '../../src/model/errors.ts';
import type { Revocation } from '../../src/model/revocation.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import type { ObjectStore } from '../../src/store/object-store.ts';
import { type FakeIndex, startFakeIndex } from '../fakes/upstream.ts';
import { type House, mitWheel, NOON, openHouse, policyText } from '../fixtures/house.ts';
import { entriesOf, filesIn, subjectOf, take, until } from '../fixtures/taking.ts';

const MIB = 1024 * 1024;
const FROG = mitWheel({ name: 'frog', version: '1.0', sizeBytes: 4 * MIB });
const POND = mitWheel({ name: 'pond', version: '1.0' });
const ALLOW = policyText(['frog', 'pond']);
const SUBJECT = subjectOf(FROG);

const BYTES: Revocation = {
  what: { kind: 'bytes', sha256: SUBJECT.sha256 },
  reason: 'malware',
  actor: 'ann',
  time: NOON,
};
const RELEASE: Revocation = {
  ...BYTES,
  what: { kind: 'release', project: SUBJECT.project, version: '1.0' },
};

/** The ledger as another process has it open. */
async function elsewhere(store: ObjectStore): Promise<Ledger> {
  return openLedger({
    store,
    key: parseLedgerKey(createLedgerKey((sizeBytes) => new Uint8Array(sizeBytes).fill(7))),
    origin: 'gatehouse.test',
    actor: 'cli:ann',
    clock: () => NOON,
    random: randomBytes,
  });
}

/** An index from which a wheel takes a second or so. */
async function slowIndex(): Promise<FakeIndex> {
  return startFakeIndex({
    artifacts: [FROG, POND],
    wan: { latencyMs: 1, bytesPerSecond: 8 * MIB },
  });
}

/** Does something once while the wheel is on its way, and gives how asking for it ended. */
async function during(house: House, act: () => Promise<unknown>) {
  const taking = take(house, FROG);
  await until(async () => (await filesIn(house.quarantine)).length > 0);
  await act();
  return taking;
}

/** Does something once when the first bytes have come, and gives how asking for the wheel ended. */
async function whileReading(house: House, act: () => Promise<unknown>) {
  let acted: Promise<unknown> | undefined;
  const taken = await take(house, FROG, { each: () => (acted ??= act()) });
  await acted;
  return taken;
}

describe('a revocation during an admission', () => {
  test.each([
    ['of the bytes', BYTES],
    ['of the release', RELEASE],
  ])('%s cuts the stream and admits nothing', async (_name, revocation) => {
    await using index = await slowIndex();
    await using house = await openHouse({ index, policy: ALLOW });
    const taken = await during(house, () => house.mirror.revoke(revocation));
    expect(taken).toMatchObject({ end: 'cut', error: { code: 'artifact-refused' } });
    expect(taken.bytes.length).toBeLessThan(FROG.bytes.length - MIB + 1);
    expect(await entriesOf(house, 'admission')).toEqual([]);
    expect((await take(house, FROG)).end).toBe('refused');
    await until(async () => (await filesIn(house.quarantine)).length === 0);
  });

  test('by another process counts at the moment of admission, before anybody has followed it', async () => {
    await using index = await startFakeIndex({ artifacts: [FROG] });
    const store = openMemoryStore();
    let entered = false;
    const racing: ObjectStore = {
      ...store,
      // The bytes are kept right before the admission is entered.
      async putFile(key, path) {
        const outcome = await store.putFile(key, path);
        await enterRevocation({ store, ledger: await elsewhere(store) }, BYTES);
        entered = true;
        return outcome;
      },
    };
    await using house = await openHouse({ index, policy: ALLOW, store: racing });
    await house.walked();
    expect(await take(house, FROG)).toMatchObject({
      end: 'cut',
      error: { code: 'artifact-refused' },
    });
    expect(entered).toBe(true);
    expect(await entriesOf(house, 'admission')).toEqual([]);
    expect(await entriesOf(house, 'refusal')).toMatchObject([{ codes: ['revoked/bytes'] }]);
  });

  test('of something else does not disturb it', async () => {
    await using index = await slowIndex();
    await using house = await openHouse({ index, policy: ALLOW });
    const other: Revocation = { ...BYTES, what: { kind: 'bytes', sha256: subjectOf(POND).sha256 } };
    const taken = await during(house, () => house.mirror.revoke(other));
    expect(taken.bytes.equals(FROG.bytes)).toBe(true);
    const { revocations } = house.mirror.ledger.head().state;
    expect(await entriesOf(house, 'admission')).toMatchObject([{ revocations }]);
  });
});

describe('a revocation of what is admitted', () => {
  test('cuts a stream from the store that is under way', async () => {
    await using index = await startFakeIndex({ artifacts: [FROG] });
    await using house = await openHouse({ index, policy: ALLOW });
    await take(house, FROG);
    const taken = await whileReading(house, () => house.mirror.revoke(BYTES));
    expect(taken).toMatchObject({ end: 'cut', error: { code: 'artifact-refused' } });
    expect(taken.bytes.length).toBeLessThanOrEqual(FROG.bytes.length - MIB);
  });

  test('cuts a reader who is still behind when the flight has long landed', async () => {
    await using index = await startFakeIndex({ artifacts: [FROG] });
    await using house = await openHouse({ index, policy: ALLOW });
    const taken = await whileReading(house, async () => {
      const { ledger } = house.mirror;
      await until(async () => (await ledger.findAdmission(SUBJECT)) !== undefined);
      await until(async () => (await filesIn(house.quarantine)).length === 0);
      await house.mirror.revoke(BYTES);
    });
    expect(taken.end).toBe('cut');
    expect(taken.bytes.length).toBeLessThanOrEqual(FROG.bytes.length - MIB);
  });

  test('by another process arrives within two seconds, on pages and files, and outlives a restart', async () => {
    await using index = await startFakeIndex({ artifacts: [FROG] });
    const store = openMemoryStore();
    const first = await openHouse({ index, policy: ALLOW, store });
    await take(first, FROG);
    await enterRevocation({ store, ledger: await elsewhere(store) }, BYTES);
    const started = performance.now();
    await until(async () => (await take(first, FROG)).end === 'refused');
    expect(performance.now() - started).toBeLessThan(2000);
    expect((await first.versions('frog')).approved).toEqual([]);
    await first[Symbol.asyncDispose]();
    await using house = await openHouse({ index, policy: ALLOW, store });
    expect((await take(house, FROG)).end).toBe('refused');
  });

  test('takes effect while the store is away, and stays when others are followed', async () => {
    await using index = await startFakeIndex({ artifacts: [FROG, POND] });
    const inner = openMemoryStore();
    let isAway = false;
    const store: ObjectStore = {
      ...inner,
      async swapPointer(key, expected, content) {
        if (isAway) throw new GatehouseError('store-unavailable', 'away');
        return inner.swapPointer(key, expected, content);
      },
    };
    await using house = await openHouse({ index, policy: ALLOW, store });
    await take(house, FROG);
    isAway = true;
    await expect(house.mirror.revoke(BYTES)).rejects.toMatchObject({ code: 'store-unavailable' });
    expect((await take(house, FROG)).end).toBe('refused');
    isAway = false;
    const other: Revocation = { ...BYTES, what: { kind: 'bytes', sha256: subjectOf(POND).sha256 } };
    await enterRevocation({ store: inner, ledger: await elsewhere(inner) }, other);
    await until(async () => (await take(house, POND)).end === 'refused');
    expect((await take(house, FROG)).end).toBe('refused');
  });
});

describe('the list of revocations', () => {
  test('has each of several at once, each once, however odd its reason', async () => {
    await using index = await startFakeIndex({ artifacts: [FROG, POND] });
    await using house = await openHouse({ index, policy: ALLOW });
    await house.walked();
    const odd = { ...RELEASE, reason: `\u0000\ud800"${'😀'.repeat(2000)}` };
    await Promise.all([BYTES, odd, BYTES].map((one) => house.mirror.revoke(one)));
    const { revocations } = house.mirror.ledger.head().state;
    expect(await readRevocations(house.store, revocations)).toHaveLength(2);
    expect(await entriesOf(house, 'revocations')).toHaveLength(2);
  });

  test('that vanished from the store is an error, not an empty list', async () => {
    const store = openMemoryStore();
    await expect(readRevocations(store, SUBJECT.sha256)).rejects.toMatchObject({
      code: 'store-corrupt',
    });
  });
});

describe('a policy that changes during an admission', () => {
  test('admits nothing that it denies', async () => {
    await using index = await slowIndex();
    await using house = await openHouse({ index, policy: ALLOW });
    const taken = await during(house, () => house.activate(policyText(['frog >=2', 'pond'])));
    expect(taken.end).toBe('cut');
    expect(await entriesOf(house, 'admission')).toEqual([]);
  });

  test('is the one by which the admission is entered', async () => {
    await using index = await slowIndex();
    await using house = await openHouse({ index, policy: ALLOW });
    const taken = await during(house, () => house.activate(policyText(['frog >=1', 'pond'])));
    expect(taken.bytes.equals(FROG.bytes)).toBe(true);
    const { policy } = house.mirror.status();
    expect(await entriesOf(house, 'admission')).toMatchObject([{ policy: policy.digest }]);
  });

  test('is waited for where another process activated it', async () => {
    await using index = await slowIndex();
    const store = openMemoryStore();
    await using house = await openHouse({ index, policy: ALLOW, store });
    await using other = await openHouse({ index, policy: ALLOW, store });
    await Promise.all([house.walked(), other.walked()]);
    const taken = await during(house, () => other.activate(policyText(['frog >=1', 'pond'])));
    expect(taken.bytes.equals(FROG.bytes)).toBe(true);
    const { policy } = other.mirror.status();
    expect(await entriesOf(house, 'admission')).toMatchObject([{ policy: policy.digest }]);
  });

  test('is not guessed at where this process cannot read it', async () => {
    await using index = await startFakeIndex({ artifacts: [FROG] });
    const store = openMemoryStore();
    await using house = await openHouse({ index, policy: ALLOW, store });
    await house.walked();
    const ledger = await elsewhere(store);
    await ledger.append(() => ({
      entries: [{ kind: 'policy', policy: SUBJECT.sha256 }],
    }));
    expect(await take(house, FROG)).toMatchObject({ end: 'cut', error: { code: 'not-ready' } });
    expect(await entriesOf(house, 'admission')).toEqual([]);
  });
});
