import { spawn } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';

import { GatehouseError } from '../model/errors.ts';
import { findProgram, type Host, systemPaths } from './host.ts';
import type { Interpreter } from './interpreter.ts';
import type { TrialLimits } from './limits.ts';
import { failedReport, type ReadReport, readReport, REPORT_BYTES } from './report.ts';
import { sandboxLine, type SandboxPlan } from './sandbox.ts';

/** A sandbox that this host can make, before there is anything to put into it. */
export type Sandbox = Pick<SandboxPlan, 'prlimit' | 'bwrap' | 'system' | 'interpreter'> & {
  /** Whom it runs as; absent: whoever asks. */
  readonly asUser?: number;
};

/** What is tried. */
export interface TrialTask {
  /** A folder of its own, which whoever runs the sandbox may read: the wheels are in its folder `files`. */
  readonly folder: string;
  readonly files: readonly string[];
  readonly modules: readonly string[];
}

/** The limit of processes does not hold for root. */
const NOBODY = 65534;

/** Makes sure that this host can protect itself; throws `not-ready`, and then nothing is ever run. */
export async function openSandbox(host: Host, interpreter: Interpreter): Promise<Sandbox> {
  const bwrap = await findProgram(host, 'bwrap');
  if (bwrap === undefined) throw unprotected('bubblewrap (bwrap) is not installed');
  const prlimit = await findProgram(host, 'prlimit');
  if (prlimit === undefined) throw unprotected('prlimit (util-linux) is not installed');
  const asUser = host.userId === 0 ? { asUser: NOBODY } : {};
  const sandbox = { bwrap, prlimit, interpreter, system: await systemPaths(), ...asUser };
  const files = interpreter.folders[0] ?? '/usr';
  const plan = { ...sandbox, files, probe: interpreter.path, limits: SELF_TEST };
  const line = sandboxLine(plan, '');
  // The same sandbox with another program in it.
  const words = [...line.slice(0, line.lastIndexOf('--') + 1), interpreter.path, '-I', '-S', '-c'];
  const ran = await runLine([...words, ALIVE], { asUser: sandbox.asUser, wallMs: 20_000 });
  if (ran.kind === 'ended' && ran.output.trim() === '1 65534') return sandbox;
  const said = ran.kind === 'ended' ? ran.talk.trim().split('\n').at(-1) : ran.kind;
  throw unprotected(`the sandbox does not start (${said === '' ? 'it said nothing' : said})`);
}

const SELF_TEST: TrialLimits = {
  memoryBytes: 1024 ** 3,
  fileBytes: 1024 ** 2,
  unpackedBytes: 1024 ** 2,
  processes: 64,
  cpuSeconds: 10,
  wallMs: 20_000,
  installSeconds: 10,
  importSeconds: 10,
};
const ALIVE = 'import os; print(os.getpid(), os.getuid())';

/** Installs, starts and imports in the sandbox, and gives what was seen. Whatever happens in it is a report. */
export async function runTrial(
  { asUser, ...sandbox }: Sandbox,
  { folder, files, modules }: TrialTask,
  limits: TrialLimits,
): Promise<ReadReport> {
  // The project's own folder may be closed to whoever runs the sandbox.
  const probe = join(folder, 'probe.py');
  await copyFile(new URL('probe.py', import.meta.url), probe);
  const { installSeconds, importSeconds } = limits;
  const task = JSON.stringify({ files, modules, installSeconds, importSeconds });
  const line = sandboxLine({ ...sandbox, files: join(folder, 'files'), probe, limits }, task);
  const ran = await runLine(line, { asUser, wallMs: limits.wallMs });
  const { python } = sandbox.interpreter;
  if (ran.kind === 'ended') return readReport(ran.output, python);
  const late = `it took longer than ${limits.wallMs / 1000} s`;
  return failedReport(ran.kind === 'late' ? late : 'its report is too long', python);
}

type Ran =
  | { readonly kind: 'ended'; readonly output: string; readonly talk: string }
  | { readonly kind: 'late' | 'long' };

/** Runs a line to its end or for so long. With the first process of a sandbox all of it ends. */
async function runLine(
  [program = '', ...words]: readonly string[],
  { asUser, wallMs }: { readonly asUser: number | undefined; readonly wallMs: number },
): Promise<Ran> {
  const { promise, resolve, reject } = Promise.withResolvers<Ran>();
  const child = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {},
    cwd: '/',
    ...(asUser === undefined ? {} : { uid: asUser, gid: asUser }),
  });
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  let talk = '';
  function stop(kind: 'late' | 'long'): void {
    child.kill('SIGKILL');
    resolve({ kind });
  }
  child.stdout.on('data', (piece: Buffer) => {
    sizeBytes += piece.length;
    if (sizeBytes > REPORT_BYTES) stop('long');
    else pieces.push(piece);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    talk = (talk + text).slice(-LAST_WORDS);
  });
  child.once('error', reject);
  child.once('close', () => {
    resolve({ kind: 'ended', output: Buffer.concat(pieces).toString('utf8'), talk });
  });
  const timer = setTimeout(() => stop('late'), wallMs);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

const LAST_WORDS = 2000;

function unprotected(reason: string): GatehouseError {
  return new GatehouseError('not-ready', `nothing is tried without a sandbox: ${reason}`, {
    hint: 'See "Trial installations" in docs/operating.md; the service needs none of it.',
  });
}
