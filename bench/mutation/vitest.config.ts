import { defineConfig } from 'vitest/config';

/** Only the tests of the part that is being tried, named by `run.ts`: each of its mutants runs some of them. */
const tests = (process.env['GATEHOUSE_MUTATE_TESTS'] ?? '').split(' ').filter(Boolean);

export default defineConfig({
  test: {
    include: tests,
    exclude: ['**/*.service.test.ts', '**/*.slow.test.ts'],
    restoreMocks: true,
  },
});
