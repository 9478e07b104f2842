import { expect, test } from 'vitest';

import { encodeEntry } from '../../src/ledger/entries.ts';
import { leafHash } from '../../src/ledger/merkle.ts';
import {
  decodeBundle,
  decodeTile,
  encodeBundle,
  tileKey,
  type TileLevel,
  tilePath,
} from '../../src/ledger/tiles.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { fill, openSample, sample, stamped } from './samples.ts';

test.each<[TileLevel, number, number, string]>([
  [0, 0, 256, 'tile/0/000'],
  [0, 0, 1, 'tile/0/000.p/1'],
  [0, 999, 256, 'tile/0/999'],
  [0, 1000, 256, 'tile/0/x001/000'],
  [1, 1_234_067, 256, 'tile/1/x001/x234/067'],
  [2, 1_234_067, 255, 'tile/2/x001/x234/067.p/255'],
  ['entries', 0, 256, 'tile/entries/000'],
  ['entries', 1_000_000, 3, 'tile/entries/x001/x000/000.p/3'],
])('level %s, index %i, width %i has the path of tlog-tiles', (level, index, width, path) => {
  expect(tilePath({ level, index, width })).toBe(path);
});

test('the store keeps full tiles below its own folder', () => {
  expect(tileKey('entries', 1234)).toBe('ledger/tile/entries/x001/234');
});

test('a bundle is each entry after its length as a big-endian uint16', () => {
  const bundle = encodeBundle(['a', '', 'é'.repeat(200)]);
  expect(Buffer.from(bundle).subarray(0, 7).toString('hex')).toBe('00016100000190');
  expect(decodeBundle(bundle)).toEqual(['a', '', 'é'.repeat(200)]);
});

test.each([['00'], ['0001'], ['000261'], ['00016100'], ['0001ff']])(
  'bytes that are no bundle are corrupt: %s',
  (hex) => {
    expect(() => decodeBundle(Buffer.from(hex, 'hex'))).toThrow(
      expect.objectContaining({ code: 'store-corrupt' }),
    );
  },
);

test('bytes that are no whole hashes are corrupt', () => {
  expect(() => decodeTile(Buffer.alloc(33))).toThrow(
    expect.objectContaining({ code: 'store-corrupt' }),
  );
});

test.each([256, 300, 513])(
  'of %i entries every tile and bundle is answered, flushed or not, and nothing beyond',
  async (size) => {
    const ledger = await openSample(openMemoryStore());
    await fill(ledger, size);
    const entries = await Array.fromAsync(ledger.entries(0, size));
    const texts = entries.map(({ entry }) => encodeEntry(entry));
    const leaves = texts.map((text) => leafHash(Buffer.from(text)));
    for (let index = 0; index * 256 < size; index += 1) {
      const [start, width] = [index * 256, Math.min(256, size - index * 256)];
      for (const part of new Set([1, width - 1, width].filter((count) => count > 0))) {
        const bundle = await ledger.entryBundle(index, part);
        expect(decodeBundle(bundle ?? Buffer.alloc(0))).toEqual(texts.slice(start, start + part));
        const tile = await ledger.tile(0, index, part);
        expect(Buffer.from(tile ?? [])).toEqual(Buffer.concat(leaves.slice(start, start + part)));
      }
      const isFull = width === 256;
      expect((await ledger.tile(0, index)) !== undefined).toBe(isFull);
      expect((await ledger.entryBundle(index)) !== undefined).toBe(isFull);
    }
    const complete = Math.floor(size / 256);
    expect(await ledger.tile(1, 0, complete)).toHaveLength(complete * 32);
    for (const [level, index, width] of [
      [1, 0, complete + 1],
      [1, 1, 1],
      [2, 0, 1],
      [0, complete + 1, 1],
      [0, 0, 0],
      [0, 0, 257],
      [-1, 0, 1],
      [0, -1, 1],
      [0.5, 0, 1],
      [1000, 0, 1],
    ] as const) {
      expect(await ledger.tile(level, index, width)).toBeUndefined();
    }
  },
);

test('entries come in order from any place, as far as there are any', async () => {
  const ledger = await openSample();
  await fill(ledger, 600);
  const entries = await Array.fromAsync(ledger.entries(250, 9999));
  expect(entries.map(({ index }) => index)).toEqual(
    Array.from({ length: 350 }, (_, at) => 250 + at),
  );
  for (const { index, entry } of entries) {
    const { batch } = entry;
    expect(entry).toEqual({ ...stamped(sample(index)), batch });
  }
  expect(await Array.fromAsync(ledger.entries(-5, 2))).toHaveLength(2);
  expect(await Array.fromAsync(ledger.entries(600, 700))).toEqual([]);
});
