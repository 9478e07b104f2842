import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import type { Part } from './parts.ts';

const FOLDER = import.meta.dirname;
const ROOT = join(FOLDER, '..', '..');
const RESULTS = join(FOLDER, '..', 'results', 'mutation');
const STRYKER = join(FOLDER, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');

const place = z.object({ line: z.number(), column: z.number() });
const report = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.string(),
      mutants: z.array(
        z.object({
          mutatorName: z.string(),
          replacement: z.string().default(''),
          status: z.string(),
          location: z.object({ start: place, end: place }),
        }),
      ),
    }),
  ),
});

/** What Stryker reports of each file; `mutation-testing-report-schema` describes it. */
export type Report = z.infer<typeof report>;

/**
 * Tries every mutant of a part with one worker; throws where the tests fail without any. `again`: what the last run
 * tells of unchanged source and tests is not tried once more.
 */
export async function runStryker(
  { name, source, tests }: Part,
  extent: 'whole' | 'again',
): Promise<Report> {
  await mkdir(RESULTS, { recursive: true });
  const reported = join(RESULTS, `${name}.json`);
  const configured = join(RESULTS, `${name}.config.json`);
  await rm(reported, { force: true });
  await writeFile(
    configured,
    JSON.stringify({
      mutate: source,
      testRunner: 'vitest',
      plugins: ['@stryker-mutator/vitest-runner'],
      vitest: { configFile: 'bench/mutation/vitest.config.ts', related: false },
      coverageAnalysis: 'perTest',
      concurrency: 1,
      reporters: ['json', 'progress-append-only'],
      jsonReporter: { fileName: reported },
      incremental: true,
      incrementalFile: join(RESULTS, `${name}.last.json`),
      force: extent === 'whole',
      ignorePatterns: ['/bench/results', '/data', '/.clients'],
      cleanTempDir: 'always',
      // TypeScript 7 cannot be asked as Stryker asks: named here is a file that does not exist.
      tsconfigFile: 'no-tsconfig.json',
    }),
  );
  const child = spawn(process.execPath, [STRYKER, 'run', configured], {
    cwd: ROOT,
    env: { ...process.env, GATEHOUSE_MUTATE_TESTS: tests.join(' ') },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`Stryker ended with ${status}`);
  return report.parse(JSON.parse(await readFile(reported, 'utf8')));
}
