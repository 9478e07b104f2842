import { expect, test } from 'vitest';

import {
  findSpecifierSet,
  isAny,
  namesPrerelease,
  parseSpecifierSet,
  pins,
  satisfies,
} from '../../../src/ecosystems/pypi/specifiers.ts';
import { parseVersion } from '../../../src/ecosystems/pypi/versions.ts';

test.each([
  ['', '1.0 2.dev1', ''],
  ['==1.0', '1 1.0.0 1.0+cu121', '1.0.post1 1.0.1 1.0rc1'],
  ['==1.0+cu121', '1.0+CU121', '1.0 1.0+cu122'],
  ['!=1.0', '1.1 1.0.post1', '1.0 1.0+cu121'],
  ['!=1.0+cu121', '1.0 1.0+cu122', '1.0+cu121'],
  ['==1.*', '1 1.9 1.0rc1 1.dev0 1.2+x', '2 0.9 10 1!1 2.dev0'],
  ['==1.0.*', '1 1.0.5 1.0.post1 1.dev0', '1.1 1.10 1.9007199254740993'],
  ['==1!1.*', '1!1.5', '1.5'],
  ['!=1.0.*', '1.1 0.9', '1 1.0.5'],
  ['~=1.4.5', '1.4.5 1.4.9 1.4.5.post1 1.4.9+x', '1.5 1.4.4 1.5.dev0 1.4.5rc1'],
  ['~=2.2', '2.2 2.10', '3 2.1 3.dev0'],
  ['~=2.2.0', '2.2.0 2.2', '2.3'],
  ['~=1.0rc1', '1.0rc1 1.0 1.9', '1.0b1 2'],
  ['>=1.0', '1.0 1.0+x 1.0.post1', '1.0rc1 1.0.dev1'],
  ['<=1.0', '1.0 1.0+x 1.0rc1', '1.0.post1 1.0.1'],
  ['>1.0', '1.0.1 2', '1.0 1.0.post1 1.0+x 1.0.post1.dev1'],
  ['>1.0rc1', '1.0 1.0rc2', '1.0rc1 1.0rc1.post1 1.0rc1+x'],
  ['>1.0.post1', '1.0.post2 1.0.post2.dev1', '1.0.post1 1.0.post1+x'],
  ['>1.0.dev1', '1.0.dev2 1.0', '1.0.dev1+x'],
  ['<1.0', '0.9 0.9rc1', '1.0 1.0rc1 1.0.dev0 1.0a1.post1'],
  ['<1.0rc2', '1.0rc1 1.0a1', '1.0rc2 1.0'],
  ['<1.0.post1', '1.0 1.0rc1', '1.0.post1.dev0'],
  ['===1.0', '1.0', '1.0.0 1.0+x'],
  ['===1.0RC1', '1.0rc1', '1.0'],
  ['>=1,<2,!=1.5', '1 1.4', '1.5 2 0.9'],
])('%s is satisfied by %s, not by %s', (text, by, notBy) => {
  const set = parseSpecifierSet(text);
  const all = [...by.split(' '), ...notBy.split(' ')].filter((version) => version !== '');
  expect(all.filter((version) => satisfies(set, parseVersion(version)))).toEqual(by.split(' '));
});

test.each([
  ['>= v1.0-alpha , == 2.0.*', '>=1.0a0,==2.0.*'],
  [',>=1,,<2,', '>=1,<2'],
  [' ', ''],
  ['=== Foo', '===Foo'],
  ['===', '==='],
])('%j is %j in normal form', (written, normal) => {
  expect(parseSpecifierSet(written).text).toBe(normal);
  expect(parseSpecifierSet(normal).text).toBe(normal);
});

test.each([
  '1.0',
  '=1',
  '= =1',
  '~=1',
  '>=1.*',
  '~=1.0.*',
  '==1.0rc1.*',
  '==1.0+x.*',
  '>=1+x',
  '== 1 2',
  '===a b',
  '===a;b',
  '===\u001b[31m',
  '>=',
  '>=1;',
  '>=1\0',
  '^1',
  `>=${'1'.repeat(257)}`,
  `${'>=1,'.repeat(600)}>=1`,
])('%j is no specifier set', (text) => {
  expect(findSpecifierSet(text)).toBeUndefined();
  expect(() => parseSpecifierSet(text)).toThrow(
    expect.objectContaining({ code: 'invalid-specifier' }),
  );
});

test.each([
  ['', { any: true, prerelease: false, pinned: false }],
  ['>=1.0', { any: false, prerelease: false, pinned: false }],
  ['>=1.0rc1', { any: false, prerelease: true, pinned: false }],
  ['<2.dev0', { any: false, prerelease: true, pinned: false }],
  ['!=1.0rc1', { any: false, prerelease: false, pinned: false }],
  ['~=1.0rc1', { any: false, prerelease: true, pinned: false }],
  ['==1.*', { any: false, prerelease: false, pinned: false }],
  ['!=1.0', { any: false, prerelease: false, pinned: false }],
  ['>=1,==1.5', { any: false, prerelease: false, pinned: true }],
  ['===1.0rc1', { any: false, prerelease: true, pinned: true }],
  ['===abc', { any: false, prerelease: false, pinned: true }],
])('%j says of itself %j', (text, expected) => {
  const set = parseSpecifierSet(text);
  expect({ any: isAny(set), prerelease: namesPrerelease(set), pinned: pins(set) }).toEqual(
    expected,
  );
});
