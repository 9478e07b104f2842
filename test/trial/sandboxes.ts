import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Host } from '../../src/trial/host.ts';
import { findInterpreter } from '../../src/trial/interpreter.ts';
import { type TrialLimits, TRIAL_LIMITS } from '../../src/trial/limits.ts';
import type { ReadReport } from '../../src/trial/report.ts';
import { openSandbox, runTrial, type Sandbox } from '../../src/trial/run-trial.ts';
import { buildWheel, type WheelPlan } from '../fixtures/wheels.ts';

const ROOT = join(import.meta.dirname, '../..');

/** This host, with the bubblewrap that `scripts/setup test` prepares where the system has none. */
export const HOST: Host = {
  // The system's own Python first: others may lie where an ordinary user must not look.
  path: `/usr/bin:${process.env['PATH'] ?? ''}:${join(ROOT, '.clients/bubblewrap/usr/bin')}`,
  userId: process.getuid?.() ?? -1,
};

/** The sandbox of this host, or why it has none. */
export async function findSandbox(): Promise<Sandbox | string> {
  const interpreter = await findInterpreter(HOST, { path: '/usr/bin/python3' });
  if (interpreter === undefined) return '/usr/bin/python3 is missing or has no pip';
  try {
    return await openSandbox(HOST, interpreter);
  } catch (error) {
    return error instanceof Error ? error.message : 'unknown';
  }
}

export const SMALL: TrialLimits = {
  ...TRIAL_LIMITS,
  memoryBytes: 512 * 1024 ** 2,
  fileBytes: 16 * 1024 ** 2,
  unpackedBytes: 64 * 1024 ** 2,
  processes: 40,
  importSeconds: 5,
};

/** Tries a wheel with these members besides its package `probed`. */
export async function tryWheel(
  sandbox: Sandbox,
  plan: Partial<WheelPlan>,
  limits: TrialLimits = SMALL,
): Promise<ReadReport> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-trial-'));
  try {
    await chmod(folder, 0o755);
    await mkdir(join(folder, 'files'));
    const wheel = buildWheel({ name: 'probed', version: '1.0', ...plan });
    await writeFile(join(folder, 'files', wheel.filename), wheel.bytes);
    return await runTrial(
      sandbox,
      { folder, files: [wheel.filename], modules: ['probed'] },
      limits,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}
