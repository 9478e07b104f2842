import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import { heldBytes } from '../../src/mirror/held-tail.ts';
import { GatehouseError } from '../../src/model/errors.ts';
import { blobKey } from '../../src/store/blobs.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import type { ObjectStore } from '../../src/store/object-store.ts';
import type { FaultPlan } from '../fakes/faults.ts';
import { startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel, openHouse, policyText } from '../fixtures/house.ts';
import { entriesOf, filesIn, subjectOf, take, until, wantedOf } from '../fixtures/taking.ts';

const MIB = 1024 * 1024;
const FROG = mitWheel({ name: 'frog', version: '1.0', sizeBytes: 3 * MIB });
const TAD = mitWheel({ name: 'tad', version: '1.0' });
const ALLOW = policyText(['frog', 'tad']);
/** What may leave of it before it is admitted. */
const FREE = FROG.bytes.length - heldBytes(FROG.bytes.length);
const WHEEL_OF_FROG = /^GET \/packages\/.*frog.*\.whl$/;

describe('an admission', () => {
  test('keeps bytes, evidence and ledger entry, and the next request asks nobody', async () => {
    await using index = await startFakeIndex({ artifacts: [FROG] });
    await using house = await openHouse({ index, policy: ALLOW });
    await house.view('frog');
    expect((await take(house, FROG)).bytes.equals(FROG.bytes)).toBe(true);
    const { policy } = house.mirror.status();
    expect(await entriesOf(house, 'admission')).toMatchObject([
      { subject: subjectOf(FROG), sizeBytes: FROG.bytes.length, policy: policy.digest },
    ]);
    index.forgetRequests();
    expect((await take(house, FROG)).bytes.equals(FROG.bytes)).toBe(true);
    expect(index.requests).toEqual([]);
    await until(async () => (await filesIn(house.quarantine)).length === 0);
  });

  test.each(['held-tail', 'verified-only'] as const)(
    'stands in the ledger before the held bytes leave (%s)',
    async (firstDelivery) => {
      await using index = await startFakeIndex({ artifacts: [FROG] });
      await using house = await openHouse({ index, policy: ALLOW, firstDelivery });
      const free = firstDelivery === 'held-tail' ? FREE : 0;
      const early: number[] = [];
      const taken = await take(house, FROG, {
        each: async (bytes) => {
          const admission = await house.mirror.ledger.findAdmission(subjectOf(FROG));
          if (bytes > free && admission === undefined) early.push(bytes);
        },
      });
      expect(taken.end).toBe('whole');
      expect(early).toEqual([]);
    },
  );

  test('is one for a hundred first requests, with one request upstream', async () => {
    await using index = await startFakeIndex({ artifacts: [FROG] });
    await using house = await openHouse({ index, policy: ALLOW });
    const all = await Promise.all(Array.from({ length: 100 }, () => take(house, FROG)));
    expect(all.every(({ bytes }) => bytes.equals(FROG.bytes))).toBe(true);
    expect(index.countOf(WHEEL_OF_FROG)).toBe(1);
    expect(await entriesOf(house, 'admission')).toHaveLength(1);
  });

  test('goes on when its only reader leaves', async () => {
    await using index = await startFakeIndex({
      artifacts: [FROG],
      wan: { latencyMs: 1, bytesPerSecond: 10 * MIB },
    });
    await using house = await openHouse({ index, policy: ALLOW });
    const opened = await house.mirror.open(wantedOf(FROG));
    if (opened.kind !== 'approved') throw new Error(opened.kind);
    {
      await using body = await opened.bytes();
      const { value } = await body.stream[Symbol.asyncIterator]().next();
      expect(value?.length).toBeGreaterThan(0);
    }
    await until(
      async () => (await house.mirror.ledger.findAdmission(subjectOf(FROG))) !== undefined,
    );
    expect(index.countOf(WHEEL_OF_FROG)).toBe(1);
  });

  test('is waited for by a range', async () => {
    await using index = await startFakeIndex({ artifacts: [FROG] });
    await using house = await openHouse({ index, policy: ALLOW });
    const range = { start: 1000, end: 2000 };
    const first: unknown[] = [];
    const taken = await take(house, FROG, {
      range,
      each: async () => first.push(await house.mirror.ledger.findAdmission(subjectOf(FROG))),
    });
    expect(taken.bytes.equals(Buffer.from(FROG.bytes.subarray(1000, 2000)))).toBe(true);
    expect(first[0]).toBeDefined();
  });

  test('is waited for where upstream does not say how long the artifact is', async () => {
    await using index = await startFakeIndex({ artifacts: [FROG] });
    index.fault({ match: WHEEL_OF_FROG, kind: 'no-length' });
    await using house = await openHouse({ index, policy: ALLOW });
    const first: unknown[] = [];
    const taken = await take(house, FROG, {
      each: async () => first.push(await house.mirror.ledger.findAdmission(subjectOf(FROG))),
    });
    expect(taken.bytes.equals(FROG.bytes)).toBe(true);
    expect(first[0]).toBeDefined();
  });
});

const FAULTS: readonly (readonly [string, FaultPlan])[] = [
  ['a bit flipped in the first MB', { match: WHEEL_OF_FROG, kind: 'flip-bit-first-mb' }],
  ['a bit flipped in the last MB', { match: WHEEL_OF_FROG, kind: 'flip-bit-last-mb' }],
  ['a connection that is cut', { match: WHEEL_OF_FROG, kind: 'cut' }],
  ['a cut in the last bytes', { match: WHEEL_OF_FROG, kind: 'cut', afterBytes: 3 * MIB }],
  ['a length too great', { match: WHEEL_OF_FROG, kind: 'wrong-length', differenceBytes: 9 }],
  ['a length too small', { match: WHEEL_OF_FROG, kind: 'wrong-length', differenceBytes: -9 }],
  ['404', { match: WHEEL_OF_FROG, kind: 'status', status: 404 }],
  ['403', { match: WHEEL_OF_FROG, kind: 'status', status: 403 }],
  ['500', { match: WHEEL_OF_FROG, kind: 'status', status: 500 }],
  ['no answer at all', { match: WHEEL_OF_FROG, kind: 'reset' }],
];

describe.each(['held-tail', 'verified-only'] as const)('nothing is admitted (%s)', (delivery) => {
  test.each(FAULTS)('of %s, and the next request tries again', async (_name, fault) => {
    await using index = await startFakeIndex({ artifacts: [FROG] });
    await using house = await openHouse({ index, policy: ALLOW, firstDelivery: delivery });
    index.fault(fault);
    const taken = await take(house, FROG);
    expect(taken.end).toBe('cut');
    expect(taken.error).toMatchObject({ code: expect.stringMatching(/^upstream-/) });
    expect(taken.bytes.length).toBeLessThanOrEqual(
      FROG.bytes.length - heldBytes(FROG.bytes.length),
    );
    await until(async () => (await filesIn(house.quarantine)).length === 0);
    expect(await entriesOf(house, 'admission')).toEqual([]);
    expect(await house.store.size(blobKey(subjectOf(FROG).sha256))).toBeUndefined();
    index.clearFaults();
    expect((await take(house, FROG)).bytes.equals(FROG.bytes)).toBe(true);
    expect(await entriesOf(house, 'admission')).toHaveLength(1);
  });
});

/** A store of which one operation fails while the test says so. */
function failing(operation: 'putFile' | 'swapPointer' | 'put'): {
  readonly store: ObjectStore;
  readonly state: { fails: boolean };
} {
  const inner = openMemoryStore();
  const state = { fails: false };
  function refuse(): void {
    if (state.fails) throw new GatehouseError('store-full', 'the store is full');
  }
  const store: ObjectStore = {
    ...inner,
    async put(key, content, options) {
      if (operation === 'put') refuse();
      return inner.put(key, content, options);
    },
    async putFile(key, path) {
      if (operation === 'putFile') refuse();
      return inner.putFile(key, path);
    },
    async swapPointer(key, expected, content) {
      if (operation === 'swapPointer' && key === 'head') refuse();
      return inner.swapPointer(key, expected, content);
    },
  };
  return { store, state };
}

describe('when there is no room', () => {
  test.each(['putFile', 'swapPointer', 'put'] as const)(
    'in the store (%s), the answer is cut and the next request tries again',
    async (operation) => {
      await using index = await startFakeIndex({ artifacts: [FROG] });
      const { store, state } = failing(operation);
      await using house = await openHouse({ index, policy: ALLOW, store });
      await house.walked();
      await house.view('frog');
      state.fails = true;
      const taken = await take(house, FROG);
      expect(taken).toMatchObject({ end: 'cut', error: { code: 'store-full' } });
      expect(taken.bytes.length).toBeLessThanOrEqual(FREE);
      await until(async () => (await filesIn(house.quarantine)).length === 0);
      state.fails = false;
      expect(await entriesOf(house, 'admission')).toEqual([]);
      expect((await take(house, FROG)).bytes.equals(FROG.bytes)).toBe(true);
    },
  );

  test('in quarantine, upstream is not even asked', async () => {
    await using index = await startFakeIndex({ artifacts: [FROG, TAD] });
    await using house = await openHouse({ index, policy: ALLOW, quarantineBytes: MIB });
    expect(await take(house, FROG)).toMatchObject({ end: 'cut', error: { code: 'store-full' } });
    expect(index.countOf(WHEEL_OF_FROG)).toBe(0);
    expect((await take(house, TAD)).end).toBe('whole');
  });
});

describe('what the store lost or damaged', () => {
  const { sha256 } = subjectOf(FROG);

  test.each([
    ['is gone', undefined],
    ['has another size', new Uint8Array(5)],
  ])('is fetched again where it %s, and is admitted once', async (_name, damage) => {
    await using index = await startFakeIndex({ artifacts: [FROG] });
    await using house = await openHouse({ index, policy: ALLOW });
    await take(house, FROG);
    await house.store.remove(blobKey(sha256));
    if (damage !== undefined) {
      await house.store.put(blobKey(sha256), damage, { durability: 'synced' });
    }
    expect((await take(house, FROG)).bytes.equals(FROG.bytes)).toBe(true);
    expect((await take(house, FROG)).bytes.equals(FROG.bytes)).toBe(true);
    expect(index.countOf(WHEEL_OF_FROG)).toBe(2);
    expect(await entriesOf(house, 'admission')).toHaveLength(1);
  });

  test.each([
    ['right', FROG.bytes],
    ['damaged', Uint8Array.from(FROG.bytes).fill(0, 0, 9)],
  ])('bytes without an admission, even %s ones, are not served', async (_name, bytes) => {
    await using index = await startFakeIndex({ artifacts: [FROG, TAD] });
    const store = openMemoryStore();
    await store.put(blobKey(sha256), bytes, { durability: 'synced' });
    await using house = await openHouse({ index, policy: policyText(['tad']), store });
    await house.walked();
    expect((await take(house, FROG)).end).toBe('refused');
    await house.activate(ALLOW);
    await until(async () => (await house.versions('frog')).approved.length > 0);
    expect((await take(house, FROG)).bytes.equals(FROG.bytes)).toBe(true);
    expect(index.countOf(WHEEL_OF_FROG)).toBe(1);
    expect((await take(house, FROG)).bytes.equals(FROG.bytes)).toBe(true);
  });
});

describe('an upstream with neither sidecars nor ranges', () => {
  test('is listed by what the wheels contain, of which only the facts are kept', async () => {
    const gpl = mitWheel({
      name: 'frog',
      version: '2.0',
      metadataOverride:
        'Metadata-Version: 2.4\nName: frog\nVersion: 2.0\nLicense-Expression: GPL-3.0-only\n',
    });
    await using index = await startFakeIndex({
      artifacts: [FROG, gpl],
      sidecars: false,
      ranges: false,
    });
    await using house = await openHouse({ index, policy: ALLOW });
    await house.walked();
    expect(await house.versions('frog')).toEqual({ approved: ['1.0'], refused: ['2.0'] });
    expect(await entriesOf(house, 'admission')).toEqual([]);
    expect(await house.store.size(blobKey(subjectOf(FROG).sha256))).toBeUndefined();
    expect(await filesIn(house.quarantine)).toEqual([]);
    expect(await house.mirror.openMetadata(wantedOf(FROG))).toMatchObject({
      kind: 'metadata',
      content: Uint8Array.from(FROG.metadata),
    });
    expect((await take(house, FROG)).bytes.equals(FROG.bytes)).toBe(true);
  });

  test('whose bytes are not those of its index has nothing to list', async () => {
    await using index = await startFakeIndex({ artifacts: [FROG], sidecars: false, ranges: false });
    index.fault({ match: WHEEL_OF_FROG, kind: 'flip-bit-last-mb' });
    await using house = await openHouse({ index, policy: ALLOW });
    await house.walked();
    expect((await house.versions('frog')).approved).toEqual([]);
  });
});

test('warming admits what is approved ahead of requests, and says what became of each', async () => {
  const newt = mitWheel({ name: 'newt', version: '1.0', sizeBytes: 1000 });
  await using index = await startFakeIndex({ artifacts: [FROG, TAD, newt] });
  index.fault({ match: /newt.*whl$/, kind: 'status', status: 404 });
  await using house = await openHouse({ index, policy: policyText(['frog', 'tad', 'newt']) });
  await take(house, TAD);
  const projects = [FROG, TAD, newt].map((wheel) => subjectOf(wheel).project);
  expect(await Array.fromAsync(house.mirror.warm(projects, 'pypi'))).toMatchObject([
    { filename: FROG.filename, outcome: 'admitted' },
    { filename: TAD.filename, outcome: 'present' },
    { filename: newt.filename, outcome: 'failed', reason: expect.stringContaining('404') },
  ]);
  index.forgetRequests();
  expect((await take(house, FROG)).bytes.equals(FROG.bytes)).toBe(true);
  expect(index.countOf(WHEEL_OF_FROG)).toBe(0);
});

test('closing a mirror ends the flights under way and clears quarantine', async () => {
  await using index = await startFakeIndex({
    artifacts: [FROG],
    wan: { latencyMs: 1, bytesPerSecond: 100_000 },
  });
  const house = await openHouse({ index, policy: ALLOW });
  const taken = take(house, FROG);
  await until(() => index.countOf(WHEEL_OF_FROG) > 0);
  await sleep(50);
  await house.mirror[Symbol.asyncDispose]();
  expect(await filesIn(house.quarantine)).toEqual([]);
  expect((await taken).end).toBe('cut');
  await house[Symbol.asyncDispose]();
});
