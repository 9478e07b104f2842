import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** How a program ended, and all that it wrote. */
export interface Ran {
  /** Undefined: a signal ended it. */
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, with every run of white space as one blank: clients wrap and indent what they quote. */
  readonly said: string;
}

export interface RunPlan {
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly timeoutMs?: number;
}

/** A program that is running or has ended. */
export type Program = ChildProcessByStdio<null, Readable, Readable>;

const running = new Set<Program>();

/** Starts a program in a process group of its own, which ends with this process at the latest. */
export function start(line: readonly string[], plan: RunPlan): Program {
  const [program = '', ...words] = line;
  const child = spawn(program, words, {
    cwd: plan.directory,
    env: plan.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Runs a program to its end. */
export async function run(line: readonly string[], plan: RunPlan): Promise<Ran> {
  const child = start(line, plan);
  const ended = Promise.withResolvers<number | null>();
  child.once('error', ended.reject);
  child.once('exit', ended.resolve);
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), plan.timeoutMs ?? 120_000);
  try {
    const [stdout, stderr, status] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      ended.promise,
    ]);
    const said = `${stdout}\n${stderr}`.replaceAll(/\s+/g, ' ');
    return { status: status ?? undefined, stdout, stderr, said };
  } finally {
    clearTimeout(timer);
  }
}

/** Sends a signal to a program and all that it started. */
export function signalGroup(child: Program, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended.
  }
}

function endAll(): void {
  for (const child of running) signalGroup(child, 'SIGKILL');
}

process.once('exit', endAll);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    endAll();
    process.kill(process.pid, signal);
  });
}
