import { describe, expect, test } from 'vitest';

import { clipRange, isObjectKey, objectKey } from '../../src/store/object-store.ts';

describe('an object key', () => {
  test.each([
    ['a', true],
    ['a/B/0._+=!~-', true],
    ['.a/..b/...', true],
    ['x'.repeat(255), true],
    ['a/a/a/a/a/a/a/a', true],
    ['', false],
    ['/a', false],
    ['a/', false],
    ['a//b', false],
    ['.', false],
    ['a/..', false],
    ['../a', false],
    ['a b', false],
    ['a@1', false],
    ['a\\b', false],
    ['a%2fb', false],
    ['a\n', false],
    ['ä', false],
    ['x'.repeat(256), false],
    ['a/a/a/a/a/a/a/a/a', false],
    [Array.from({ length: 4 }, () => 'x'.repeat(230)).join('/'), false],
  ])('%j: %j', (text, expected) => {
    expect(isObjectKey(text)).toBe(expected);
  });

  test('is not made of a segment that is another path', () => {
    expect(() => objectKey('blobs', '../head')).toThrow(
      expect.objectContaining({ code: 'invalid-key' }),
    );
    expect(objectKey('blobs', 'a')).toBe('blobs/a');
  });
});

test.each([
  [undefined, { start: 0, end: 10 }],
  [
    { start: 2, end: 5 },
    { start: 2, end: 5 },
  ],
  [
    { start: -2, end: 50 },
    { start: 0, end: 10 },
  ],
  [
    { start: 11, end: 12 },
    { start: 10, end: 10 },
  ],
  [
    { start: 5, end: 2 },
    { start: 5, end: 5 },
  ],
])('the range %j of 10 bytes is %j', (range, expected) => {
  expect(clipRange(range, 10)).toEqual(expected);
});
