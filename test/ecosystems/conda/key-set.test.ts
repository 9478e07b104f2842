import { expect, test } from 'vitest';

import { KEY_SALT_LENGTH, keySet } from '../../../src/ecosystems/conda/key-set.ts';
import { diceOf } from '../../fixtures/pieces.ts';

function setOf(seed: number) {
  const roll = diceOf(seed);
  const keys = keySet(Int32Array.from({ length: KEY_SALT_LENGTH }, () => roll(2 ** 32) | 0));
  return (key: string, before = 0): boolean => {
    const bytes = Buffer.from(`${' '.repeat(before)}${key}`);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return keys.add(view, before, bytes.length);
  };
}

test('a key is new once, wherever its bytes begin', () => {
  const add = setOf(1);
  const keys = Array.from({ length: 20 }, (_, length) => 'é'.repeat(length) + 'a'.repeat(length));
  for (const key of keys) expect(add(key)).toBe(true);
  for (const key of keys)
    expect([0, 1, 2, 3].map((before) => add(key, before))).not.toContain(true);
});

test('keys that differ in little are all new, and stay known while the set grows', () => {
  const add = setOf(2);
  const keys = Array.from({ length: 50_000 }, (_, at) => `a-${at % 100}-${Math.floor(at / 100)}`);
  expect(keys.every((key) => add(key))).toBe(true);
  expect(keys.some((key) => add(key))).toBe(false);
});

test('what follows a key with zeros is another one', () => {
  const add = setOf(3);
  const keys = ['', '\0', '\0\0', 'a', 'a\0', 'a\0\0\0', 'a\0\0\0\0', 'aaaa', 'aaaa\0'];
  expect(keys.map((key) => add(key))).not.toContain(false);
});
