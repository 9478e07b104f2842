import { expect, test } from 'vitest';

import { parseSha256 } from '../../../src/model/sha256.ts';
import { WHEEL_REFUSALS, type WheelRefusal } from '../../../src/validation/archives/refusals.ts';
import { extractWheelEvidence } from '../../../src/validation/evidence/wheel.ts';
import { memoryAccess } from '../../fixtures/memory-access.ts';
import { buildWheel, type FixtureWheel, sha256Of, type WheelPlan } from '../../fixtures/wheels.ts';

const PLAN: WheelPlan = { name: 'Some.Thing', version: '1.0', requiresDist: ['numpy>=1.26'] };
const DIST_INFO = 'some_thing-1.0.dist-info';
const WHEEL_TEXT = 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n';

function extract(wheel: Pick<FixtureWheel, 'bytes' | 'sha256'>) {
  return extractWheelEvidence(memoryAccess(wheel.bytes), { sha256: parseSha256(wheel.sha256) });
}

test('a wheel’s facts are what its files say', async () => {
  const wheel = buildWheel({
    ...PLAN,
    tags: 'cp312.cp313-abi3-manylinux_2_28_x86_64',
    licenseExpression: 'MIT',
  });
  const { evidence, metadata } = await extract(wheel);
  expect(metadata).toEqual(wheel.metadata);
  expect(evidence).toMatchObject({
    kind: 'wheel',
    sha256: wheel.sha256,
    sizeBytes: wheel.bytes.length,
    metadata: {
      origin: 'contents',
      sha256: sha256Of(wheel.metadata),
      metadata: {
        name: 'Some.Thing',
        version: '1.0',
        requiresDist: ['numpy>=1.26'],
        licenseExpression: 'MIT',
      },
    },
    distInfo: DIST_INFO,
    wheelVersion: '1.0',
    rootIsPurelib: false,
    tags: ['cp312-abi3-manylinux_2_28_x86_64', 'cp313-abi3-manylinux_2_28_x86_64'],
    memberCount: 4,
    unrecorded: [],
    missing: [],
  });
});

/** Under a dist-info of some-thing 1.0. */
function said(name: string, version: string): WheelPlan {
  return {
    ...PLAN,
    metadataOverride: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
  };
}

function withFile(file: string, content: string | Uint8Array): WheelPlan {
  return { ...PLAN, extraMembers: { [`${DIST_INFO}/${file}`]: content } };
}

/** A wheel whose dist-info has a name of its own. */
function moved(
  distInfo: string,
  { name, version }: Pick<WheelPlan, 'name' | 'version'>,
): WheelPlan {
  return {
    ...PLAN,
    omit: ['METADATA', 'WHEEL', 'RECORD'],
    extraMembers: {
      [`${distInfo}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
      [`${distInfo}/WHEEL`]: WHEEL_TEXT,
      [`${distInfo}/RECORD`]: '',
    },
  };
}

const REFUSED: readonly (readonly [
  string,
  WheelRefusal | 'end-missing' | 'member-too-large',
  WheelPlan,
  Partial<FixtureWheel>?,
])[] = [
  ['bytes that are no zip file', 'end-missing', PLAN, { bytes: Buffer.from('not a zip file') }],
  ['no dist-info', 'dist-info-missing', { ...PLAN, omit: ['METADATA', 'WHEEL', 'RECORD'] }],
  [
    'a second dist-info',
    'dist-info-many',
    { ...PLAN, extraMembers: { 'other-1.0.dist-info/METADATA': '' } },
  ],
  [
    'a second dist-info in other case',
    'dist-info-many',
    { ...PLAN, extraMembers: { 'other-1.0.DIST-INFO/METADATA': '' } },
  ],
  ['METADATA of another project', 'dist-info-mismatch', said('other', '1.0')],
  ['METADATA of another version', 'dist-info-mismatch', said('some-thing', '1.1')],
  ['METADATA of a local version', 'dist-info-mismatch', said('some-thing', '1.0+cpu')],
  ['METADATA with a Name that is none', 'dist-info-mismatch', said('?', '1.0')],
  ['METADATA with a Version that is none', 'dist-info-mismatch', said('some-thing', 'new')],
  [
    'a dist-info of no name under a Name that is none',
    'dist-info-mismatch',
    moved('-1.0.dist-info', { name: '-', version: '1.0' }),
  ],
  [
    'a dist-info without a version',
    'dist-info-mismatch',
    moved('some_thing.dist-info', { name: 'some-thing', version: '1.0' }),
  ],
  ['no METADATA', 'member-missing', { ...PLAN, omit: ['METADATA'] }],
  ['no WHEEL', 'member-missing', { ...PLAN, omit: ['WHEEL'] }],
  ['no RECORD', 'member-missing', { ...PLAN, omit: ['RECORD'] }],
  [
    'METADATA without a name',
    'metadata-invalid',
    { ...PLAN, metadataOverride: 'Metadata-Version: 2.1\n' },
  ],
  ['METADATA of 5 MiB', 'member-too-large', { ...PLAN, metadataOverride: 'x'.repeat(5 << 20) }],
  [
    'WHEEL of 65 KiB',
    'member-too-large',
    withFile('WHEEL', `${WHEEL_TEXT}\n${'x'.repeat(65 << 10)}`),
  ],
  ['WHEEL without a version', 'wheel-file-invalid', withFile('WHEEL', 'Root-Is-Purelib: true\n')],
  [
    'WHEEL with two versions',
    'wheel-file-invalid',
    withFile('WHEEL', `Wheel-Version: 1.0\n${WHEEL_TEXT}`),
  ],
  ['WHEEL that is no headers', 'wheel-file-invalid', withFile('WHEEL', 'hello\n')],
  [
    'a vague Root-Is-Purelib',
    'wheel-file-invalid',
    withFile('WHEEL', 'Wheel-Version: 1.0\nRoot-Is-Purelib: maybe\n'),
  ],
  ['a wheel of version 2', 'wheel-version', withFile('WHEEL', WHEEL_TEXT.replace('1.0', '2.0'))],
  ['a wheel of version one', 'wheel-version', withFile('WHEEL', WHEEL_TEXT.replace('1.0', 'one'))],
  [
    'RECORD that is not UTF-8',
    'record-invalid',
    withFile('RECORD', Buffer.from([0xff, 0x2c, 0x2c, 0x0a])),
  ],
  ['RECORD with two fields', 'record-invalid', withFile('RECORD', 'a,b\n')],
  ['RECORD with four fields', 'record-invalid', withFile('RECORD', 'a,b,c,d\n')],
  ['RECORD with one field at its end', 'record-invalid', withFile('RECORD', 'a,b,1\nb')],
  ['RECORD with an open quote', 'record-invalid', withFile('RECORD', '"a,b,c\n')],
  ['RECORD with text after a quote', 'record-invalid', withFile('RECORD', '"a"b,c,d\n')],
  ['RECORD with a quote inside', 'record-invalid', withFile('RECORD', 'a"b,c,d\n')],
  ['RECORD with a lone carriage return', 'record-invalid', withFile('RECORD', 'a,b,c\rd,e,f\n')],
  ['RECORD with an endless field', 'record-invalid', withFile('RECORD', `${'x'.repeat(1025)},,\n`)],
];

test.for(REFUSED)('%s: refused as %s', async ([, reason, plan, other]) => {
  const { evidence, metadata } = await extract({ ...buildWheel(plan), ...other });
  expect(evidence).toMatchObject({ kind: 'refused', reason });
  expect(metadata).toBeUndefined();
});

test('every reason to refuse a wheel has a row', () => {
  expect(WHEEL_REFUSALS.filter((reason) => !REFUSED.some((row) => row[1] === reason))).toEqual([]);
});

test.each([
  ['some_thing-1.0.0.dist-info', 'some.thing', '1.0'],
  ['Some_Thing-1.0.dist-info', 'some-thing', 'v1.0.0'],
  ['some-thing-1.0.dist-info', 'some-thing', '1.0'],
  ['some-thing-1.0-1.dist-info', 'some-thing', '1.0.post1'],
  ['some_thing-1.0+cpu_2.dist-info', 'some-thing', '1.0+CPU-2'],
  ['some_thing-1.0.Dist-Info', 'some-thing', '1.0'],
])('%s is of any spelling of its METADATA: %s %s', async (distInfo, name, version) => {
  const { evidence } = await extract(buildWheel(moved(distInfo, { name, version })));
  expect(evidence).toMatchObject({ kind: 'wheel', distInfo });
});

test('a dist-info further down is no second one', async () => {
  const extraMembers = { 'some_thing/_vendor/other-1.0.dist-info/METADATA': 'x' };
  expect((await extract(buildWheel({ ...PLAN, extraMembers }))).evidence.kind).toBe('wheel');
});

function recordOf(...rows: readonly string[]): string {
  return [
    'some_thing/__init__.py,,',
    `${DIST_INFO}/METADATA,,`,
    `${DIST_INFO}/WHEEL,,`,
    ...rows,
  ].join('\r\n');
}

const RECORDS: readonly (readonly [string, WheelPlan, readonly string[], readonly string[]])[] = [
  [
    'nothing of itself and its signatures',
    {
      ...PLAN,
      extraMembers: {
        [`${DIST_INFO}/RECORD`]: recordOf(),
        [`${DIST_INFO}/RECORD.jws`]: 'x',
        [`${DIST_INFO}/RECORD.p7s`]: 'x',
      },
    },
    [],
    [],
  ],
  [
    'no directories',
    { ...PLAN, extraMembers: { 'some_thing/': '', [`${DIST_INFO}/RECORD`]: recordOf() } },
    [],
    [],
  ],
  ['quoted names', { ...PLAN, extraMembers: { 'a,"b.py': 'x' } }, [], []],
  ['empty lines', withFile('RECORD', recordOf('', `${DIST_INFO}/RECORD,,`, '', '')), [], []],
  [
    'what has no row',
    { ...PLAN, extraMembers: { 'evil.pth': 'x', [`${DIST_INFO}/RECORD`]: recordOf() } },
    ['evil.pth'],
    [],
  ],
  [
    'rows without a member',
    withFile('RECORD', recordOf('../../bin/x,sha256=abc,1', '/abs,,', '')),
    [],
    ['../../bin/x', '/abs'],
  ],
  [
    'at most twenty of each',
    {
      ...PLAN,
      extraMembers: {
        ...Object.fromEntries(twentyFive('u').map((name) => [name, 'x'])),
        [`${DIST_INFO}/RECORD`]: recordOf(...twentyFive('m').map((name) => `${name},,`)),
      },
    },
    twentyFive('u').slice(0, 20),
    twentyFive('m').slice(0, 20),
  ],
];

function twentyFive(letter: string): readonly string[] {
  return Array.from({ length: 25 }, (_, index) => `${letter}${index}`);
}

test.each(RECORDS)(
  'RECORD is compared with the members: %s',
  async (_, plan, unrecorded, missing) => {
    expect((await extract(buildWheel(plan))).evidence).toMatchObject({
      kind: 'wheel',
      unrecorded,
      missing,
    });
  },
);

test('what the access throws is thrown, not evidence', async () => {
  const wheel = buildWheel(PLAN);
  const access = {
    sizeBytes: wheel.bytes.length,
    read: () => Promise.reject(new Error('disk away')),
  };
  const artifact = { sha256: parseSha256(wheel.sha256) };
  await expect(extractWheelEvidence(access, artifact)).rejects.toThrow('disk away');
});
