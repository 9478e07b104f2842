import { expect, test } from 'vitest';

import { hasConda } from '../ecosystems/conda/conda-oracle.ts';
import { compareClosure, expectAgreement } from './conda-closure.ts';

test.skipIf(!hasConda())(
  'what rattler solves is approved, what the closure denies rattler cannot solve, and what is shown solves alike',
  async () => {
    const answers = await compareClosure(Array.from({ length: 300 }, (_, seed) => seed));
    expectAgreement(answers);
    // Else nothing was compared.
    const { files, roots } = answers;
    expect(files.filter(({ isApproved }) => isApproved).length).toBeGreaterThan(300);
    expect(files.filter(({ isApproved }) => !isApproved).length).toBeGreaterThan(300);
    expect(files.filter(({ isUnmet }) => isUnmet).length).toBeGreaterThan(20);
    expect(roots.filter(({ fromAll }) => fromAll !== null).length).toBeGreaterThan(300);
  },
);
