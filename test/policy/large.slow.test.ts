import { expect, test } from 'vitest';

import { findPolicyProblems } from '../../src/policy/load.ts';
import { textWithPackages } from './policies.ts';

const MIB = 1024 * 1024;

const LARGE: readonly (readonly [string, string])[] = [
  ['a flow list', `a: [${'1,'.repeat(MIB / 2 - 4)}]`],
  ['a flow list below the bound on tokens', `a: [${'1,'.repeat(49_000)}]`],
  ['commas', `a: [${','.repeat(149_000)}]`],
  ['closing brackets', ']'.repeat(149_000)],
  ['opening brackets', '['.repeat(149_000)],
  ['braces', `a: [${'{}'.repeat(74_000)}]`],
  ['block lists', '- '.repeat(74_000)],
  ['keys', Array.from({ length: 30_000 }, (_, index) => `k${index}: 1`).join('\n')],
  ['one key', 'a: 1\n'.repeat(30_000)],
  ['wrong entries', textWithPackages(`\n  allow:\n${'  - 1\n'.repeat(24_000)}`)],
  ['wrong names', textWithPackages(`\n  allow:\n${'  - -x\n'.repeat(24_000)}`)],
  ['a long scalar', `a: "${'\\n'.repeat(MIB / 2 - 4)}"`],
  ['a long name', textWithPackages(` { allow: ["${'a-'.repeat(MIB / 2 - 100)}"] }`)],
  ['a long range', textWithPackages(` { allow: ["a ${'>1,'.repeat(MIB / 3 - 100)}"] }`)],
  ['documents', '---\n'.repeat(49_000)],
  ['empty lines', '\n'.repeat(MIB - 10)],
];

// About a second each on an idle machine; the bound leaves room for a busy one.
test.each(LARGE)('a policy of %s is refused in bounded time', (_, text) => {
  const start = performance.now();
  expect(findPolicyProblems({ text, file: 'p' }).problems.length).toBeGreaterThan(0);
  expect(performance.now() - start).toBeLessThan(5000);
});

test('a policy of 20,000 packages is read in bounded time', () => {
  const lines = Array.from({ length: 20_000 }, (_, index) => `  - project-${index} >=1,<3\n`);
  const start = performance.now();
  const { policy } = findPolicyProblems({
    text: textWithPackages(`\n  allow:\n${lines.join('')}`),
    file: 'p',
  });
  expect(policy?.packages.allow.size).toBe(20_000);
  expect(performance.now() - start).toBeLessThan(5000);
});
