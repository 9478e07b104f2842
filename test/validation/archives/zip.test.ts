import { expect, test } from 'vitest';

import { ZIP_REFUSALS } from '../../../src/validation/archives/refusals.ts';
import { ZIP_LIMITS, type ZipLimits } from '../../../src/validation/archives/zip-limits.ts';
import { openZip } from '../../../src/validation/archives/zip.ts';
import { memoryAccess } from '../../fixtures/memory-access.ts';
import {
  GOOD_ZIP,
  HONEST_ZIPS,
  HOSTILE_ZIPS,
  MAX_READ_BYTES,
  membersOf,
  zipOf,
} from '../../fixtures/odd-zips.ts';
import { refusalOf } from '../../fixtures/refusals.ts';
import { noise } from '../../fixtures/wheels.ts';
import { buildZip } from '../../fixtures/zip.ts';

type Contents = readonly (readonly [string, string])[];

/** Opens and reads every member, as a check of the whole archive would. */
async function readAll(bytes: Uint8Array, limits?: ZipLimits): Promise<Contents> {
  const archive = await openZip(memoryAccess(bytes), limits);
  const contents: [string, string][] = [];
  for (const member of archive.members) {
    const content = await archive.read(member, MAX_READ_BYTES);
    contents.push([member.name, Buffer.from(content).toString()]);
  }
  return contents;
}

test.each(HOSTILE_ZIPS)('$what is refused as $reason', async (row) => {
  const reading = readAll(zipOf(row), { ...ZIP_LIMITS, ...row.limits });
  expect(await refusalOf(reading)).toBe(row.reason);
});

test('every reason to refuse a zip file has a row', () => {
  const reasons = new Set(HOSTILE_ZIPS.map(({ reason }) => reason));
  expect([...reasons].toSorted()).toEqual(ZIP_REFUSALS);
});

test.each(HONEST_ZIPS)('$what: accepted and read', async (row) => {
  const contents = membersOf(row).map(({ name, content }) => [
    Buffer.from(name).toString(),
    Buffer.from(content ?? '').toString(),
  ]);
  expect(await readAll(zipOf(row))).toEqual(contents);
});

test('members may lie in another order than the directory lists them', async () => {
  const bytes = Buffer.from(GOOD_ZIP);
  const start = bytes.readUInt32LE(bytes.length - 6);
  const split = start + 46 + 'a.txt'.length;
  const [members, first, second] = [
    bytes.subarray(0, start),
    bytes.subarray(start, split),
    bytes.subarray(split, -22),
  ];
  const turned = Buffer.concat([members, second, first, bytes.subarray(-22)]);
  expect((await readAll(turned)).map(([name]) => name)).toEqual(['b/c.txt', 'a.txt']);
});

test('a large archive is opened by reading its headers, not its data', async () => {
  const members = Array.from({ length: 40 }, (_, index) => ({
    name: `m${index}`,
    content: noise(100_000),
    stored: true,
  }));
  const access = memoryAccess(buildZip(members));
  await openZip(access);
  const readBytes = access.reads.reduce((sum, [, length]) => sum + length, 0);
  expect(readBytes).toBeLessThan(access.sizeBytes / 5);
});

test('headers of small neighbours come with one read', async () => {
  const members = Array.from({ length: 1000 }, (_, index) => ({ name: `m${index}`, content: 'x' }));
  const access = memoryAccess(buildZip(members));
  await openZip(access);
  expect(access.reads.length).toBeLessThan(10);
});

test('a refusal says where and what, in printable ASCII', async () => {
  const bytes = buildZip([{ name: 'b\u202e\n', content: 'x' }]);
  const offset = bytes.length - 22 - 46 - 5;
  await expect(openZip(memoryAccess(bytes))).rejects.toMatchObject({
    code: 'archive-refused',
    message: `a name has control or unassigned characters: "b\\u202e\\n" (at byte ${offset})`,
    data: { reason: 'name-control', offset },
  });
});

test('what the access throws is passed on', async () => {
  const access = { sizeBytes: 100, read: () => Promise.reject(new Error('disk away')) };
  await expect(openZip(access)).rejects.toThrow('disk away');
});
