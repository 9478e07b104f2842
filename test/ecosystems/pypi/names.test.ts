import { expect, test } from 'vitest';

import {
  findProjectName,
  isProjectName,
  normaliseExtra,
  parseProjectName,
} from '../../../src/ecosystems/pypi/names.ts';

test.each([
  ['Django', 'django'],
  ['oslo.concurrency', 'oslo-concurrency'],
  ['A__b.-c', 'a-b-c'],
  ['0', '0'],
  ['a'.repeat(255), 'a'.repeat(255)],
])('the name %j is %j in normal form', (written, normal) => {
  expect(parseProjectName(written)).toBe(normal);
  expect(isProjectName(normal)).toBe(true);
});

test.each([
  '',
  '-a',
  'a-',
  'a_',
  'a b',
  'a\n',
  'é',
  '\u017f',
  '\u212a',
  'a/b',
  '..',
  'a'.repeat(256),
])('%j is no name', (text) => {
  expect(findProjectName(text)).toBeUndefined();
  expect(() => parseProjectName(text)).toThrow(expect.objectContaining({ code: 'invalid-name' }));
});

test.each(['A', 'a_b', 'a--b', 'a.b', '-a', 'a\n', ''])('%j is not in normal form', (text) => {
  expect(isProjectName(text)).toBe(false);
});

test('extras compare in the normal form of PEP 685', () => {
  expect(normaliseExtra('Foo_.Bar')).toBe('foo-bar');
});
