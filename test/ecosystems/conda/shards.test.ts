import { zstdDecompressSync } from 'node:zlib';

import { decode, encode } from '@msgpack/msgpack';
import { describe, expect, test } from 'vitest';

import { compressIndex } from '../../../src/ecosystems/conda/compress.ts';
import { readMsgpack } from '../../../src/ecosystems/conda/msgpack-read.ts';
import { writeMsgpack } from '../../../src/ecosystems/conda/msgpack-write.ts';
import { readShardIndex, writeShardIndex } from '../../../src/ecosystems/conda/shard-index.ts';
import { SHARD_REFUSALS } from '../../../src/ecosystems/conda/shard-refusals.ts';
import { readShard, writeShard } from '../../../src/ecosystems/conda/shards.ts';
import { isGatehouseError } from '../../../src/model/errors.ts';
import { madeRepodata, realRepodata } from '../../fixtures/conda-data.ts';
import { piecesOf } from '../../fixtures/pieces.ts';
import { slicesOf } from './repodata-fuzz.ts';

const LIMITS = { bytes: 1e6, depth: 8 };

async function flatRecords(bytes: Uint8Array) {
  const found = await slicesOf(piecesOf(bytes));
  if (typeof found === 'string') throw new Error(found);
  return found.records.filter(({ group }) => !group.startsWith('v3.'));
}

test('a shard says the same as the JSON that it was made of', async () => {
  const made = Buffer.from(JSON.stringify(madeRepodata()));
  for (const [path, bytes] of [['made', made] as const, ...realRepodata()]) {
    const records = (await flatRecords(bytes)).filter(({ value }) => 'sha256' in value);
    const shard = readShard(writeShard({ records, removed: ['b', 'a'] }));
    expect(shard.removed).toEqual(['a', 'b']);
    const expected = records
      .map(({ group, key, value }) => ({ group, key, text: JSON.stringify(value) }))
      .toSorted((a, b) => (`${a.group}|${a.key}` < `${b.group}|${b.key}` ? -1 : 1));
    const found = shard.records
      .map(({ group, key, bytes: json }) => ({ group, key, text: Buffer.from(json).toString() }))
      .toSorted((a, b) => (`${a.group}|${a.key}` < `${b.group}|${b.key}` ? -1 : 1));
    expect(found, path).toEqual(expected);
  }
});

test('hashes are bin, and times are integers, as rattler wants them', () => {
  const value = {
    name: 'a',
    timestamp: 1_700_000_000_000,
    sha256: 'ab'.repeat(32),
    md5: 'cd'.repeat(16),
    ratio: 0.5,
  };
  const bytes = writeShard({
    records: [{ group: 'packages.conda', key: 'a', value }],
    removed: [],
  });
  const shard = decode(Uint8Array.from(bytes), { useBigInt64: true });
  expect(shard).toEqual({
    packages: {},
    'packages.conda': {
      a: {
        name: 'a',
        timestamp: 1_700_000_000_000n,
        sha256: new Uint8Array(32).fill(0xab),
        md5: new Uint8Array(16).fill(0xcd),
        ratio: 0.5,
      },
    },
    removed: [],
  });
});

const VALUES: readonly unknown[] = [
  0,
  1,
  127,
  128,
  255,
  256,
  65_535,
  65_536,
  2 ** 32 - 1,
  2 ** 32,
  Number.MAX_SAFE_INTEGER,
  -1,
  -32,
  -33,
  -128,
  -129,
  -32_768,
  -32_769,
  -(2 ** 31),
  -(2 ** 31) - 1,
  Number.MIN_SAFE_INTEGER,
  0.5,
  -1e-7,
  true,
  false,
  null,
  '',
  'é😀',
  ...[31, 32, 255, 256, 65_535, 65_536].map((length) => 'x'.repeat(length)),
  ...[0, 15, 16, 65_535, 65_536].map((length) => Array.from({ length }, () => 1)),
  ...[0, 15, 16, 65_536].map((length) =>
    Object.fromEntries(Array.from({ length }, (_, at) => [`k${at}`, at])),
  ),
  { a: [{ b: { c: [null] } }] },
  ...[0, 255, 256, 65_536].map((length) => new Uint8Array(length).fill(7)),
];

test('another library reads what we write, and we what it writes', () => {
  for (const value of VALUES) {
    expect(decode(Uint8Array.from(writeMsgpack(value)))).toEqual(value);
    const read = readMsgpack(encode(value), LIMITS);
    expect(Buffer.isBuffer(read) ? Uint8Array.from(read) : read).toEqual(value);
    expect(Buffer.from(writeMsgpack(value)).equals(encode(value))).toBe(true);
  }
});

const INDEX = {
  subdir: 'linux-64',
  baseUrl: './',
  shardsBaseUrl: './shards/',
  createdAt: '2026-11-25T00:00:00Z',
  shards: new Map([
    ['zlib', 'ab'.repeat(32)],
    ['7zip', 'cd'.repeat(32)],
  ]),
};

test('an index is read as it was written, and its order is that of the names', () => {
  const bytes = writeShardIndex(INDEX);
  expect(readShardIndex(bytes)).toEqual(INDEX);
  const turned = { ...INDEX, shards: new Map([...INDEX.shards].toReversed()) };
  expect(Buffer.from(writeShardIndex(turned)).equals(bytes)).toBe(true);
  expect(decode(Uint8Array.from(bytes))).toEqual({
    version: 1,
    info: {
      subdir: 'linux-64',
      base_url: './',
      shards_base_url: './shards/',
      created_at: '2026-11-25T00:00:00Z',
    },
    shards: {
      '7zip': new Uint8Array(32).fill(0xcd),
      zlib: new Uint8Array(32).fill(0xab),
    },
  });
});

test('a compressed index is one frame that states its size', async () => {
  const packed = await compressIndex(Buffer.alloc(100_000, 'abc'), 1);
  expect(zstdDecompressSync(packed)).toHaveLength(100_000);
  // RFC 8878, 3.1.1.1.1: the upper two bits, or one segment, say that a content size follows.
  expect((packed[4] ?? 0) & 0b1110_0000).not.toBe(0);
});

function raw(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

function shardOf(record: unknown): Uint8Array {
  return encode({ packages: { a: record }, 'packages.conda': {}, removed: [] });
}

function indexOf(changes: object): Uint8Array {
  const info = { subdir: 'a', base_url: '', shards_base_url: '' };
  return encode({ version: 1, info, shards: {}, ...changes });
}

function writing(value: Record<string, unknown>) {
  return () => writeShard({ records: [{ group: 'packages', key: 'a', value }], removed: [] });
}

const HOSTILE: readonly (readonly [(typeof SHARD_REFUSALS)[number], string, () => unknown])[] = [
  ['bad-hash', 'a short sha256', () => readShard(shardOf({ sha256: new Uint8Array(31) }))],
  ['bad-hash', 'a short sha256 in hex', writing({ sha256: 'ab' })],
  ['bad-hash', 'an md5 that is a number', () => readShard(shardOf({ md5: 1 }))],
  ['bad-hash', 'a hash in hex in an index', () => readShardIndex(indexOf({ shards: { a: 'ab' } }))],
  ['duplicate-key', 'in a map', () => readMsgpack(raw(0x82, 0xa1, 97, 1, 0xa1, 97, 2), LIMITS)],
  [
    'duplicate-key',
    'the same in another form',
    () => readMsgpack(raw(0x82, 0xa1, 97, 1, 0xd9, 1, 97, 2), LIMITS),
  ],
  ['extension', 'a time', () => readMsgpack(encode(new Date(0)), LIMITS)],
  ['extension', 'another', () => readMsgpack(raw(0xc7, 1, 5, 0), LIMITS)],
  ['invalid-utf8', 'a text', () => readMsgpack(raw(0xa1, 0xff), LIMITS)],
  ['invalid-utf8', 'half a character', writing({ name: '\ud800' })],
  ['key-not-text', 'a number', () => readMsgpack(raw(0x81, 1, 1), LIMITS)],
  ['not-msgpack', 'a byte that means nothing', () => readMsgpack(raw(0xc1), LIMITS)],
  ['number', 'beyond 2^53', () => readMsgpack(encode(2n ** 60n, { useBigInt64: true }), LIMITS)],
  ['number', 'not a number', () => readMsgpack(encode(Number.NaN), LIMITS)],
  ['number', 'a float beyond 2^53', () => readMsgpack(encode(1e300), LIMITS)],
  ['number', 'of JSON', writing({ size: JSON.parse('9007199254740993') })],
  [
    'reserved-key',
    'read',
    () => readMsgpack(raw(0x81, 0xa9, ...Buffer.from('__proto__'), 1), LIMITS),
  ],
  ['reserved-key', 'written', writing(JSON.parse('{"__proto__":{"x":1}}'))],
  ['too-deep', 'lists', () => readMsgpack(new Uint8Array(100_000).fill(0x91), LIMITS)],
  ['too-large', 'all', () => readMsgpack(new Uint8Array(11), { bytes: 10, depth: 8 })],
  ['trailing-bytes', 'another value', () => readMsgpack(raw(1, 1), LIMITS)],
  ['truncated', 'nothing', () => readMsgpack(raw(), LIMITS)],
  ['truncated', 'a text', () => readMsgpack(raw(0xa5, 97), LIMITS)],
  [
    'truncated',
    'a list of four thousand millions',
    () => readMsgpack(raw(0xdd, 255, 255, 255, 255), LIMITS),
  ],
  [
    'truncated',
    'a map of four thousand millions',
    () => readMsgpack(raw(0xdf, 255, 255, 255, 255), LIMITS),
  ],
  ['unknown-version', 'of an index', () => readShardIndex(indexOf({ version: 2 }))],
  ['wrong-type', 'a shard that is a list', () => readShard(encode([]))],
  ['wrong-type', 'a group that is a list', () => readShard(encode({ packages: [] }))],
  ['wrong-type', 'a record that is bytes', () => readShard(shardOf(new Uint8Array(3)))],
  ['wrong-type', 'bytes in a record', () => readShard(shardOf({ depends: [new Uint8Array(3)] }))],
  ['wrong-type', 'removed that is a text', () => readShard(encode({ removed: 'a' }))],
  [
    'wrong-type',
    'an index without base_url',
    () => readShardIndex(indexOf({ info: { subdir: 'a' } })),
  ],
  [
    'wrong-type',
    'an index whose shards are bytes',
    () => readShardIndex(indexOf({ shards: new Uint8Array(3) })),
  ],
  [
    'wrong-type',
    'a record of v3',
    () => writeShard({ records: [{ group: 'v3.conda', key: 'a', value: {} }], removed: [] }),
  ],
];

describe('refused', () => {
  test.each(HOSTILE)('%s: %s', (reason, _what, act) => {
    let error: unknown;
    try {
      act();
    } catch (thrown) {
      error = thrown;
    }
    expect(isGatehouseError(error, 'invalid-page') && error.data['reason']).toBe(reason);
  });

  test('every code has a row', () => {
    expect(new Set(HOSTILE.map(([reason]) => reason))).toEqual(new Set(SHARD_REFUSALS));
  });
});

test('groups that nobody knows are passed over by name', () => {
  const shard = readShard(
    encode({ v3: { conda: { 'a-1-0': {} }, egg: {} }, v4: {}, packages: {} }),
  );
  expect(shard.records.map(({ group, key }) => [group, key])).toEqual([['v3.conda', 'a-1-0']]);
  expect(shard.skipped).toEqual(['v3.egg', 'v4']);
});
