import licenses from 'spdx-license-list/full.js';
import { expect, test } from 'vitest';

import { isGatehouseError } from '../../../src/model/errors.ts';
import { parseSha256 } from '../../../src/model/sha256.ts';
import {
  readProvisionalMetadata,
  readProvisionalTexts,
  readProvisionalWheel,
} from '../../../src/validation/evidence/provisional.ts';
import { extractWheelEvidence } from '../../../src/validation/evidence/wheel.ts';
import { memoryAccess } from '../../fixtures/memory-access.ts';
import { GOOD_ZIP, HOSTILE_ZIPS, zipOf } from '../../fixtures/odd-zips.ts';
import {
  buildWheel,
  type FixtureWheel,
  noise,
  sha256Of,
  type WheelPlan,
} from '../../fixtures/wheels.ts';
import { buildZip, type FixtureMember } from '../../fixtures/zip.ts';

const PLAN: WheelPlan = { name: 'thing', version: '1.0' };
const MANY = Object.fromEntries(
  Array.from({ length: 15_000 }, (_, index) => [`thing/module_${index}.py`, 'x = 1\n']),
);
const TEXT = 'Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n';
const METADATA = 'thing-1.0.dist-info/METADATA';
const LONG_TEXT = Buffer.concat([Buffer.from(`${TEXT}\n`), noise(100_000)]);

const HEAVIER = { name: 'thing/more', content: noise(200_000), stored: true };
const HEAVY = { name: 'thing/data', content: noise(300_000), stored: true };

const READS: readonly (readonly [string, number, number, FixtureWheelBytes])[] = [
  ['a small wheel', 1, 2_000, buildWheel(PLAN)],
  ['a large wheel', 1, 66_000, buildWheel({ ...PLAN, sizeBytes: 3_000_000 })],
  ['a wheel of 15,000 members', 2, 1_500_000, buildWheel({ ...PLAN, extraMembers: MANY })],
  ['a wheel of large METADATA', 2, 120_000, buildWheel({ ...PLAN, metadataOverride: LONG_TEXT })],
  ['a wheel whose METADATA comes first', 2, 66_000, metadataFirst([])],
  ['15,000 members, METADATA first', 3, 1_500_000, metadataFirst(Object.keys(MANY))],
];

test.each(READS)('%s takes %i reads', async (_, reads, mostBytes, { bytes, metadata }) => {
  const access = memoryAccess(bytes);
  expect(await readProvisionalMetadata(access)).toEqual(metadata);
  expect(access.reads.length).toBe(reads);
  expect(access.reads.reduce((sum, [, length]) => sum + length, 0)).toBeLessThan(mostBytes);
});

type FixtureWheelBytes = Pick<FixtureWheel, 'bytes' | 'metadata'>;

function metadataFirst(others: readonly string[]): FixtureWheelBytes {
  const members = [{ name: METADATA, content: TEXT }, HEAVY, ...others.map((name) => ({ name }))];
  return { bytes: buildZip(members), metadata: Buffer.from(TEXT) };
}

test('it is the METADATA that the whole file’s evidence has', async () => {
  const wheel = buildWheel({ ...PLAN, sizeBytes: 500_000, requiresDist: ['numpy'] });
  const access = memoryAccess(wheel.bytes);
  const artifact = { sha256: parseSha256(wheel.sha256) };
  const { metadata } = await extractWheelEvidence(access, artifact);
  expect(metadata).toBeDefined();
  expect(await readProvisionalMetadata(access)).toEqual(metadata);
});

const INFO = 'thing-1.0.dist-info';
const MIT = licenses['MIT']?.licenseText ?? '';
const LICENSE = { name: `${INFO}/licenses/LICENSE`, content: MIT };
const VENDORED = { name: 'thing/vendor/LICENSE', content: MIT };
const METADATA_MEMBER = { name: METADATA, content: TEXT };
const BULKY = Array.from({ length: 15_000 }, (_, at) => ({ name: `thing/${at}.py` }));

const WITH_TEXTS: readonly (readonly [string, number, number, readonly FixtureMember[]])[] = [
  ['a small wheel', 1, 3_000, [VENDORED, METADATA_MEMBER, LICENSE]],
  ['a large wheel', 1, 66_000, [HEAVY, METADATA_MEMBER, LICENSE]],
  ['its texts first', 2, 70_000, [LICENSE, METADATA_MEMBER, HEAVY]],
  ['15,000 members', 2, 1_500_000, [...BULKY, HEAVY, METADATA_MEMBER, LICENSE]],
  ['15,000 members, its texts first', 3, 1_500_000, [METADATA_MEMBER, LICENSE, HEAVY, ...BULKY]],
];

const MIT_TEXT = {
  path: LICENSE.name,
  sha256: sha256Of(Buffer.from(MIT)),
  match: 'whole',
  expressions: ['MIT'],
};

test.each(WITH_TEXTS)('%s with its texts takes %i reads', async (_, reads, mostBytes, members) => {
  const access = memoryAccess(buildZip(members));
  const wheel = await readProvisionalWheel(access, () => true);
  expect(wheel).toEqual({ metadata: Buffer.from(TEXT), licenseTexts: [MIT_TEXT] });
  expect(access.reads.length).toBe(reads);
  expect(access.reads.reduce((sum, [, length]) => sum + length, 0)).toBeLessThan(mostBytes);
  expect(await readProvisionalTexts(memoryAccess(buildZip(members)))).toEqual([MIT_TEXT]);
});

test('of a wheel over 20 MB at most half a percent is read, in at most three reads', async () => {
  const size = 25_000_000;
  const large = { name: 'thing/large', content: noise(size), stored: true };
  const long = 'a'.repeat(40);
  const modules = Array.from({ length: 900 }, (_, at) => ({ name: `thing/${long}/${at}.py` }));
  const record = { name: `${INFO}/RECORD`, content: noise(60_000), stored: true };
  const bytes = buildZip([large, ...modules, LICENSE, METADATA_MEMBER, record]);
  const readers = [
    readProvisionalTexts,
    (access: ReturnType<typeof memoryAccess>) => readProvisionalWheel(access, () => true),
  ];
  for (const reader of readers) {
    const access = memoryAccess(bytes);
    expect(JSON.stringify(await reader(access))).toContain('"expressions":["MIT"]');
    expect(access.reads.length).toBeLessThanOrEqual(3);
    const read = access.reads.reduce((sum, [, length]) => sum + length, 0);
    expect(read).toBeLessThanOrEqual(0.005 * size);
  }
});

test('texts that nobody wants are not read', async () => {
  const access = memoryAccess(buildZip([METADATA_MEMBER, LICENSE]));
  const seen: string[] = [];
  const wheel = await readProvisionalWheel(access, (metadata) => {
    seen.push(Buffer.from(metadata).toString());
    return false;
  });
  expect(wheel).toEqual({ metadata: Buffer.from(TEXT) });
  expect(seen).toEqual([TEXT]);
});

test('texts that lie too far from METADATA stay unknown, in three reads', async () => {
  const access = memoryAccess(buildZip([LICENSE, HEAVY, METADATA_MEMBER, HEAVIER]));
  expect(await readProvisionalWheel(access, () => true)).toEqual({ metadata: Buffer.from(TEXT) });
  expect(access.reads.length).toBeLessThanOrEqual(3);
});

test('a wheel without texts has none, which is known', async () => {
  const access = memoryAccess(buildZip([VENDORED, METADATA_MEMBER]));
  expect(await readProvisionalTexts(access)).toEqual([]);
});

test('they are the texts of its own that the whole file’s evidence has', async () => {
  const extraMembers = { [LICENSE.name]: MIT, [VENDORED.name]: MIT };
  const { bytes, sha256 } = buildWheel({ ...PLAN, extraMembers });
  const { evidence } = await extractWheelEvidence(memoryAccess(bytes), {
    sha256: parseSha256(sha256),
  });
  if (evidence.kind === 'refused') throw new Error(evidence.message);
  const own = evidence.contents?.licenseTexts?.filter(({ path }) => path === LICENSE.name);
  expect(await readProvisionalTexts(memoryAccess(bytes))).toEqual(own);
});

test('a text that is not what the directory says is refused', async () => {
  const lying = buildZip([METADATA_MEMBER, { ...LICENSE, lies: { crc: 1 } }]);
  await expect(readProvisionalTexts(memoryAccess(lying))).rejects.toMatchObject({
    data: { reason: 'bad-crc' },
  });
});

async function refusal(bytes: Uint8Array): Promise<string> {
  try {
    await readProvisionalMetadata(memoryAccess(bytes));
    return 'accepted';
  } catch (error) {
    if (!isGatehouseError(error, 'archive-refused')) throw error;
    return String(error.data['reason']);
  }
}

const LIES: readonly (readonly [string, string, Omit<FixtureMember, 'name'>])[] = [
  [
    'another local name',
    'header-conflict',
    { local: { name: METADATA.replace('METADATA', 'METADATB') } },
  ],
  ['another local size', 'header-conflict', { local: { unpackedBytes: 1 } }],
  ['a wrong CRC', 'bad-crc', { lies: { crc: 1 } }],
  ['a wrong size', 'bad-deflate', { lies: { unpackedBytes: 1 } }],
  ['a packed size that is too small', 'not-tiled', { lies: { packedBytes: 3 } }],
  ['a packed size that reaches into the next member', 'not-tiled', { lies: { packedBytes: 400 } }],
  ['an offset beyond the members', 'not-tiled', { central: { offset: 1_000_000 } }],
  ['an offset elsewhere', 'not-tiled', { central: { offset: 3 } }],
  ['a data descriptor', 'data-descriptor', { lies: { flags: 8 } }],
  ['a size of 5 MiB', 'member-too-large', { lies: { unpackedBytes: 5 << 20 } }],
];

test.each(LIES)('METADATA with %s is refused as %s', async (_, reason, member) => {
  const lying = { name: METADATA, content: TEXT, ...member };
  expect(await refusal(buildZip([lying, { name: 'thing/a.py', content: 'x', stored: true }]))).toBe(
    reason,
  );
});

test('what has no METADATA in the one dist-info is refused', async () => {
  expect(await refusal(GOOD_ZIP)).toBe('dist-info-missing');
  const extraMembers = { 'other-1.0.dist-info/METADATA': TEXT };
  expect(await refusal(buildWheel({ ...PLAN, extraMembers }).bytes)).toBe('dist-info-many');
  expect(await refusal(buildWheel({ ...PLAN, omit: ['METADATA'] }).bytes)).toBe('member-missing');
});

test('no hostile archive makes it read outside the file or fail otherwise', async () => {
  for (const row of HOSTILE_ZIPS) expect(await refusal(zipOf(row))).not.toBe('accepted');
});
