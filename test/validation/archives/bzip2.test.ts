import { describe, expect, test } from 'vitest';

import { isGatehouseError } from '../../../src/model/errors.ts';
import { BZIP2_LIMITS, unpackBzip2 } from '../../../src/validation/archives/bzip2.ts';
import { BZIP2_REFUSALS } from '../../../src/validation/archives/refusals.ts';
import { joined, piecesOf } from '../../fixtures/pieces.ts';

/** Made by Python: `bz2.compress(b"hello hello hello\n" * 3, 1)`. */
const HELLO = Buffer.from(
  'QlpoMTFBWSZTWabRXogAAA1RAAAQQAACRKAAMMAClQybGR5esjUfF3JFOFCQptFeiA==',
  'base64',
);
/** Made by Python: `bz2.compress(b"x" * 40_000_000, 9)`. */
const BOMB = Buffer.from(
  'QlpoOTFBWSZTWd9OaTIBMl8AiIBAABAACCAAMMwJqmmgSlFbUBKUV4u5IpwoSG+nNJkA',
  'base64',
);

function changed(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = value;
  return copy;
}

const HOSTILE: readonly (readonly [
  (typeof BZIP2_REFUSALS)[number],
  string,
  Buffer,
  Partial<typeof BZIP2_LIMITS>,
])[] = [
  ['truncated', 'an empty file', Buffer.alloc(0), {}],
  ['truncated', 'a file that ends in a block', HELLO.subarray(0, 30), {}],
  ['truncated', 'a file without the last byte', HELLO.subarray(0, -1), {}],
  ['not-bzip2', 'something else', Buffer.from('PK\u0003\u0004 and more'), {}],
  ['not-bzip2', 'level 0', changed(HELLO, 3, 0x30), {}],
  ['randomised', 'a randomised block', changed(HELLO, 14, 0x80), {}],
  ['block-malformed', 'another magic number', changed(HELLO, 5, 0), {}],
  ['block-malformed', 'an origin beyond the block', changed(HELLO, 15, 0xff), {}],
  ['bad-crc', 'another CRC of the block', changed(HELLO, 11, 0), {}],
  ['bad-crc', 'another CRC of the stream', changed(HELLO, HELLO.length - 3, 0), {}],
  ['trailing-bytes', 'one byte more', Buffer.concat([HELLO, Buffer.alloc(1)]), {}],
  ['too-many-streams', 'two streams', Buffer.concat([HELLO, HELLO]), {}],
  ['too-large', 'a bomb', BOMB, { unpackedBytes: 1_000_000 }],
  ['ratio', 'a bomb', BOMB, { ratioFromBytes: 1_000_000 }],
];

describe('refused', () => {
  test.each(HOSTILE)('%s: %s', async (reason, _what, bytes, limits) => {
    for (const cut of [0, 1, 7]) {
      const reading = joined(unpackBzip2(piecesOf(bytes, cut), { ...BZIP2_LIMITS, ...limits }));
      const error: unknown = await reading.catch((thrown: unknown) => thrown);
      expect(isGatehouseError(error, 'archive-refused') && error.data['reason']).toBe(reason);
    }
  });

  test('every code has a row', () => {
    expect(new Set(HOSTILE.map(([reason]) => reason))).toEqual(new Set(BZIP2_REFUSALS));
  });
});

test('what was compressed comes out, in pieces of any size', async () => {
  for (const cut of [0, 1, 5]) {
    const unpacked = await joined(unpackBzip2(piecesOf(HELLO, cut)));
    expect(unpacked.toString()).toBe('hello hello hello\n'.repeat(3));
  }
});

test('a bomb within the limits comes out in small pieces', async () => {
  let total = 0;
  for await (const piece of unpackBzip2(piecesOf(BOMB))) {
    total += piece.length;
    expect(piece.length).toBeLessThanOrEqual(128 * 1024);
  }
  expect(total).toBe(40_000_000);
});
