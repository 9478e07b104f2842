import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { compareCondaVersions, findCondaVersion } from '../../../src/ecosystems/conda/versions.ts';
import { condaVersion, versionTexts } from './conda-texts.ts';

test('versions sort as CEP 33 says', () => {
  const sorted = [
    '0.4',
    '0.4.1.rc',
    '0.4.1',
    '0.5a1',
    '0.5b3',
    '0.5C1',
    '0.5',
    '0.9.6',
    '0.960923',
    '1.0',
    '1.1dev1',
    '1.1_',
    '1.1a1',
    '1.1.0dev1',
    '1.1.a1',
    '1.1.0rc1',
    '1.1.0',
    '1.1.0post1',
    '1996.07.12',
    '1!0.4.1',
    '1!3.1.1.6',
    '2!0.4.1',
  ].map(condaVersion);
  expect(sorted.toReversed().toSorted(compareCondaVersions)).toEqual(sorted);
  sorted.reduce((lower, higher) => {
    expect([lower.text, higher.text, compareCondaVersions(lower, higher)]).toEqual([
      lower.text,
      higher.text,
      -1,
    ]);
    return higher;
  });
});

test.each([
  ['0.4', '0.4.0'],
  ['0.4.1.rc', '0.4.1.RC'],
  ['1.1.0dev1', '1.1.dev1'],
  ['1.1.0rc1', '1.1.rc1'],
  ['1.1.0post1', '1.1.post1'],
  ['1.0-1', '1.0_1'],
  ['1.0+0', '1.0'],
  ['0!1', '1'],
  ['1.01', '1.1'],
])('%s equals %s', (left, right) => {
  expect(compareCondaVersions(condaVersion(left), condaVersion(right))).toBe(0);
});

test.each([
  ['1.0.1_', '1.0.1a'],
  ['2147483647', '2147483648'],
  ['9007199254740992', '9007199254740993'],
  [`1.${'9'.repeat(60)}`, `1.1${'0'.repeat(60)}`],
  ['1.0+a', '1.0+1'],
])('%s is before %s', (left, right) => {
  expect(compareCondaVersions(condaVersion(left), condaVersion(right))).toBe(-1);
});

test.each([
  '',
  ' 1',
  '1 ',
  '1..2',
  '.1',
  '1.',
  '_1',
  '1__2',
  '1!',
  '!1',
  '1!2!3',
  'a!1',
  '1+',
  '+1',
  '1+a+b',
  '1+a..b',
  '1-0_1',
  '1.*',
  '1.0/',
  '1.0é',
  '١',
  '1'.repeat(65),
  '1\n',
])('%j is no version', (text) => {
  expect(findCondaVersion(text)).toBeUndefined();
});

test('the order is total: reflexive, antisymmetric and transitive', () => {
  fc.assert(
    fc.property(fc.tuple(versionTexts(), versionTexts(), versionTexts()), (texts) => {
      const [a, b, c] = texts.map(condaVersion).toSorted(compareCondaVersions);
      if (a === undefined || b === undefined || c === undefined) throw new Error('three');
      expect(compareCondaVersions(a, a)).toBe(0);
      expect(compareCondaVersions(a, b)).toBe(0 - compareCondaVersions(b, a));
      expect(compareCondaVersions(a, b)).toBeLessThanOrEqual(0);
      expect(compareCondaVersions(b, c)).toBeLessThanOrEqual(0);
      expect(compareCondaVersions(a, c)).toBeLessThanOrEqual(0);
      expect(compareCondaVersions(a, b) === 0 && compareCondaVersions(b, c) === 0).toBe(
        compareCondaVersions(a, c) === 0,
      );
    }),
    { numRuns: 1000 },
  );
});

test('zeros at the end of a version do not count', () => {
  fc.assert(
    fc.property(versionTexts(), (text) => {
      fc.pre(!text.includes('+') && !text.endsWith('_'));
      expect(compareCondaVersions(condaVersion(text), condaVersion(`${text}.0.0`))).toBe(0);
    }),
  );
});

test('whatever the text, reading it does not throw', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 80, unit: 'grapheme-ascii' }), (text) => {
      findCondaVersion(text);
    }),
  );
});
