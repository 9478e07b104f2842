import { describe, expect, test } from 'vitest';

import { walkGates } from '../fixtures/gate/walks.ts';

describe('the gate', () => {
  test(
    'shows and serves exactly what the policy approves, whatever changes and however one asks',
    { timeout: 120_000 },
    async () => {
      const tally = await walkGates({ walks: 12, steps: 12, forMs: 60_000 });
      expect(tally.approved).toBeGreaterThan(100);
      expect(tally.refused).toBeGreaterThan(100);
      expect(tally.served).toBeGreaterThan(10);
      expect(tally.lies).toBeGreaterThan(0);
    },
  );
});
