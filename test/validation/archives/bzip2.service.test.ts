import { expect, test } from 'vitest';

import { BZIP2_LIMITS, unpackBzip2 } from '../../../src/validation/archives/bzip2.ts';
import { diceOf, joined, piecesAtRandom, piecesOf } from '../../fixtures/pieces.ts';
import { askPython, contentsFor, fuzzBzip2 } from './bzip2-fuzz.ts';

test('what Python compressed at any level comes out as it went in, however it is cut', async () => {
  const roll = diceOf(7);
  for (const level of [1, 2, 5, 9]) {
    const contents = contentsFor(level);
    const packed = await askPython(
      contents.map((content) => ['compress', content.toString('base64'), level]),
    );
    for (const [index, content] of contents.entries()) {
      const bytes = packed[index] ?? Buffer.alloc(0);
      const unpacked = await joined(unpackBzip2(piecesAtRandom(bytes, roll)));
      expect(unpacked.equals(content), `content ${index}, level ${level}`).toBe(true);
    }
  }
});

test('streams after each other are read like Python reads them, if that many are allowed', async () => {
  const [one = Buffer.alloc(0), two = Buffer.alloc(0)] = await askPython([
    ['compress', Buffer.from('first').toString('base64'), 1],
    ['compress', Buffer.from('second').toString('base64'), 9],
  ]);
  const both = Buffer.concat([one, two]);
  const limits = { ...BZIP2_LIMITS, streams: 2 };
  expect((await joined(unpackBzip2(piecesOf(both, 7), limits))).toString()).toBe('firstsecond');
  const [python] = await askPython([['decompress', both.toString('base64'), true]]);
  expect(python?.toString()).toBe('firstsecond');
});

test('of 3,000 mutated files we read what Python reads, but for randomised blocks, and refuse the others', async () => {
  const { accepted, differences, refused } = await fuzzBzip2(20_261_125, 3000);
  expect(accepted).toBeGreaterThan(10);
  expect(differences).toEqual([]);
  expect(refused.filter((one) => !one.startsWith('randomised '))).toEqual([]);
});
