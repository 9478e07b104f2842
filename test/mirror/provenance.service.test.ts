import { describe, expect, test } from 'vitest';

import { openMemoryStore } from '../../src/store/memory.ts';
import { trustIn } from '../../src/validation/provenance/trust.ts';
import type { FakeArtifact } from '../fakes/pages.ts';
import { startFakeIndex } from '../fakes/upstream.ts';
import { type House, mitWheel, openHouse, policyText } from '../fixtures/house.ts';
import { createSigning, provenanceOf, type Wanted } from '../fixtures/signing.ts';
import { take, wantedOf } from '../fixtures/taking.ts';
import { type FixtureWheel, sha256Of } from '../fixtures/wheels.ts';

const signing = createSigning();
const trust = trustIn(signing.trustedRoot);
const OLD = mitWheel({ name: 'frog', version: '1.0' });
const NEW = mitWheel({ name: 'frog', version: '1.1' });
const ALLOW = policyText(['frog']);
/** A page in HTML has no upload times. */
const ANY_AGE = policyText(['frog'], 'versions: { min-age: 0d }');
const REQUESTS = /\.provenance$/;

function attested(wheel: FixtureWheel, differences: Partial<Wanted> = {}): FakeArtifact {
  const { filename } = wheel;
  const wanted = { filename, sha256: sha256Of(wheel.bytes), ...differences };
  const { repository = 'acme/widget' } = differences;
  const publisher = { kind: 'GitHub', repository, workflow: 'release.yml' };
  return { ...wheel, provenance: provenanceOf([signing.attest(wanted)], publisher) };
}

/** The code and the message of what refuses a version; none: it is approved. */
async function refusalsOf(house: House, version: string): Promise<readonly string[]> {
  const { entries } = await house.view('frog');
  const entry = entries.find((candidate) => candidate.version === version);
  return (entry?.findings ?? [])
    .filter(({ effect }) => effect !== 'approve')
    .map(({ code, message }) => `${code}: ${message}`);
}

describe.each(['json', 'html'] as const)('provenance on a page in %s', (form) => {
  test('is verified when the artifact is admitted, and once', async () => {
    await using index = await startFakeIndex({ artifacts: [attested(OLD)], form });
    await using house = await openHouse({ index, policy: ANY_AGE, trust });
    await house.walked();
    expect(index.countOf(REQUESTS)).toBe(0);
    expect((await take(house, OLD)).end).toBe('whole');
    expect(await refusalsOf(house, '1.0')).toEqual([]);
    expect(index.countOf(REQUESTS)).toBe(1);
  });

  test('is served as upstream gave it, from the admission on', async () => {
    const artifact = attested(OLD);
    await using index = await startFakeIndex({ artifacts: [artifact], form });
    await using house = await openHouse({ index, policy: ANY_AGE, trust });
    await house.walked();
    expect(await house.mirror.openProvenance(wantedOf(OLD))).toEqual({ kind: 'absent' });
    const before = house.mirror.generation();
    await take(house, OLD);
    expect(house.mirror.generation()).toBeGreaterThan(before);
    const sha256 = sha256Of(artifact.provenance ?? new Uint8Array());
    const opened = await house.mirror.openProvenance(wantedOf(OLD));
    if (opened.kind !== 'provenance') throw new Error(opened.kind);
    expect(sha256Of(opened.content)).toBe(sha256);
    expect(opened.sha256).toBe(sha256);
    expect((await house.view('frog')).entries).toMatchObject([{ provenance: sha256 }]);
  });

  test('of other bytes refuses the artifact, and the page says why', async () => {
    const wrong = attested(OLD, { sha256: 'a'.repeat(64) });
    await using index = await startFakeIndex({ artifacts: [wrong], form });
    await using house = await openHouse({ index, policy: ANY_AGE, trust });
    await house.walked();
    expect((await take(house, OLD)).end).toBe('cut');
    expect(await refusalsOf(house, '1.0')).toEqual([
      expect.stringMatching(
        /^provenance\/invalid: frog 1\.0 has an attestation that is refused: "expected the SHA-256 /,
      ),
    ]);
  });
});

test('provenance by roots that nobody trusts refuses the artifact', async () => {
  await using index = await startFakeIndex({ artifacts: [attested(OLD)] });
  await using house = await openHouse({ index, policy: ALLOW });
  await house.walked();
  expect((await take(house, OLD)).end).toBe('cut');
  expect(await refusalsOf(house, '1.0')).toEqual([
    expect.stringContaining('provenance/invalid: frog 1.0'),
  ]);
});

test('provenance is asked for in vain: the artifact is refused', async () => {
  await using index = await startFakeIndex({ artifacts: [attested(OLD)] });
  index.fault({ match: REQUESTS, kind: 'status', status: 404 });
  await using house = await openHouse({ index, policy: ALLOW, trust });
  await house.walked();
  expect((await take(house, OLD)).end).toBe('cut');
  expect(await refusalsOf(house, '1.0')).toEqual([
    'provenance/unknown: frog 1.0 may have an attestation, which nobody has verified',
  ]);
});

test('an index that does not answer for a moment refuses nothing', async () => {
  await using index = await startFakeIndex({ artifacts: [attested(OLD)] });
  await using house = await openHouse({ index, policy: ALLOW, trust });
  await house.walked();
  index.fault({ match: REQUESTS, kind: 'status', status: 503 });
  expect((await take(house, OLD)).end).toBe('cut');
  expect(await refusalsOf(house, '1.0')).toEqual([]);
  index.clearFaults();
  expect((await take(house, OLD)).end).toBe('whole');
});

describe('after a release with an attestation', () => {
  const DOWNGRADE =
    'provenance/downgrade: frog 1.1 has no attestation, and 1.0 has one of github:acme/widget/.github/workflows/release.yml';

  test('one without is refused', async () => {
    await using index = await startFakeIndex({ artifacts: [attested(OLD), NEW] });
    await using house = await openHouse({ index, policy: ALLOW, trust });
    await house.walked();
    await take(house, OLD);
    expect((await take(house, NEW)).end).toBe('cut');
    expect(await refusalsOf(house, '1.1')).toEqual([DOWNGRADE]);
    expect(await refusalsOf(house, '1.0')).toEqual([]);
  });

  test('one without is refused by a process that was not there, though the index forgot', async () => {
    const store = openMemoryStore();
    await using index = await startFakeIndex({ artifacts: [attested(OLD)] });
    {
      await using house = await openHouse({ index, policy: ALLOW, trust, store });
      await house.walked();
      await take(house, OLD);
    }
    index.add(OLD, NEW);
    await using house = await openHouse({
      index,
      policy: policyText(['frog >=1.1']),
      trust,
      store,
      now: Date.parse('2026-11-27T00:00:00Z'),
    });
    await house.walked();
    await expect
      .poll(async () => (await house.versions('frog')).approved, { timeout: 10_000 })
      .toEqual(['1.1']);
    expect((await take(house, NEW)).end).toBe('cut');
    expect(await refusalsOf(house, '1.1')).toEqual([DOWNGRADE]);
  });

  test('one that other roots do not verify any more refuses what was admitted by it', async () => {
    const store = openMemoryStore();
    await using index = await startFakeIndex({ artifacts: [attested(OLD)] });
    {
      await using house = await openHouse({ index, policy: ALLOW, trust, store });
      await house.walked();
      await take(house, OLD);
    }
    await using house = await openHouse({ index, policy: ALLOW, store });
    await house.walked();
    expect((await take(house, OLD)).end).toBe('refused');
    expect(await refusalsOf(house, '1.0')).toEqual([
      expect.stringContaining('provenance/invalid: frog 1.0'),
    ]);
  });

  test('an older release without one is not refused', async () => {
    await using index = await startFakeIndex({ artifacts: [OLD, attested(NEW)] });
    await using house = await openHouse({ index, policy: ALLOW, trust });
    await house.walked();
    await take(house, NEW);
    expect((await take(house, OLD)).end).toBe('whole');
  });

  test('one of another publisher waits for a person', async () => {
    const other = attested(NEW, { repository: 'evil/widget' });
    await using index = await startFakeIndex({ artifacts: [attested(OLD), other] });
    await using house = await openHouse({ index, policy: ALLOW, trust });
    await house.walked();
    await take(house, OLD);
    expect((await take(house, NEW)).end).toBe('cut');
    expect(await refusalsOf(house, '1.1')).toEqual([
      'provenance/publisher-changed: frog 1.1 is published by github:evil/widget/.github/workflows/release.yml; 1.0 by github:acme/widget/.github/workflows/release.yml',
    ]);
    await house.activate(
      policyText(
        ['frog'],
        'integrity: { attestations: { require: [{ packages: [frog], publishers: ["github:evil/widget/.github/workflows/release.yml", "github:acme/widget/.github/workflows/release.yml"] }] } }',
      ),
    );
    await house.walked();
    expect((await take(house, NEW)).end).toBe('whole');
  });
});

test('a wheel that had to be read whole to be listed is judged with its provenance', async () => {
  await using index = await startFakeIndex({
    artifacts: [attested(OLD)],
    sidecars: false,
    ranges: false,
  });
  await using house = await openHouse({ index, policy: ALLOW, trust });
  await house.walked();
  expect((await house.versions('frog')).approved).toEqual(['1.0']);
  expect((await take(house, OLD)).end).toBe('whole');
});

test('attestations that the policy does not look at are not asked for', async () => {
  await using index = await startFakeIndex({
    artifacts: [attested(OLD, { sha256: 'a'.repeat(64) })],
  });
  const policy = policyText(['frog'], 'integrity: { attestations: { default: off } }');
  await using house = await openHouse({ index, policy, trust });
  await house.walked();
  expect((await take(house, OLD)).end).toBe('whole');
  expect(index.countOf(REQUESTS)).toBe(0);
});
