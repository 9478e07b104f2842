import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { FirstDelivery } from '../src/mirror/state.ts';
import { freePort } from './processes.ts';

export interface ServicePlan {
  /** Absent: the index that pip on this host uses. */
  readonly upstream?: string;
  /** Channels of conda sources, by the name of the source. */
  readonly channels?: Readonly<Record<string, string>>;
  /** Absent: the policy of this repository. */
  readonly policyPath?: string;
  /** Absent: a new folder, which goes with the service. */
  readonly directory?: string;
  /** The only core it may run on; absent: any. */
  readonly core?: number;
  readonly logLevel?: string;
  readonly firstDelivery?: FirstDelivery;
  /** More for Node, such as `--cpu-prof`. */
  readonly nodeOptions?: readonly string[];
}

/** A Gatehouse in a process of its own. */
export interface Service extends AsyncDisposable {
  readonly pid: number;
  readonly origin: string;
  readonly indexUrl: string;
  readonly directory: string;
  /** What it logged so far, a line each. */
  log(): Promise<readonly LogLine[]>;
  /** Seconds from the start of the process until it listened. */
  readonly startSeconds: number;
  /** Resolves when the walk of the policy is done and, after a restart, all that is stored is in memory again. */
  walked(): Promise<void>;
  status(): Promise<Status>;
  memory(kind: 'memory' | 'collected memory'): Promise<NodeJS.MemoryUsage>;
}

/** What `/health/ready` says, as far as it is of use here. */
export interface Status {
  readonly complete: boolean;
  readonly progress: { readonly walking: boolean };
}

export interface LogLine {
  readonly msg: string;
  readonly [field: string]: unknown;
}

const ROOT = join(import.meta.dirname, '..');

/** Starts `src/main.ts` on an empty or a given folder and waits until it listens. */
export async function startService(plan: ServicePlan = {}): Promise<Service> {
  const directory = plan.directory ?? (await mkdtemp(join(tmpdir(), 'gatehouse-bench-')));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const started = performance.now();
  const logPath = join(directory, 'log');
  const logFile = await open(logPath, 'a');
  const child = spawnService(plan, { directory, port, log: logFile.fd });
  await logFile.close();
  await untilListening(child, origin, logPath);
  const startSeconds = (performance.now() - started) / 1000;

  async function status(): Promise<Status> {
    const answer = await fetch(`${origin}/health/ready`);
    const found: unknown = await answer.json();
    return found as Status;
  }

  async function memory(kind: 'memory' | 'collected memory'): Promise<NodeJS.MemoryUsage> {
    const answered = once(child, 'message');
    child.send(kind);
    const [usage] = await answered;
    return usage;
  }

  return {
    pid: child.pid ?? 0,
    origin,
    indexUrl: `${origin}/pypi/simple/`,
    directory,
    log: async () => parseLog(await readFile(logPath, 'utf8')),
    startSeconds,
    status,
    memory,
    async walked() {
      for (let now = await status(); !now.complete || now.progress.walking; now = await status()) {
        await requireRunning(child, logPath);
        await sleep(50);
      }
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      if (plan.directory === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}

function spawnService(
  plan: ServicePlan,
  place: { readonly directory: string; readonly port: number; readonly log: number },
): ChildProcess {
  const node = [
    process.execPath,
    '--expose-gc',
    '--import',
    join(import.meta.dirname, 'probe.ts'),
    ...(plan.nodeOptions ?? []),
    'src/main.ts',
  ];
  const pinned = plan.core === undefined ? node : ['taskset', '-c', `${plan.core}`, ...node];
  const [command = '', ...parameters] = pinned;
  return spawn(command, parameters, {
    cwd: ROOT,
    env: {
      ...process.env,
      GATEHOUSE_LISTEN: `127.0.0.1:${place.port}`,
      GATEHOUSE_STORE: `file:${place.directory}`,
      ...(plan.logLevel === undefined ? {} : { GATEHOUSE_LOG: plan.logLevel }),
      ...(plan.firstDelivery === undefined ? {} : { GATEHOUSE_FIRST_DELIVERY: plan.firstDelivery }),
      ...(plan.policyPath === undefined ? {} : { GATEHOUSE_POLICY: plan.policyPath }),
      ...Object.fromEntries(
        Object.entries(plan.channels ?? {}).map(([source, url]) => [
          `GATEHOUSE_CONDA_UPSTREAM_${source.toUpperCase()}`,
          url,
        ]),
      ),
      ...(plan.upstream === undefined ? {} : { GATEHOUSE_PYPI_UPSTREAM: plan.upstream }),
    },
    stdio: ['ignore', 'ignore', place.log, 'ipc'],
  });
}

function parseLog(text: string): readonly LogLine[] {
  const lines = text.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line));
}

async function untilListening(child: ChildProcess, origin: string, logPath: string): Promise<void> {
  while (!(await fetch(`${origin}/health/live`).then(isAlive, () => false))) {
    await requireRunning(child, logPath);
    await sleep(20);
  }
}

async function requireRunning(child: ChildProcess, logPath: string): Promise<void> {
  if (child.exitCode === null) return;
  throw new Error(`the service ended: ${(await readFile(logPath, 'utf8')).slice(-2000)}`);
}

async function isAlive(answer: Response): Promise<boolean> {
  await answer.body?.cancel();
  return answer.ok;
}
