import { deflateRawSync } from 'node:zlib';

import { describe, expect, test } from 'vitest';

import { ZIP_LIMITS, type ZipLimits } from '../../../src/validation/archives/zip-limits.ts';
import { openZip } from '../../../src/validation/archives/zip.ts';
import { memoryAccess } from '../../fixtures/memory-access.ts';
import { GOOD_ZIP, HOSTILE_ZIPS, zipOf } from '../../fixtures/odd-zips.ts';
import { messageOf, refusalOf } from '../../fixtures/refusals.ts';
import { buildZip } from '../../fixtures/zip.ts';

const MIB = 1024 * 1024;

async function readAll(
  bytes: Uint8Array,
  limits: Partial<ZipLimits> = {},
  maxBytes = MIB,
): Promise<number> {
  const archive = await openZip(memoryAccess(bytes), { ...ZIP_LIMITS, ...limits });
  for (const member of archive.members) await archive.read(member, maxBytes);
  return archive.members.length;
}

function firstOf<Member>([member]: readonly Member[]): Member {
  if (member === undefined) throw new Error('the archive is empty');
  return member;
}

describe('a refusal says what was expected, what is there, and where', () => {
  test.each([
    [
      'a cut file',
      'not a zip file that ends with its end record: expected an end record without comment as the last 22 bytes (at byte 196)',
    ],
    [
      'a prefix',
      'the central directory does not end where the end records begin: expected 297, got 93 + 104 (at byte 297)',
    ],
    [
      'fewer members on this disk',
      'the end record is of several disks: 1 of 2 members on this one (at byte 197)',
    ],
    [
      'a count that is too small',
      'the central directory is not 1 members: got 1 members in 51 of 104 bytes (at byte 144)',
    ],
    [
      'a directory that begins too late',
      'no whole header of a member where the central directory should have one (at byte 113)',
    ],
    [
      'sizes that refer to half a zip64 field',
      'a zip64 extra field does not fit its header: 2 values refer to it, got 1 (at byte 102)',
    ],
    ['two zip64 fields', 'a header has two zip64 extra fields (at byte 106)'],
    [
      'a zip64 field of 12 bytes',
      'a zip64 extra field has an odd length: expected 0, 8, 16 or 24, got 12 (at byte 102)',
    ],
    [
      'an unused local zip64 field with other sizes',
      'a zip64 extra field does not fit its header: 0 values refer to it, got 2 (at byte 35)',
    ],
    ['masked headers', 'a member has flags that are not known: "a.txt", 0x2000 (at byte 51)'],
    ['a set-uid file', 'a member is not a plain file: "a.txt", attributes 0x89ed0000 (at byte 51)'],
    [
      'a directory of file mode',
      'a member is not a plain directory: "d/", attributes 0x81a40000 (at byte 32)',
    ],
    ['the name "C:/a"', 'a name means something else on Windows: "C:/a" (at byte 139)'],
    [
      'a second name after another field',
      'an extra field gives a member a second name (0x7075) (at byte 111)',
    ],
    [
      'half an extra field after a whole one',
      'an extra field is longer than its header says (at byte 111)',
    ],
    ['two members of one name', 'two members have one name: "a.txt" (at byte 153)'],
    [
      'a gap',
      'members overlap, or bytes between them belong to none: "b/c.txt" expected at 51, got 52 (at byte 51)',
    ],
    [
      'bytes before the directory',
      'the members end elsewhere than the central directory begins: expected 102, got 93 (at byte 93)',
    ],
    [
      'a size that is too large',
      'a member does not inflate as declared: "a.txt", expected 16 bytes to 99, got 16 to 31 (at byte 0)',
    ],
    ['more members than allowed', 'too many members: expected at most 1, got 2 (at byte 93)'],
    [
      'a larger directory than allowed',
      'the central directory is too large: expected at most 99 bytes, got 104 (at byte 93)',
    ],
    [
      'a member padded with empty blocks',
      'a member is too large: "a.txt", expected at most 1048576 bytes, got 2516 packed, 31 unpacked (at byte 0)',
    ],
    [
      'a zip64 locator, and no room for its record',
      'the zip64 locator does not point at a 56-byte zip64 end record just before it (at byte 0)',
    ],
    [
      'a local header that goes on into the directory',
      'members overlap, or bytes between them belong to none: "a" expected at 31, got 0 (at byte 31)',
    ],
  ])('%s', async (what, message) => {
    const row = HOSTILE_ZIPS.find((candidate) => candidate.what === what);
    if (row === undefined) throw new Error(`no row: ${what}`);
    expect(await messageOf(readAll(zipOf(row), row.limits))).toBe(message);
  });

  test.each([
    [`${'n'.repeat(119)}:`, `"${'n'.repeat(119)}:"`],
    [`${'n'.repeat(120)}:`, `"${'n'.repeat(120)}..."`],
    ['a\u0085:', '"a\\u0085:"'],
  ])('and the name as one short word: %s', async (name, quoted) => {
    const message = await messageOf(readAll(buildZip([{ name }])));
    expect(message).toContain(`: ${quoted} (at byte`);
  });
});

describe('a limit is the most that is accepted', () => {
  const zeros = buildZip([{ name: 'a', content: new Uint8Array(100_000) }]);

  test.each<[string, Uint8Array, Partial<ZipLimits>]>([
    ['members', GOOD_ZIP, { members: 2 }],
    ['bytes of the directory', GOOD_ZIP, { centralBytes: 104 }],
    ['unpacked bytes', GOOD_ZIP, { unpackedBytes: 36 }],
    ['bytes from which the ratio counts', zeros, { ratioFromBytes: 100_000 }],
    ['the ratio', zeros, { ratioFromBytes: 0, ratio: 100_000 / zeros.length }],
    ['the ratio of what is not small', zeros, { ratioFromBytes: 99_999, ratio: 1000 }],
  ])('%s', async (_, bytes, limits) => {
    expect(await readAll(bytes, limits)).toBeGreaterThan(0);
  });

  test('bytes of a member', async () => {
    expect(await readAll(zeros, {}, 100_000)).toBe(1);
    expect(await refusalOf(readAll(zeros, {}, 99_999))).toBe('member-too-large');
  });

  // Twice the content and 1024 bytes: 31 bytes deflate to 16, and an empty block has five.
  const content = 'some text, some text, some text';
  test.each([
    [214, 'accepted: 1'],
    [215, 'member-too-large'],
  ])('padding of a member: %d empty blocks', async (blocks, expected) => {
    const empty = Array.from({ length: blocks }, () => Buffer.from([0, 0, 0, 0xff, 0xff]));
    const packed = Buffer.concat([...empty, deflateRawSync(content)]);
    expect(packed.length <= 2 * content.length + 1024).toBe(expected !== 'member-too-large');
    const bytes = buildZip([{ name: 'a', content, packed }]);
    expect(await refusalOf(readAll(bytes))).toBe(expected);
  });
});

test('an archive says what its members are, and how many bytes they have together', async () => {
  const archive = await openZip(
    memoryAccess(
      buildZip([
        { name: 'd/' },
        { name: 'd/a', content: 'abc', stored: true },
        { name: 'b', content: 'defg' },
      ]),
    ),
  );
  expect(archive.unpackedBytes).toBe(7);
  expect(archive.members).toMatchObject([
    { name: 'd/', isDirectory: true, unpackedBytes: 0 },
    { name: 'd/a', isDirectory: false, method: 'stored', packedBytes: 3, unpackedBytes: 3 },
    { name: 'b', isDirectory: false, method: 'deflated', packedBytes: 6, unpackedBytes: 4 },
  ]);
});

test('a member of another archive is none', async () => {
  const [archive, other] = await Promise.all([
    openZip(memoryAccess(GOOD_ZIP)),
    openZip(memoryAccess(GOOD_ZIP)),
  ]);
  const member = firstOf(other.members);
  await expect(archive.read(member, MIB)).rejects.toThrow('a member of another archive');
  expect(() => archive.stream(member)).toThrow('a member of another archive');
});

test('a padded member is not streamed either', async () => {
  const empty = Array.from({ length: 500 }, () => Buffer.from([0, 0, 0, 0xff, 0xff]));
  const packed = Buffer.concat([...empty, deflateRawSync('a')]);
  const archive = await openZip(memoryAccess(buildZip([{ name: 'a', content: 'a', packed }])));
  expect(() => archive.stream(firstOf(archive.members))).toThrow('a member is too large: "a"');
});

test('what has no checksum of a tar header in its first block is no tar archive', async () => {
  const bytes = buildZip([{ name: 'n'.repeat(200), content: Buffer.alloc(600), stored: true }]);
  expect(await readAll(bytes)).toBe(1);
});

test('other work goes on while a huge directory is read', async () => {
  const members = Array.from({ length: 2500 }, (_, index) => ({ name: `m${index}` }));
  const bytes = memoryAccess(buildZip(members));
  let turns = 0;
  let isOpen = false;
  function turn(): void {
    turns += 1;
    if (!isOpen) setImmediate(turn);
  }
  setImmediate(turn);
  await openZip(bytes);
  isOpen = true;
  expect(turns).toBeGreaterThanOrEqual(2);
});
