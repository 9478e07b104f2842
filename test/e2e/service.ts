import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { type Program, type Ran, run, signalGroup, start } from './run.ts';

const ROOT = join(import.meta.dirname, '../..');
const NODE = join(ROOT, 'node_modules/.bin/node');

const START_MS = 30_000;
const WALK_MS = 60_000;

export interface ServicePlan {
  /** URL of the index to fetch from; absent: the one that pip on this host uses. */
  readonly upstream?: string;
  readonly policy: string;
  /** More settings of the environment. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** What `/health/ready` says. */
export interface Readiness {
  readonly ready: boolean;
  readonly complete: boolean;
  readonly policy: string;
  readonly policyProblems: readonly string[];
}

export interface Ended {
  readonly status: number | undefined;
  readonly tookMs: number;
}

/** A real server process with a store and a policy file of its own. */
export interface Service extends AsyncDisposable {
  readonly url: string;
  readonly indexUrl: string;
  /** Holds the store and the policy file. */
  readonly directory: string;
  readonly policyPath: string;
  /** What it wrote to stdout since it was started last. */
  printed(): string;
  /** Lines of its log since it was started last. */
  log(): readonly Readonly<Record<string, unknown>>[];
  /** What it wrote to stderr that is not a line of the log. */
  talk(): readonly string[];
  readiness(): Promise<Readiness>;
  /** Resolves when the walk of the policy in force is done. */
  walked(): Promise<void>;
  /** Replaces the policy file, as editors do. */
  writePolicy(text: string): Promise<void>;
  /** Starts it again on the same store and port. */
  start(): Promise<void>;
  /** Resolves when the process has ended. */
  end(signal: NodeJS.Signals): Promise<Ended>;
  /** Runs a command on the same store and policy file. */
  gatehouse(...words: readonly string[]): Promise<Ran>;
}

/** Starts `src/main.ts`, and waits until it answers and has walked. */
export async function startService(plan: ServicePlan): Promise<Service> {
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-service-'));
  const policyPath = join(directory, 'policy.yaml');
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = environmentOf(plan, { directory, port });
  let child: Program | undefined;
  let stdout = '';
  let stderr = '';

  async function begin(): Promise<void> {
    stdout = '';
    stderr = '';
    const started = start([NODE, join(ROOT, 'src/main.ts')], { environment, directory });
    started.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    started.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child = started;
    const deadline = performance.now() + START_MS;
    for (;;) {
      if (performance.now() > deadline) throw new Error(`the service does not answer:\n${stderr}`);
      if (started.exitCode !== null || started.signalCode !== null) {
        throw new Error(`the service ended at its start:\n${stderr}`);
      }
      const live = await fetch(`${url}/health/live`).catch(() => undefined);
      if (live?.ok === true) return;
      await sleep(20);
    }
  }

  async function end(signal: NodeJS.Signals): Promise<Ended> {
    const begun = performance.now();
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
      return { status: child?.exitCode ?? undefined, tookMs: 0 };
    }
    const exit = once(child, 'exit');
    signalGroup(child, signal);
    await exit;
    return { status: child.exitCode ?? undefined, tookMs: performance.now() - begun };
  }

  async function readiness(): Promise<Readiness> {
    const response = await fetch(`${url}/health/ready`);
    const answer: unknown = await response.json();
    if (!isReadiness(answer)) throw new Error(`unexpected readiness: ${JSON.stringify(answer)}`);
    return answer;
  }

  async function walked(): Promise<void> {
    const deadline = performance.now() + WALK_MS;
    for (;;) {
      const { ready, complete } = await readiness();
      if (ready && complete) return;
      if (performance.now() > deadline) throw new Error(`the walk does not end:\n${stderr}`);
      await sleep(20);
    }
  }

  async function writePolicy(text: string): Promise<void> {
    await writeFile(`${policyPath}.new`, text);
    await rename(`${policyPath}.new`, policyPath);
  }

  function lines(): readonly string[] {
    return stderr.split('\n').filter((line) => line !== '');
  }

  await writePolicy(plan.policy);
  try {
    await begin();
    await walked();
  } catch (error) {
    await end('SIGKILL');
    await rm(directory, { recursive: true, force: true });
    throw error;
  }

  return {
    url,
    indexUrl: `${url}/pypi/simple/`,
    directory,
    policyPath,
    printed: () => stdout,
    log: () => lines().filter(isLogLine).map(parseLogLine),
    talk: () => lines().filter((line) => !isLogLine(line)),
    readiness,
    walked,
    writePolicy,
    start: begin,
    end,
    gatehouse: (...words) =>
      run([NODE, join(ROOT, 'src/cli.ts'), ...words], { environment, directory }),
    async [Symbol.asyncDispose]() {
      await end('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Only with the index that pip on this host uses does the environment of this host reach the service. */
function environmentOf(
  { upstream, settings }: ServicePlan,
  { directory, port }: { readonly directory: string; readonly port: number },
): Readonly<Record<string, string>> {
  const hosts = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || name.startsWith('GATEHOUSE_') ? [] : [[name, value] as const],
  );
  const base =
    upstream === undefined
      ? Object.fromEntries(hosts)
      : { PATH: process.env['PATH'] ?? '', HOME: directory, GATEHOUSE_PYPI_UPSTREAM: upstream };
  return {
    ...base,
    GATEHOUSE_LISTEN: `127.0.0.1:${port}`,
    GATEHOUSE_POLICY: 'policy.yaml',
    GATEHOUSE_STORE: 'file:data',
    ...settings,
  };
}

/** Below the ports that the system gives to outgoing connections, so that a restart finds it free as well. */
async function findFreePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer().listen(port, '127.0.0.1');
    const free = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!free) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

function isLogLine(line: string): boolean {
  return line.startsWith('{');
}

function parseLogLine(line: string): Readonly<Record<string, unknown>> {
  const parsed: unknown = JSON.parse(line);
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
}

function isReadiness(answer: unknown): answer is Readiness {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'ready' in answer &&
    'complete' in answer &&
    'policyProblems' in answer
  );
}
