import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';

/** CPU time of all threads of a process so far, from the scheduler: to the nanosecond, unlike `times`. */
export function cpuSeconds(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((thread) => threadNanoseconds(pid, thread));
  return nanoseconds.reduce((sum, value) => sum + value, 0) / 1e9;
}

/** How long a process's main thread has run, and has waited for a core though it could have run. */
export function mainThreadSeconds(pid: number): { readonly ran: number; readonly waited: number } {
  const [ran = 0, waited = 0] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8')
    .split(' ')
    .map(Number);
  return { ran: ran / 1e9, waited: waited / 1e9 };
}

/** CPU time of a process and of all that descend from it. */
export function cpuSecondsOfTree(pid: number): number {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  );
  return children.reduce((sum, child) => sum + cpuSecondsOfTree(Number(child)), cpuSeconds(pid));
}

function threadNanoseconds(pid: number, thread: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
  } catch {
    // The thread ended meanwhile.
    return 0;
  }
}

/** Memory of a process in MiB: what it has now, and the most it ever had. */
export function memoryOf(pid: number): { readonly rss: number; readonly peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return { rss: statusMebibytes(status, 'VmRSS'), peak: statusMebibytes(status, 'VmHWM') };
}

function statusMebibytes(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
}

export interface Ran {
  readonly seconds: number;
  readonly stdout: string;
}

/** Runs a command to its end; throws with what it said when it fails. */
export async function run(
  command: string,
  parameters: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Ran> {
  const started = performance.now();
  const child = spawn(command, parameters, {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [status] = await once(child, 'close');
  const seconds = (performance.now() - started) / 1000;
  if (status !== 0) {
    throw new Error(`${command} ended with ${status}\n${(stdout + stderr).slice(-4000)}`);
  }
  return { seconds, stdout };
}

/** A port on loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
