import { describe, expect, test } from 'vitest';

import { walkGates } from '../fixtures/gate/walks.ts';

describe('the gate, for longer', () => {
  test(
    'shows and serves exactly what the policy approves, whatever changes and however one asks',
    { timeout: 300_000 },
    async () => {
      const tally = await walkGates({ walks: 60, steps: 20, forMs: 180_000 });
      expect(tally.approved).toBeGreaterThan(500);
      expect(tally.served).toBeGreaterThan(40);
      expect(tally.lies).toBeGreaterThan(2);
    },
  );
});
