import { setImmediate as turn } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import { REPODATA_LIMITS } from '../../../src/ecosystems/conda/repodata-limits.ts';
import { REPODATA_REFUSALS } from '../../../src/ecosystems/conda/repodata-refusals.ts';
import { sliceRepodata } from '../../../src/ecosystems/conda/repodata-slices.ts';
import { isGatehouseError } from '../../../src/model/errors.ts';
import { madeRepodata, realRepodata } from '../../fixtures/conda-data.ts';
import { diceOf, piecesAtRandom, piecesOf } from '../../fixtures/pieces.ts';
import { fuzzRepodata, parsedSlices, SALT, slicesOf } from './repodata-fuzz.ts';

const MADE = madeRepodata();
const COMPACT = Buffer.from(JSON.stringify(MADE));
const PRETTY = Buffer.from(JSON.stringify(MADE, undefined, 2));
const CRLF = Buffer.from(JSON.stringify(MADE, undefined, '\t').replaceAll('\n', '\r\n'));

describe('the same records as JSON.parse', () => {
  test.each([
    ['compact', COMPACT],
    ['pretty', PRETTY],
    ['with CRLF', CRLF],
    ['with spaces around', Buffer.from(` \n${COMPACT.toString()}\r\n `)],
  ])('%s, in pieces of any size', async (_what, bytes) => {
    for (const cut of [0, 1, 13, 1000]) {
      const found = await slicesOf(piecesOf(bytes, cut));
      if (typeof found === 'string') throw new Error(found);
      const records = found.records.map(({ group, key, value }) => ({ group, key, value }));
      expect(records).toEqual(parsedSlices(bytes));
      expect(found.outline).toEqual({
        info: MADE['info'],
        removed: MADE['removed'],
        repodataVersion: 2,
        skipped: ['signatures'],
        records: 41,
        totalBytes: bytes.length,
      });
    }
  });

  test('real files', async () => {
    const roll = diceOf(3);
    for (const [path, bytes] of realRepodata()) {
      const found = await slicesOf(piecesAtRandom(bytes, roll));
      if (typeof found === 'string') throw new Error(`${path}: ${found}`);
      const records = found.records.map(({ group, key, value }) => ({ group, key, value }));
      expect(records, path).toEqual(parsedSlices(bytes));
    }
  });
});

test('the bytes of a record are those of the document, odd spaces and escapes included', async () => {
  const record = '{ "name":"a\\u0062" ,\t"x" : [1.50,-0, 1E2]\r\n}';
  const found = await slicesOf(
    piecesOf(Buffer.from(`{"packages":{"a\\u002d1-0.conda":${record}}}`)),
  );
  expect(found).toMatchObject({ records: [{ key: 'a-1-0.conda', text: record }] });
});

test('a string that looks like the end of a record and the next one is neither', async () => {
  const records = {
    'a-1-0.conda': '{"x":["},",":{",":1},","b-1-0.conda\\":{"],"y":"}"}',
    'b-1-0.conda': '{"x":["}","{"],"y":"\\\\"}',
    'c-1-0.conda': '{"x":"é},\\"d-1-0.conda\\":{\\"name\\":1}"}',
    'd-1-0.conda': '{"x":{},"y":[{"z":"}"}]}',
  };
  const members = Object.entries(records).map(([key, text]) => `"${key}":${text}`);
  const document = Buffer.from(`{"packages.conda":{${members.join(',')}}}`);
  for (const windowBytes of [16, 64, 128 * 1024]) {
    const limits = { ...REPODATA_LIMITS, windowBytes };
    const found = await slicesOf(piecesOf(document), limits);
    if (typeof found === 'string') throw new Error(found);
    expect(Object.fromEntries(found.records.map(({ key, text }) => [key, text]))).toEqual(records);
  }
});

test.each(['', '{}', ' {\n} ', '{"packages":{}}', '{"v3":{}}'])(
  'nothing is in %j',
  async (text) => {
    expect(await slicesOf(piecesOf(Buffer.from(text), 1))).toMatchObject({
      records: [],
      outline: { info: {}, removed: [], repodataVersion: undefined, records: 0 },
    });
  },
);

test('groups that nobody knows are passed over by name, and known ones come in any order', async () => {
  const document = {
    v4: { conda: { 'x-1-0': { name: 'x' } } },
    v3: { egg: { 'x-1-0': {} }, whl: { 'w-1-0': { url: 'https://elsewhere.test/w' } } },
    'v3.conda': { 'y-1-0': {} },
    packages: { 'a-1-0.tar.bz2': { name: 'a' } },
    extra: 'text',
    more: [1, [2, '}'], { a: ']' }],
  };
  const found = await slicesOf(piecesOf(Buffer.from(JSON.stringify(document)), 5));
  expect(found).toMatchObject({
    records: [
      { group: 'v3.whl', key: 'w-1-0' },
      { group: 'packages', key: 'a-1-0.tar.bz2' },
    ],
    outline: { skipped: ['v4', 'v3.egg', 'v3.conda', 'extra', 'more'] },
  });
});

const SMALL = {
  ...REPODATA_LIMITS,
  totalBytes: 4000,
  records: 3,
  valueBytes: 500,
  keyBytes: 30,
  outerKeys: 4,
};
const RECORD = '{"name":"a"}';
const DEEP = `${'['.repeat(6)}${']'.repeat(6)}`;
const LONG = `"${'x'.repeat(600)}"`;

const HOSTILE: readonly (readonly [
  (typeof REPODATA_REFUSALS)[number],
  string,
  string | Buffer,
  number?,
])[] = [
  ['byte-order-mark', 'a byte order mark', '\uFEFF{}', 0],
  [
    'invalid-utf8',
    'a byte of Latin-1',
    Buffer.from('{"packages":{"a":{"x":"\u00e9"}}}', 'latin1'),
    23,
  ],
  [
    'invalid-utf8',
    'a surrogate',
    Buffer.concat([Buffer.from('{"x":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
  ],
  [
    'invalid-utf8',
    'half a character at the end',
    Buffer.concat([Buffer.from('{} '), Buffer.from([0xc3])]),
    3,
  ],
  ['duplicate-key', 'a file name twice', `{"packages":{"a":${RECORD},"a":${RECORD}}}`, 30],
  [
    'duplicate-key',
    'a file name twice, once escaped',
    `{"packages":{"a":${RECORD},"\\u0061":${RECORD}}}`,
  ],
  [
    'duplicate-key',
    'a file name in both groups',
    `{"packages":{"a":${RECORD}},"packages.conda":{"a":${RECORD}}}`,
  ],
  ['duplicate-key', 'a file name twice in v3', `{"v3":{"conda":{"a":${RECORD},"a":${RECORD}}}}`],
  ['duplicate-key', 'a group twice', '{"packages":{},"packages":{}}', 15],
  ['duplicate-key', 'a group of v3 twice', '{"v3":{"conda":{},"conda":{}}}'],
  ['duplicate-key', 'an unknown key twice', '{"x":{},"x":{}}'],
  [
    'duplicate-key',
    'a member of a record twice',
    '{"packages":{"a":{"license":"GPL","license":"MIT"}}}',
  ],
  [
    'duplicate-key',
    'the same with spaces',
    '{"packages":{"a":{"license" :"GPL","license":"MIT"}}}',
  ],
  [
    'duplicate-key',
    'the same with an escape',
    '{"packages":{"a":{"license":"GPL","licens\\u0065":"MIT"}}}',
  ],
  ['duplicate-key', 'deep in a record', '{"packages":{"a":{"x":[{"y":1,"y":2}]}}}'],
  ['duplicate-key', 'in info', '{"info":{"subdir":"a","subdir":"b"}}'],
  ['key-too-long', 'a long file name', `{"packages":{"${'a'.repeat(31)}":${RECORD}}}`],
  ['key-too-long', 'a name that never ends', `{"packages":{"${'a'.repeat(3000)}`],
  ['not-an-object', 'a list', '[]', 0],
  ['not-an-object', 'null', 'null', 0],
  ['not-json', 'a record that is not JSON', '{"packages":{"a":{"x":tru}}}'],
  ['not-json', 'NaN', '{"packages":{"a":{"x":NaN}}}'],
  ['not-json', 'a comma too many', `{"packages":{"a":${RECORD},}}`],
  ['not-json', 'a comma too few', `{"packages":{"a":${RECORD} "b":${RECORD}}}`],
  ['not-json', 'no colon', '{"packages" {}}'],
  ['not-json', 'a key without quotes', '{packages:{}}', 1],
  ['not-json', 'a bare line feed in a text', '{"packages":{"a":{"x":"\n"}}}'],
  ['not-json', 'a bare NUL in a file name', `{"packages":{"\u0000":${RECORD}}}`],
  ['not-json', 'no value', '{"packages":{"a":}}'],
  ['not-json', 'a bracket that closes another', '{"x":[}]}'],
  ['record-not-an-object', 'a record that is a list', '{"packages":{"a":[]}}', 17],
  ['record-not-an-object', 'a record that is a text', '{"packages":{"a":"}"}}'],
  ['too-deep', 'a record', `{"packages":{"a":{"x":${DEEP}}}}`],
  ['too-deep', 'what is passed over', `{"x":[[${DEEP}]]}`],
  ['too-large', 'the document', `{"x":"${'x'.repeat(400)}"}${' '.repeat(4000)}`, 4000],
  ['too-many-keys', 'outside of the records', '{"a":1,"b":1,"c":1,"d":1,"e":1}'],
  [
    'too-many-records',
    'four',
    `{"packages":{"a":${RECORD},"b":${RECORD},"c":${RECORD},"d":${RECORD}}}`,
  ],
  ['trailing-bytes', 'another document', '{}{}', 2],
  ['trailing-bytes', 'a NUL', '{}\u0000', 2],
  ['truncated', 'an open group', `{"packages":{"a":${RECORD}`],
  ['truncated', 'an open text', '{"packages":{"a":{"x":"'],
  ['truncated', 'only space', '  \n', 3],
  ['truncated', 'an open unknown', '{"x":[1,2'],
  ['value-too-large', 'a record', `{"packages":{"a":{"x":${LONG}}}}`, 17],
  ['value-too-large', 'a record that never ends', `{"packages":{"a":{"x":${LONG.slice(0, -1)}`],
  ['value-too-large', 'info', `{"info":{"x":${LONG}}}`],
  ['wrong-type', 'packages', '{"packages":[]}', 12],
  ['wrong-type', 'v3', '{"v3":1}'],
  ['wrong-type', 'info', '{"info":[]}'],
  ['wrong-type', 'removed', '{"removed":[1]}'],
  ['wrong-type', 'the version', '{"repodata_version":"1"}'],
];

const ROWS = HOSTILE.map(([reason, what, document, offset]) => ({
  reason,
  what,
  document,
  offset,
}));

describe('refused', () => {
  test.each(ROWS)('$reason: $what', async ({ reason, document, offset }) => {
    const bytes = typeof document === 'string' ? Buffer.from(document) : document;
    for (const cut of [0, 1, 7]) {
      for (const windowBytes of [16, 100, SMALL.windowBytes]) {
        const limits = { ...SMALL, windowBytes };
        expect(await slicesOf(piecesOf(bytes, cut), limits)).toBe(reason);
        if (offset === undefined) continue;
        const reading = Array.fromAsync(
          sliceRepodata(piecesOf(bytes, cut), { limits, salt: SALT }).batches,
        );
        const error: unknown = await reading.catch((thrown: unknown) => thrown);
        if (!isGatehouseError(error, 'invalid-page'))
          throw new Error('not refused', { cause: error });
        expect(error.data['offset']).toBe(offset);
      }
    }
  });

  test('every code has a row', () => {
    expect(new Set(HOSTILE.map(([reason]) => reason))).toEqual(new Set(REPODATA_REFUSALS));
  });
});

test('the outline is not to be had before the end', () => {
  const reading = sliceRepodata(piecesOf(Buffer.from('{}')), { salt: SALT });
  expect(() => reading.outline()).toThrow(/before its end/);
});

test('other work goes on meanwhile', async () => {
  const bytes = Buffer.from(JSON.stringify(madeRepodata(8000)));
  let turns = 0;
  const done = new AbortController();
  async function count(): Promise<void> {
    while (!done.signal.aborted) {
      await turn();
      turns += 1;
    }
  }
  const counting = count();
  await slicesOf(piecesOf(bytes));
  done.abort();
  await counting;
  expect(turns).toBeGreaterThan(bytes.length / (2 * 1024 * 1024));
});

test('whatever of 1,500 mutated documents we accept, JSON.parse reads alike', async () => {
  const made = [madeRepodata(3), madeRepodata(12)];
  const seeds = made.flatMap((one) => [
    Buffer.from(JSON.stringify(one)),
    Buffer.from(JSON.stringify(one, undefined, 1)),
  ]);
  const found = await fuzzRepodata({ seeds, seed: 20_261_125, mutants: 1500 });
  expect(found.accepted).toBeGreaterThan(150);
  expect(found.differences.slice(0, 3)).toEqual([]);
});
