import { expect, test } from 'vitest';

import { fuzzTars } from './tar-fuzz.ts';

/** A minute of mutants that no other run has had; `npm run fuzz` sets how many instead. */
const SECONDS = Number(process.env['GATEHOUSE_FUZZ_SECONDS'] ?? 60);
const SEED = Number(process.env['GATEHOUSE_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

test('whatever mutated archives we accept, Python reads alike, and none takes long', async () => {
  const found = await fuzzTars({ seed: SEED, mutants: 10_000_000, seconds: SECONDS });
  const { mutants, accepted, slowestMs } = found;
  console.log(
    `tar fuzz, seed ${SEED}: ${mutants} mutants, ${accepted} accepted and compared, slowest ${slowestMs.toFixed(0)} ms`,
  );
  expect(accepted).toBeGreaterThan(mutants / 100);
  expect(found.differences.slice(0, 3)).toEqual([]);
});
