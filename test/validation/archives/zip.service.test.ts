import { expect, test } from 'vitest';

import { fuzzZips } from './zip-fuzz.ts';

const MUTANTS = 30_000;

test(`whatever of ${MUTANTS} mutated archives we accept, Python's zipfile reads alike`, async () => {
  const { accepted, differences } = await fuzzZips({ seed: 20_261_125, mutants: MUTANTS });
  expect(accepted).toBeGreaterThan(MUTANTS / 100);
  expect(differences).toEqual([]);
});
