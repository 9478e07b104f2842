import { expect, test } from 'vitest';

import { openNear } from '../../../src/validation/archives/near.ts';

const KIB = 1024;
const BYTES = Buffer.from(
  Array.from({ length: 1024 * KIB }, (_, at) => (at * 31 + (at >> 8)) % 256),
);

function near() {
  const reads: (readonly [offset: number, lengthBytes: number])[] = [];
  const access = openNear({
    sizeBytes: BYTES.length,
    async read(offset, lengthBytes) {
      reads.push([offset, lengthBytes]);
      return BYTES.subarray(offset, offset + lengthBytes);
    },
  });
  return { access, reads };
}

test('gives the bytes that are asked for, in any order and at once', async () => {
  const { access } = near();
  const places = Array.from(
    { length: 500 },
    (_, at) => [(at * 7919) % 1_000_000, at * 97] as const,
  );
  const found = await Promise.all(
    places.map(([offset, wanted]) => access.read(offset, Math.min(wanted, BYTES.length - offset))),
  );
  for (const [at, bytes] of found.entries()) {
    const [offset = 0] = places[at] ?? [];
    expect(Buffer.compare(bytes, BYTES.subarray(offset, offset + bytes.length))).toBe(0);
  }
});

test('small reads that follow each other come with few', async () => {
  const { access, reads } = near();
  for (let at = 0; at < BYTES.length; at += 100) {
    await access.read(at, Math.min(100, BYTES.length - at));
  }
  expect(reads.length).toBeLessThan(12);
});

test('little is read that nobody asks for where they are far from each other', async () => {
  const { access, reads } = near();
  for (let at = 0; at < BYTES.length; at += 64 * KIB) await access.read(at, 30);
  const readBytes = reads.reduce((sum, [, lengthBytes]) => sum + lengthBytes, 0);
  expect(readBytes).toBeLessThanOrEqual(16 * 16 * KIB);
});

test('a large read is passed on as it is, and never past the end', async () => {
  const { access, reads } = near();
  await access.read(1000, 300 * KIB);
  await access.read(BYTES.length - 10, 10);
  expect(reads).toEqual([
    [1000, 300 * KIB],
    [BYTES.length - 10, 10],
  ]);
});

test('a large read does not drop what was read near it', async () => {
  const { access, reads } = near();
  await access.read(0, 30);
  await access.read(500 * KIB, 300 * KIB);
  await access.read(100, 30);
  expect(reads).toHaveLength(2);
});

test('reads that follow each other whole window by whole window come with few', async () => {
  const { access, reads } = near();
  for (let at = 0; at < BYTES.length; at += 16 * KIB) await access.read(at, 16 * KIB);
  expect(reads.length).toBeLessThan(12);
});

test('what is read with one grows to twice as much, wherever that is', async () => {
  const { access, reads } = near();
  await access.read(500 * KIB, 30);
  await access.read(516 * KIB, 30);
  expect(reads.map(([, lengthBytes]) => lengthBytes)).toEqual([16 * KIB, 32 * KIB]);
});

test('little is read that nobody asks for where they go backwards', async () => {
  const { access, reads } = near();
  for (let at = BYTES.length - 64 * KIB; at >= 0; at -= 64 * KIB) await access.read(at, 30);
  expect(reads.every(([, lengthBytes]) => lengthBytes === 16 * KIB)).toBe(true);
});

test('what lies beyond the end is asked for, so that whoever has the bytes refuses', async () => {
  const { access, reads } = near();
  await access.read(BYTES.length - 5, 10);
  expect(reads).toEqual([[BYTES.length - 5, 10]]);
});
