import { expect, test } from 'vitest';

import { fuzzTars } from './tar-fuzz.ts';

const MUTANTS = 10_000;

test(`whatever of ${MUTANTS} mutated archives we accept, Python's tarfile reads alike`, async () => {
  const { accepted, differences } = await fuzzTars({ seed: 20_261_125, mutants: MUTANTS });
  expect(accepted).toBeGreaterThan(MUTANTS / 100);
  expect(differences).toEqual([]);
});
