import { expect, test } from 'vitest';

import { canonicalJson } from '../../src/ledger/canonical-json.ts';
import { decodeEntry, type EntryContent, encodeEntry } from '../../src/ledger/entries.ts';
import { EMPTY_STATE, foldEntry, type LedgerState } from '../../src/ledger/state.ts';
import { admission, digest, policy, stamped, subject } from './samples.ts';

const CONTENTS: readonly EntryContent[] = [
  admission('numpy'),
  { ...admission('numpy'), revocations: digest('revocations') },
  { kind: 'refusal', subject: subject('bad'), policy: digest('p'), codes: [] },
  {
    kind: 'refusal',
    subject: subject('bad'),
    policy: digest('p'),
    evidence: digest('e'),
    codes: ['hash/metadata-mismatch'],
    withdrawn: digest('w'),
  },
  policy('one'),
  { kind: 'policy', policy: digest('p'), previous: digest('one') },
  { kind: 'revocations', revocations: digest('r') },
  { kind: 'revocations', revocations: digest('r'), added: 'numpy 1.0: “bad”' },
  {
    kind: 'catalogue',
    profile: 'default',
    catalogue: digest('c'),
    policy: digest('p'),
    asOf: 1,
    complete: false,
    projects: 3,
  },
  { kind: 'access', segment: 'access/2026-01-02/a-00000001', sha256: digest('s'), count: 2 },
  { kind: 'start', configuration: digest('configuration'), version: '0.1.0' },
];

test.each(CONTENTS)('an entry is decoded from its text: $kind', (content) => {
  const entry = stamped(content);
  expect(decodeEntry(encodeEntry(entry))).toEqual(entry);
});

test('the text of an entry is its canonical JSON', () => {
  expect(encodeEntry(stamped({ kind: 'start', version: '1', configuration: digest('') }))).toBe(
    '{"actor":"service:a","batch":"00","configuration":' +
      '"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","kind":"start",' +
      '"time":"2026-01-02T03:04:05.000Z","v":1,"version":"1"}',
  );
});

test.each([
  [
    { b: 1, a: [true, 'x'], é: undefined, '€': {}, '\r': -0 },
    '{"\\r":0,"a":[true,"x"],"b":1,"€":{}}',
  ],
  // RFC 8785 §3.2.3: by UTF-16 code units, so a surrogate pair comes before U+FB33.
  [{ '\u{fb33}': 1, '\u{1f600}': 2 }, '{"\u{1f600}":2,"\u{fb33}":1}'],
  ['\u0007\u001f\u007f"\\/\n', '"\\u0007\\u001f\u007f\\"\\\\/\\n"'],
])('canonical JSON of %j', (value, text) => {
  expect(canonicalJson(value)).toBe(text);
});

test.each([[null], [1.5], [2 ** 53], [Number.NaN], ['\ud800'], [[undefined]], [{ a: null }], [1n]])(
  'canonical JSON has no text for %s',
  (value) => {
    expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: 'wrong-use' }));
  },
);

test.each<[string, EntryContent]>([
  ['more than 2 KB', { kind: 'revocations', revocations: digest('r'), added: 'x'.repeat(2048) }],
  ['a fraction', { ...admission('a'), sizeBytes: 1.5 }],
  ['a broken character', { kind: 'revocations', revocations: digest('r'), added: '\ud800' }],
  ['a digest that is none', { kind: 'policy', policy: 'x' as never }],
  ['an unknown member', { ...policy('a'), other: 1 } as never],
])('an entry is not written with %s', (_, content) => {
  expect(() => encodeEntry(stamped(content))).toThrow(
    expect.objectContaining({ code: 'wrong-use' }),
  );
});

const TEXT = encodeEntry(stamped(policy('one')));

test.each([
  ['a newer format', TEXT.replace('"v":1', '"v":2'), 'store-too-new'],
  ['a newer format of a kind unknown here', '{"kind":"feeds","v":2}', 'store-too-new'],
  ['an unknown kind', TEXT.replace('"kind":"policy"', '"kind":"other"'), 'store-corrupt'],
  ['another spacing', TEXT.replace(',', ', '), 'store-corrupt'],
  ['a doubled member', TEXT.replace('{', '{"actor":"x",'), 'store-corrupt'],
  ['an unknown member', TEXT.replace('"v":1', '"v":1,"w":1'), 'store-corrupt'],
  ['no JSON', TEXT.slice(1), 'store-corrupt'],
  ['nothing', '', 'store-corrupt'],
])('an entry is not read with %s', (_, text, code) => {
  expect(() => decodeEntry(text)).toThrow(expect.objectContaining({ code }));
});

test.each<[string, EntryContent, LedgerState]>([
  ['policy', policy('two'), { ...EMPTY_STATE, policy: digest('two') }],
  [
    'revocations',
    { kind: 'revocations', revocations: digest('r') },
    { ...EMPTY_STATE, revocations: digest('r') },
  ],
  [
    'refusal',
    {
      kind: 'refusal',
      subject: subject('a'),
      policy: digest('p'),
      codes: [],
      withdrawn: digest('w'),
    },
    { ...EMPTY_STATE, withdrawn: digest('w') },
  ],
  [
    'catalogue',
    {
      kind: 'catalogue',
      profile: 'default',
      catalogue: digest('c'),
      policy: digest('p'),
      asOf: 1,
      complete: true,
      projects: 3,
      withdrawn: digest('none'),
    },
    { catalogues: { default: digest('c') }, withdrawn: digest('none') },
  ],
  ['admission', admission('a'), EMPTY_STATE],
])('%s changes its part of the state', (_, content, state) => {
  expect(foldEntry(EMPTY_STATE, content)).toEqual(state);
});

test('what an entry does not mention stays', () => {
  const state = { policy: digest('p'), withdrawn: digest('w'), catalogues: { a: digest('a') } };
  const refusal = {
    kind: 'refusal',
    subject: subject('a'),
    policy: digest('p'),
    codes: [],
  } as const;
  expect(foldEntry(state, refusal)).toEqual(state);
});
