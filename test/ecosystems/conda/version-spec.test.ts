import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { findVersionSpec, matchesVersion } from '../../../src/ecosystems/conda/version-spec.ts';
import { compareCondaVersions } from '../../../src/ecosystems/conda/versions.ts';
import { condaVersion, versionTexts } from './conda-texts.ts';

function matches(spec: string, version: string): boolean | undefined {
  const read = findVersionSpec(spec);
  if (read === undefined) throw new Error(`not a spec: ${spec}`);
  return matchesVersion(read, condaVersion(version));
}

test.each([
  ['1.8', '1.8.0', true],
  ['1.8', '1.8.1', false],
  ['==1.8', '1.8.0', true],
  ['=1.8', '1.8.1', true],
  ['=1.8', '1.80', false],
  ['1.8.*', '1.8', true],
  ['1.8.*', '1.8rc1', true],
  ['1.8*', '1.80', false],
  ['!=1.8.*', '1.8.3', false],
  ['!=1.8', '1.8.3', true],
  ['>=1.8,<2', '1.9', true],
  ['>=1.8,<2', '2', false],
  ['<2.0.0a0', '2.0.0rc1', false],
  ['>=1.8,<2|>3', '3.1', true],
  ['1.7|>=1.8,<2', '1.7', true],
  ['(1.7|1.9),<1.8', '1.9', false],
  ['~=1.8.1', '1.8.3', true],
  ['~=1.8.1', '1.9', false],
  ['>=1!0', '9', false],
  ['*', '0', true],
  ['2.7|>=3.6, !=3.7.*', '3.7.1', false],
])('%s and %s: %s', (spec, version, expected) => {
  expect(matches(spec, version)).toBe(expected);
});

// CEP 29: the fuzzy forms say the same, and so do the exact ones.
test.each([
  [['=1.8', '=1.8.*', '1.8.*', '1.8*']],
  [['1.8', '==1.8']],
  [['>=1.8,<2', '<2,>=1.8', '(>=1.8,<2)', '>=1.8 , <2']],
  [['1.7|1.8.*', '1.8.*|1.7', '1.7 | 1.8.*']],
  [['~=1.8.1', '>=1.8.1,=1.8']],
])('%j say the same', (specs) => {
  for (const version of ['1.7', '1.8', '1.8.0', '1.8.1', '1.8.5', '1.8a', '1.80', '1.9', '2']) {
    expect(new Set(specs.map((spec) => matches(spec, version))).size).toBe(1);
  }
});

test.each([
  '^1.*$',
  '1.*.3',
  '*.8',
  '1.8.*.*',
  '=1.8*',
  '!=1.8*',
  '>1.8.*',
  '~=1.8.*',
  '~=1',
  '=*',
  '!=*',
])('%s is read, but what it matches is not said', (text) => {
  expect(findVersionSpec(text)).toEqual({ kind: 'unsupported', text });
  expect(matches(text, '1.8')).toBeUndefined();
});

test.each([
  ['>=2,^1.*$', '1.8', false],
  ['>=1,^1.*$', '1.8', undefined],
  ['>=1|^1.*$', '1.8', true],
  ['>=2|^1.*$', '1.8', undefined],
])('%s and %s: %s, as what is known may decide', (spec, version, expected) => {
  expect(matches(spec, version)).toBe(expected);
});

test.each([
  '',
  ' ',
  '()',
  '(1',
  '1)',
  '1,',
  ',1',
  '1|',
  '|1',
  '>=',
  '=',
  '<>1',
  '=>1',
  '===1',
  '1 2',
  '!1',
  '>= 1',
  '1=0',
  '^1',
  '1$',
  '>=1..2',
  'é',
  '1;2',
  '('.repeat(2000),
  `${'('.repeat(40)}1${')'.repeat(40)}`,
])('%j is no spec', (text) => {
  expect(findVersionSpec(text)).toBeUndefined();
});

test('hostile texts take no time', () => {
  const texts = [
    '*'.repeat(1000),
    `^${'(a+)+'.repeat(150)}$`,
    '1.*'.repeat(300),
    '1,'.repeat(500),
    `${'1|'.repeat(500)}1`,
    '='.repeat(1000),
    `>=${'1.'.repeat(500)}`,
    '('.repeat(1024),
    `1${' '.repeat(1000)}2`,
    'a'.repeat(100_000),
  ];
  const start = performance.now();
  for (const text of texts) {
    const spec = findVersionSpec(text);
    if (spec !== undefined) matchesVersion(spec, condaVersion('1.8'));
  }
  expect(performance.now() - start).toBeLessThan(200);
});

test('comparisons say what the order says', () => {
  fc.assert(
    fc.property(versionTexts(), versionTexts(), (left, right) => {
      const order = compareCondaVersions(condaVersion(left), condaVersion(right));
      expect(['<', '<=', '==', '!=', '>=', '>'].map((sign) => matches(sign + right, left))).toEqual(
        [order < 0, order <= 0, order === 0, order !== 0, order >= 0, order > 0],
      );
    }),
  );
});

test('a version is among those that begin as it does', () => {
  fc.assert(
    fc.property(versionTexts(), (text) => {
      expect(matches(`=${text}`, text)).toBe(true);
      expect(matches(`!=${text}.*`, text)).toBe(false);
    }),
  );
});
