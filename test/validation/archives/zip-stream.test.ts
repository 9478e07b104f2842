import { deflateRawSync } from 'node:zlib';

import { expect, test } from 'vitest';

import { isGatehouseError } from '../../../src/model/errors.ts';
import { openZip } from '../../../src/validation/archives/zip.ts';
import { memoryAccess } from '../../fixtures/memory-access.ts';
import { noise, sha256Of } from '../../fixtures/wheels.ts';
import { buildZip } from '../../fixtures/zip.ts';

const MIB = 1024 * 1024;

/** Compresses well, and is no two pieces alike. */
const TEXT = Buffer.from(
  Array.from({ length: 400_000 }, (_, index) => `line ${index * 7919} of a text\n`).join(''),
);

async function stream(
  bytes: Uint8Array,
): Promise<{ readonly sha256: string; readonly pieces: number }> {
  const archive = await openZip(memoryAccess(bytes));
  const [member] = archive.members;
  if (member === undefined) throw new Error('the archive is empty');
  const pieces = await Array.fromAsync(archive.stream(member));
  return { sha256: sha256Of(Buffer.concat(pieces)), pieces: pieces.length };
}

test.each([
  ['an empty member', Buffer.alloc(0), false],
  ['a small member', Buffer.from('hello'), false],
  ['a large member that compresses', TEXT, false],
  ['a large member that does not', noise(3 * MIB + 17), false],
  ['a large stored member', noise(3 * MIB + 17), true],
] as const)('%s comes out as it went in', async (_what, content, stored) => {
  const { sha256, pieces } = await stream(buildZip([{ name: 'a', content, stored }]));
  expect(sha256).toBe(sha256Of(content));
  expect(pieces > 1).toBe(content.length > MIB);
});

/** Changes bytes of the packed data of the only member, whose header and name have 31 bytes. */
function spoil(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Buffer.from(bytes);
  copy[31 + at] = (copy[31 + at] ?? 0) ^ 0xff;
  return copy;
}

const PACKED = deflateRawSync(TEXT);

test.each([
  [
    'is spoilt in the middle',
    spoil(buildZip([{ name: 'a', content: TEXT }]), (PACKED.length / 2) | 0),
  ],
  ['is spoilt near its end', spoil(buildZip([{ name: 'a', content: TEXT }]), PACKED.length - 3)],
  [
    'is stored and spoilt',
    spoil(buildZip([{ name: 'a', content: noise(3 * MIB), stored: true }]), MIB),
  ],
])('a large member that %s is refused by its end', async (_what, bytes) => {
  const refused = await stream(bytes).then(
    () => 'accepted',
    (error: unknown) => (isGatehouseError(error, 'archive-refused') ? error.data['reason'] : error),
  );
  expect(['bad-deflate', 'bad-crc']).toContain(refused);
});

test('what the reader throws is passed on, and nothing hangs', async () => {
  const access = memoryAccess(buildZip([{ name: 'a', content: TEXT }]));
  const archive = await openZip(access);
  const [member] = archive.members;
  if (member === undefined) throw new Error('the archive is empty');
  const broken = await openZip({
    sizeBytes: access.sizeBytes,
    read: async (offset, length) => {
      if (length > MIB / 2) throw new Error('the disk is gone');
      return access.read(offset, length);
    },
  });
  const [same] = broken.members;
  if (same === undefined) throw new Error('the archive is empty');
  await expect(Array.fromAsync(broken.stream(same))).rejects.toThrow('the disk is gone');
});

test('a reader that leaves early leaves nothing running', async () => {
  const archive = await openZip(memoryAccess(buildZip([{ name: 'a', content: TEXT }])));
  const [member] = archive.members;
  if (member === undefined) throw new Error('the archive is empty');
  for await (const piece of archive.stream(member)) {
    expect(piece.length).toBeGreaterThan(0);
    break;
  }
});
