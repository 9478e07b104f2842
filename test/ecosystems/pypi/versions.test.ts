import { expect, test } from 'vitest';

import {
  baseVersion,
  compareVersions,
  findVersion,
  isPrerelease,
  parseVersion,
  publicVersion,
} from '../../../src/ecosystems/pypi/versions.ts';

test.each([
  ['1.0', '1.0'],
  ['v1.0', '1.0'],
  [' \t1.0\n', '1.0'],
  ['01.002', '1.2'],
  ['0!1', '1'],
  ['1!1', '1!1'],
  ['1.0ALPHA', '1.0a0'],
  ['1.0-c.2', '1.0rc2'],
  ['1.0preview3', '1.0rc3'],
  ['1.0-1', '1.0.post1'],
  ['1.0r', '1.0.post0'],
  ['1.0_DEV-3', '1.0.dev3'],
  ['1.0a1.post2.dev3+Ubuntu-01_x', '1.0a1.post2.dev3+ubuntu.1.x'],
  ['123456789012345678901234567890.1', '123456789012345678901234567890.1'],
])('%j is %j in normal form', (written, normal) => {
  expect(parseVersion(written).text).toBe(normal);
  expect(parseVersion(normal).text).toBe(normal);
});

test.each([
  '',
  'v',
  '1.',
  '.1',
  '1..2',
  '1.0+',
  '1.0+a+b',
  '1.0+_x',
  '1 .0',
  '1.0.*',
  '2004d',
  '1.0a1a2',
  '1.0po\u017ft1',
  '\u0661',
  '1\ufeff',
  '1'.repeat(257),
  `${'1.'.repeat(126)}1-1`,
])('%j is no version', (text) => {
  expect(findVersion(text)).toBeUndefined();
  expect(() => parseVersion(text)).toThrow(expect.objectContaining({ code: 'invalid-version' }));
});

test('a version gives its parts', () => {
  expect(parseVersion('2!1.0rc4.post5.dev6+cu121.7')).toMatchObject({
    epoch: 2,
    release: [1, 0],
    pre: { label: 'rc', number: 4 },
    post: 5,
    dev: 6,
    local: ['cu121', 7],
  });
  expect(Object.keys(parseVersion('1'))).toEqual(['text', 'epoch', 'release', 'order']);
});

test('versions sort as PEP 440 says', () => {
  const sorted = [
    '1.dev0',
    '1.0.dev456',
    '1.0a1',
    '1.0a2.dev456',
    '1.0a12.dev456',
    '1.0a12',
    '1.0a12.post1',
    '1.0b1.dev456',
    '1.0b2',
    '1.0b2.post345.dev456',
    '1.0b2.post345',
    '1.0rc1.dev456',
    '1.0rc1',
    '1.0',
    '1.0+abc',
    '1.0+abc.5',
    '1.0+abcd',
    '1.0+5',
    '1.0+5.0',
    '1.0+10',
    '1.0.post456.dev34',
    '1.0.post456',
    '1.0.0.1',
    '1.1.dev1',
    '1.9007199254740992',
    '1.9007199254740993',
    '10',
    '1!0',
  ].map(parseVersion);
  expect(sorted.toReversed().toSorted(compareVersions)).toEqual(sorted);
  sorted.reduce((lower, higher) => {
    expect([lower.text, higher.text, compareVersions(lower, higher)]).toEqual([
      lower.text,
      higher.text,
      -1,
    ]);
    return higher;
  });
});

test.each([
  ['1', '1.0.0'],
  ['0', '0.0'],
  ['1.0+Ubuntu.1', '1.0+ubuntu-01'],
  ['0!1c1', '1rc1'],
])('%s equals %s', (left, right) => {
  expect(compareVersions(parseVersion(left), parseVersion(right))).toBe(0);
});

test.each([
  ['1!1.2.0a1.post2.dev3+x', '1!1.2.0a1.post2.dev3', '1!1.2.0', true],
  ['1.post1', '1.post1', '1', false],
  ['1.dev0', '1.dev0', '1', true],
  ['1+rc1', '1', '1', false],
])('%s has the public version %s and the base version %s', (text, whole, base, prerelease) => {
  const version = parseVersion(text);
  expect([publicVersion(version), baseVersion(version), isPrerelease(version)]).toEqual([
    whole,
    base,
    prerelease,
  ]);
});

test('a cloned version still compares', () => {
  expect(compareVersions(structuredClone(parseVersion('1.10')), parseVersion('1.9'))).toBe(1);
});
