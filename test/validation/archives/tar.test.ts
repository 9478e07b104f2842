import { gzipSync } from 'node:zlib';

import { expect, test } from 'vitest';

import { GZIP_LIMITS, gunzip } from '../../../src/validation/archives/gzip.ts';
import { TAR_REFUSALS } from '../../../src/validation/archives/refusals.ts';
import { TAR_LIMITS } from '../../../src/validation/archives/tar-limits.ts';
import { readTar, type TarOptions } from '../../../src/validation/archives/tar.ts';
import {
  GOOD_TAR,
  gzipWith,
  HONEST_TARS,
  HOSTILE_GZIPS,
  HOSTILE_TARS,
  tarOf,
} from '../../fixtures/odd-tars.ts';
import { refusalOf } from '../../fixtures/refusals.ts';
import { buildTar } from '../../fixtures/tar.ts';
import { noise } from '../../fixtures/wheels.ts';

const INSIDE: TarOptions = { links: 'inside' };

async function* inPieces(bytes: Uint8Array, size = 700): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function list(content: AsyncIterable<Uint8Array>, options: TarOptions = INSIDE) {
  const found: [string, string, string][] = [];
  for await (const entry of readTar(content, options)) {
    const { kind, name, linkTarget } = entry;
    const pieces = await Array.fromAsync(entry.stream());
    found.push([kind, name, linkTarget ?? Buffer.concat(pieces).toString()]);
  }
  return found;
}

test.each(HOSTILE_TARS)('$what is refused as $reason', async (row) => {
  const options: TarOptions = {
    limits: { ...TAR_LIMITS, ...row.limits },
    links: row.links ?? 'inside',
  };
  expect(await refusalOf(list(inPieces(tarOf(row)), options))).toBe(row.reason);
});

test.each(HOSTILE_GZIPS)('gzip: $what is refused as $reason', async ({ bytes, limits, reason }) => {
  const all = { ...GZIP_LIMITS, ratioFromBytes: 10_000, ...limits };
  for (const size of [1, 13, 100_000])
    expect(await refusalOf(Array.fromAsync(gunzip(inPieces(bytes, size), all)))).toBe(reason);
});

test('every reason to refuse a tar file has a row', () => {
  const reasons = new Set([...HOSTILE_TARS, ...HOSTILE_GZIPS].map(({ reason }) => reason));
  expect([...reasons].toSorted()).toEqual(TAR_REFUSALS);
});

test.each(HONEST_TARS)('$what: accepted and read', async (row) => {
  for (const size of [1, 511, 512, 513, 100_000])
    expect(await list(inPieces(tarOf(row), size))).toEqual(row.holds);
});

test('what is not read of a member is passed over', async () => {
  const content = noise(3000);
  const bytes = buildTar([
    { name: 'a', content },
    { name: 'b', content: 'x' },
  ]);
  const names: string[] = [];
  for await (const entry of readTar(inPieces(bytes))) {
    names.push(entry.name);
    for await (const _ of entry.stream()) break;
  }
  expect(names).toEqual(['a', 'b']);
});

test('a member cannot be read once the reader is past it', async () => {
  const [first] = await Array.fromAsync(readTar(inPieces(GOOD_TAR)));
  await expect(Array.fromAsync(first?.stream() ?? [])).rejects.toThrow(TypeError);
});

test('whoever leaves early closes the source', async () => {
  let isClosed = false;
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      yield* inPieces(gzipSync(buildTar([{ name: 'a', content: noise(1_000_000) }])), 10_000);
    } finally {
      isClosed = true;
    }
  }
  for await (const entry of readTar(gunzip(source()))) {
    expect(entry.sizeBytes).toBe(1_000_000);
    break;
  }
  expect(isClosed).toBe(true);
});

test.each([1, 7, 8, 9, 64, 70_000, 10_000_000])(
  'gzip is read alike in pieces of %d bytes',
  async (size) => {
    // Pieces of a few bytes take long, and where they end is what matters.
    const content = Buffer.concat([noise(size < 64 ? 9000 : 300_000), Buffer.alloc(200_000)]);
    const pieces = await Array.fromAsync(gunzip(inPieces(gzipSync(content), size)));
    expect(Buffer.concat(pieces).equals(content)).toBe(true);
  },
);

test('a gzip file may name what it holds', async () => {
  const pieces = await Array.fromAsync(gunzip(inPieces(gzipWith(9, 'thing-1.0.tar\0'), 5)));
  expect(Buffer.concat(pieces).equals(GOOD_TAR)).toBe(true);
});

async function* broken(): AsyncGenerator<Uint8Array> {
  yield gzipSync(noise(200_000)).subarray(0, 100_000);
  throw new Error('the disk is gone');
}

test('what the source throws is passed on', async () => {
  await expect(Array.fromAsync(gunzip(broken()))).rejects.toThrow('the disk is gone');
});
