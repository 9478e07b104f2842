import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

import { describe, expect, test } from 'vitest';

import { isGatehouseError } from '../../../src/model/errors.ts';
import { ZSTD_REFUSALS } from '../../../src/validation/archives/refusals.ts';
import { unpackZstd, ZSTD_LIMITS } from '../../../src/validation/archives/zstd.ts';
import { diceOf, joined, mutated, piecesAtRandom, piecesOf } from '../../fixtures/pieces.ts';

const TEXT = Buffer.from(
  Array.from({ length: 15_000 }, (_, index) => `line ${index * 7919} of a text\n`).join(''),
);
const PACKED = packed(TEXT);

function packed(content: Uint8Array, more: Record<number, number> = {}): Buffer {
  return zstdCompressSync(content, { params: { [constants.ZSTD_c_checksumFlag]: 1, ...more } });
}

function changed(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = value;
  return copy;
}

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
const SKIPPABLE = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2]);
const WIDE = packed(Buffer.alloc(300_000, 'wide'), { [constants.ZSTD_c_windowLog]: 20 });
/** Nothing but blocks that repeat one byte 128 KiB times: 4 bytes each. */
const BOMB = Buffer.concat([
  Buffer.from([...MAGIC, 0x00, 0x58]),
  ...Array.from({ length: 800 }, (_, index) => {
    const block = Buffer.alloc(4, 'x');
    block.writeUIntLE((128 * 1024 * 8) | 2 | (index === 799 ? 1 : 0), 0, 3);
    return block;
  }),
]);

type Row = readonly [
  (typeof ZSTD_REFUSALS)[number],
  string,
  Uint8Array,
  Partial<typeof ZSTD_LIMITS>,
];

const HOSTILE: readonly Row[] = [
  ['truncated', 'an empty file', Buffer.alloc(0), {}],
  ['truncated', 'a file that ends in a block', PACKED.subarray(0, 5000), {}],
  ['truncated', 'a file without the last byte', PACKED.subarray(0, -1), {}],
  ['not-zstd', 'something else', Buffer.from('PK\u0003\u0004 and more'), {}],
  ['skippable-frame', 'a skippable frame first', Buffer.concat([SKIPPABLE, PACKED]), {}],
  ['skippable-frame', 'a skippable frame last', Buffer.concat([PACKED, SKIPPABLE]), {}],
  ['trailing-bytes', 'one byte more', Buffer.concat([PACKED, Buffer.alloc(1)]), {}],
  ['trailing-bytes', 'many bytes more', Buffer.concat([PACKED, Buffer.alloc(100)]), {}],
  ['too-many-frames', 'two frames', Buffer.concat([PACKED, PACKED]), {}],
  ['dictionary', 'a dictionary', Buffer.from([...MAGIC, 0x21, 1, 0, 1, 0, 0]), {}],
  ['frame-malformed', 'a reserved bit', Buffer.from([...MAGIC, 0x28, 0, 1, 0, 0]), {}],
  ['frame-malformed', 'a reserved block', Buffer.from([...MAGIC, 0x20, 0, 7, 0, 0]), {}],
  ['frame-malformed', 'a block larger than may be', changed(PACKED, 11, 0xff), {}],
  ['frame-malformed', 'another checksum', changed(PACKED, PACKED.length - 1, 0), {}],
  ['frame-malformed', 'a spoilt block', changed(PACKED, 9000, 0xff), {}],
  ['window-too-large', 'a window of 256 MiB', Buffer.from([...MAGIC, 0x00, 0x90, 1, 0, 0]), {}],
  ['window-too-large', 'a smaller limit', WIDE, { windowLog: 17 }],
  ['too-large', 'more than is allowed', PACKED, { unpackedBytes: 100_000 }],
  ['ratio', 'a bomb', BOMB, {}],
];

describe('refused', () => {
  test.each(HOSTILE)('%s: %s', async (reason, _what, bytes, limits) => {
    for (const cut of [0, bytes.length < 2000 ? 3 : 1000]) {
      const reading = joined(unpackZstd(piecesOf(bytes, cut), { ...ZSTD_LIMITS, ...limits }));
      const error: unknown = await reading.catch((thrown: unknown) => thrown);
      expect(isGatehouseError(error, 'archive-refused') && error.data['reason']).toBe(reason);
    }
  });

  test('every code has a row', () => {
    expect(new Set(HOSTILE.map(([reason]) => reason))).toEqual(new Set(ZSTD_REFUSALS));
  });
});

test.each([
  ['nothing', packed(Buffer.alloc(0)), Buffer.alloc(0)],
  ['a byte', packed(Buffer.from('a')), Buffer.from('a')],
  ['text', PACKED, TEXT],
  ['text without a checksum', zstdCompressSync(TEXT), TEXT],
  ['a bomb within the limits', BOMB, Buffer.alloc(800 * 128 * 1024, 'x')],
])('%s comes out as it went in', async (what, bytes, content) => {
  const limits = { ...ZSTD_LIMITS, ratio: 1e6 };
  const cuts = what.includes('bomb') ? [0] : [0, 1000];
  for (const cut of cuts) {
    const unpacked = await joined(unpackZstd(piecesOf(bytes, cut), limits));
    expect(unpacked.equals(content)).toBe(true);
  }
});

test('all frames are read, where more than one is allowed', async () => {
  const frames = Buffer.concat([packed(Buffer.from('first')), packed(Buffer.from('second'))]);
  for (const cut of [0, 1]) {
    const unpacked = await joined(unpackZstd(piecesOf(frames, cut), { ...ZSTD_LIMITS, frames: 2 }));
    expect(unpacked.toString()).toBe('firstsecond');
  }
});

test('whatever mutated file we accept, Node reads alike', async () => {
  const roll = diceOf(20_261_125);
  const seeds = [packed(TEXT.subarray(0, 3000)), zstdCompressSync(TEXT.subarray(0, 200))];
  let accepted = 0;
  for (let index = 0; index < 600; index += 1) {
    const bytes = mutated(seeds[roll(seeds.length)] ?? PACKED, roll);
    const ours = await joined(unpackZstd(piecesAtRandom(bytes, roll))).catch((error: unknown) => {
      if (isGatehouseError(error, 'archive-refused')) return undefined;
      throw error;
    });
    if (ours === undefined) continue;
    accepted += 1;
    expect(zstdDecompressSync(bytes).equals(ours)).toBe(true);
  }
  expect(accepted).toBeGreaterThan(5);
});

test('who stops reading leaves nothing behind', async () => {
  for await (const piece of unpackZstd(piecesOf(PACKED, 100))) {
    expect(piece.length).toBeGreaterThan(0);
    break;
  }
});
