import { expect, test } from 'vitest';

import { hasConda } from '../ecosystems/conda/conda-oracle.ts';
import { compareClosure, expectAgreement } from './conda-closure.ts';

const BATCH = 500;

test.skipIf(!hasConda()).for(Array.from({ length: 20 }, (_, batch) => 1000 + batch * BATCH))(
  'the closure and rattler agree on 500 generated channels from %i on',
  async (first) => {
    const answers = await compareClosure(Array.from({ length: BATCH }, (_, at) => first + at));
    expectAgreement(answers);
    expect(answers.files.length).toBeGreaterThan(BATCH);
  },
);
