import { cpuSeconds, run } from './processes.ts';

export interface Load {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The process that answers. */
  readonly pid: number;
  readonly status: number;
}

export interface Measured {
  readonly requestsPerSecond: number;
  readonly cpuMicroseconds: number;
  /** Of one core; below 0.9 the server waited, and CPU per request is not comparable. */
  readonly utilisation: number;
}

const SECONDS = 1;
const CONNECTIONS = 32;

/** Asks for one URL from core 1 as fast as the server on core 0 answers. */
export async function measureLoad({ url, headers, pid, status }: Load): Promise<Measured> {
  await requireStatus(url, headers, status);
  const asked = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const wrk = ['wrk', '-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, ...asked, url];
  const before = cpuSeconds(pid);
  const { stdout, seconds } = await run('taskset', ['-c', '1', ...wrk]);
  const cpu = cpuSeconds(pid) - before;
  const requests = Number(/(\d+) requests in /.exec(stdout)?.[1]);
  const failed = /Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? '0';
  if (Number(failed) !== (status < 400 ? 0 : requests) || /Socket errors/.test(stdout)) {
    throw new Error(`wrk saw other answers than ${status}:\n${stdout}`);
  }
  return {
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    cpuMicroseconds: (cpu / requests) * 1e6,
    utilisation: cpu / seconds,
  };
}

async function requireStatus(
  url: string,
  headers: Readonly<Record<string, string>>,
  status: number,
): Promise<void> {
  const answer = await fetch(url, { headers });
  await answer.body?.cancel();
  if (answer.status !== status) throw new Error(`expected ${status} of ${url}: ${answer.status}`);
}
