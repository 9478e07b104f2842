import { describe, expect, test } from 'vitest';

import { readBlob, blobKey } from '../../src/store/blobs.ts';
import { readEvidence } from '../../src/store/facts.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import type { ObjectStore } from '../../src/store/object-store.ts';
import { type FakeIndex, startFakeIndex } from '../fakes/upstream.ts';
import { type House, mitWheel, openHouse, policyText } from '../fixtures/house.ts';
import { entriesOf, filesIn, subjectOf, take, until } from '../fixtures/taking.ts';
import type { FixtureWheel } from '../fixtures/wheels.ts';
import { noise, sha256Of } from '../fixtures/wheels.ts';

const MIB = 1024 * 1024;
const GOOD = mitWheel({ name: 'frog', version: '1.0' });
const ALLOW = policyText(['frog']);

/** Lists other metadata than it holds. */
const LIAR = mitWheel({ name: 'frog', version: '2.0', sizeBytes: 2 * MIB });
const LIAR_LISTED = {
  ...LIAR,
  metadata: mitWheel({ name: 'frog', version: '2.0', requiresPython: '>=3.8' }).metadata,
};
/** Is no archive at all, behind an impeccable sidecar. */
const NOISE_BYTES = noise(2 * MIB);
const NOISE: FixtureWheel = { ...LIAR, bytes: NOISE_BYTES, sha256: sha256Of(NOISE_BYTES) };

async function listed(house: House): Promise<readonly string[]> {
  return (await house.versions('frog')).approved;
}

async function openOn(index: FakeIndex, store = openMemoryStore()): Promise<House> {
  return openHouse({ index, policy: ALLOW, store });
}

describe.each([
  ['other metadata than was listed', LIAR_LISTED, 'hash/metadata-mismatch'],
  ['an archive that cannot be read', NOISE, 'archive/refused'],
])('contents with %s', (_name, wheel, code) => {
  const subject = subjectOf(wheel);

  test.each(['held-tail', 'verified-only'] as const)(
    'are refused with the reason on the page before the refusal is sent (%s)',
    async (firstDelivery) => {
      await using index = await startFakeIndex({ artifacts: [GOOD, wheel] });
      await using house = await openHouse({ index, policy: ALLOW, firstDelivery });
      await house.walked();
      expect(await listed(house)).toEqual(['1.0', '2.0']);
      const taken = await take(house, wheel);
      expect(taken).toMatchObject({ end: 'cut', error: { code: 'artifact-refused' } });
      expect(taken.bytes.length).toBeLessThanOrEqual(wheel.bytes.length - MIB);
      const { entries } = await house.view('frog');
      const refused = entries.find(({ version }) => version === '2.0');
      expect(refused).toMatchObject({ kind: 'refused' });
      expect(refused?.findings.map((finding) => finding.code)).toContain(code);
      expect((await take(house, wheel)).end).toBe('refused');
      expect((await take(house, GOOD)).end).toBe('whole');
    },
  );

  test('are entered once with their evidence, and neither kept nor fetched again', async () => {
    await using index = await startFakeIndex({ artifacts: [GOOD, wheel] });
    await using house = await openOn(index);
    const all = await Promise.all(Array.from({ length: 10 }, () => take(house, wheel)));
    expect(new Set(all.map(({ end }) => end))).toEqual(new Set(['cut']));
    await take(house, wheel);
    expect(index.countOf(/frog-2.*whl$/)).toBe(1);
    const stored = await readEvidence(house.store, subject.sha256);
    const refusals = await entriesOf(house, 'refusal');
    expect(refusals).toMatchObject([
      { subject, evidence: stored?.digest, codes: expect.arrayContaining([code]) },
    ]);
    expect(await entriesOf(house, 'admission')).toEqual([]);
    expect(await house.store.size(blobKey(subject.sha256))).toBeUndefined();
    await until(async () => (await filesIn(house.quarantine)).length === 0);
  });

  test('are withdrawn until a catalogue contains it', async () => {
    await using index = await startFakeIndex({ artifacts: [GOOD, wheel] });
    await using house = await openOn(index);
    await house.walked();
    await take(house, wheel);
    const [refusal] = await entriesOf(house, 'refusal');
    expect(await withdrawnNames(house.store, refusal?.withdrawn)).toEqual([subject.filename]);
    await until(async () => {
      const { withdrawn } = (await house.mirror.ledger.refresh()).state;
      return (await withdrawnNames(house.store, withdrawn)).length === 0;
    });
    expect(await listed(house)).toEqual(['1.0']);
  });

  test('are refused after a restart, although the catalogue in force lists them', async () => {
    await using index = await startFakeIndex({ artifacts: [GOOD, wheel] });
    const store = withoutSeals();
    const first = await openOn(index, store.store);
    await first.walked();
    store.stopSealing();
    await take(first, wheel);
    await first[Symbol.asyncDispose]();
    await index.stop();
    await using house = await openOn(index, store.store);
    expect(await listed(house)).toEqual(['1.0']);
    expect((await take(house, wheel)).end).toBe('refused');
    expect(await entriesOf(house, 'refusal')).toHaveLength(1);
  });

  test('leave the pages of another process on the same store', async () => {
    await using index = await startFakeIndex({ artifacts: [GOOD, wheel] });
    const store = openMemoryStore();
    await using one = await openOn(index, store);
    await using other = await openOn(index, store);
    await Promise.all([one.walked(), other.walked()]);
    expect(await listed(other)).toEqual(['1.0', '2.0']);
    await take(one, wheel);
    await until(async () => (await listed(other)).length === 1);
    expect((await take(other, wheel)).end).toBe('refused');
    expect(index.countOf(/frog-2.*whl$/)).toBe(1);
  });

  test('are entered once by two processes that find out at the same time', async () => {
    await using index = await startFakeIndex({ artifacts: [GOOD, wheel] });
    const store = openMemoryStore();
    await using one = await openOn(index, store);
    await using other = await openOn(index, store);
    await Promise.all([one.walked(), other.walked()]);
    const both = await Promise.all([take(one, wheel), take(other, wheel)]);
    expect(both.map(({ end }) => end)).toEqual(['cut', 'cut']);
    expect(await entriesOf(one, 'refusal')).toHaveLength(1);
  });
});

test('what contents refuse is admitted once a waiver lifts the reason', async () => {
  await using index = await startFakeIndex({ artifacts: [GOOD, LIAR_LISTED] });
  await using house = await openHouse({ index, policy: ALLOW });
  await house.walked();
  expect((await take(house, LIAR_LISTED)).end).toBe('cut');
  const waiver =
    'waivers: [{ name: frog, versions: ==2.0, rule: hash/metadata-mismatch, reason: looked at, approver: ann, expires: 2027-01-01 }]';
  await house.activate(policyText(['frog'], waiver));
  await until(async () => (await listed(house)).length === 2);
  expect((await take(house, LIAR_LISTED)).end).toBe('whole');
});

/** File names of the list that a head names. */
async function withdrawnNames(
  store: ObjectStore,
  digest: Parameters<typeof readBlob>[1] | undefined,
): Promise<readonly string[]> {
  const content = digest && (await readBlob(store, digest));
  if (content === undefined) throw new Error('the list is not stored');
  return JSON.parse(Buffer.from(content).toString()).content.map(
    ({ filename }: { readonly filename: string }) => filename,
  );
}

/** A store in which, from some moment on, no catalogue can be written; nothing else is written lazily. */
function withoutSeals(): { readonly store: ObjectStore; readonly stopSealing: () => void } {
  const inner = openMemoryStore();
  let seals = true;
  return {
    stopSealing() {
      seals = false;
    },
    store: {
      ...inner,
      async put(key, content, options) {
        if (!seals && options.durability === 'lazy') throw new Error('no seals any more');
        return inner.put(key, content, options);
      },
    },
  };
}
