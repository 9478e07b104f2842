import { expect, test } from 'vitest';

import { entryRange } from '../../src/cli/entry-range.ts';

test.each([
  ['2.5.1', '>=2.5,<3'],
  ['2', '>=2.0,<3'],
  ['0.17.3', '>=0.17,<1'],
  ['2026.2', '>=2026.2'],
  ['1!4.2', '>=1!4.2,<1!5'],
  ['2.9.1+cu121', '>=2.9,<3'],
])('the entry of %s is %s', (version, range) => {
  expect(entryRange(version)).toBe(range);
});
