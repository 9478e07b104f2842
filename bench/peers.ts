import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { request } from 'undici';

import { cpuSecondsOfTree, freePort, run } from './processes.ts';
import { say } from './report.ts';
import type { Measured } from './wrk.ts';

/** An index of devpi's first user. */
const DEVPI_INDEX = 'root/mirror';

/** Another index server, which shows the same project. */
export interface Peer extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  /** The project's page. */
  readonly pageUrl: string;
}

/** What peers show. */
export interface Shown {
  /** An index that lists the project, for peers that are mirrors. */
  readonly indexUrl: string;
  readonly project: string;
  /** For a peer that serves a folder. */
  readonly filenames: readonly string[];
  /** For all that peers write; it is the caller's to remove. */
  readonly folder: string;
}

const PACKAGES = ['devpi-server==6.20.3', 'proxpi==1.3.1', 'pypiserver[cache]==2.4.2'];
const WEB_SERVER = 'gunicorn==27.0.1';
const STARTS_WITHIN_MS = 60_000;
/** One after another: a page takes so long that a load would end with many under way. */
const REQUESTS = 3;

/** Installs the peers and starts them on core 0; those that cannot be had are left out, and it says why. */
export async function startPeers(shown: Shown): Promise<readonly Peer[]> {
  try {
    const bin = await install();
    const peers = [];
    for (const startPeer of [startDevpi, startProxpi, startPypiserver]) {
      const peer = await startPeer(bin, shown).catch(leaveOut);
      if (peer !== undefined) peers.push(peer);
    }
    return peers;
  } catch (error) {
    leaveOut(error);
    return [];
  }
}

/** Asks a peer for the page a few times. */
export async function measurePeer(
  { name, pid, pageUrl }: Peer,
  headers: Readonly<Record<string, string>>,
): Promise<Measured> {
  const started = performance.now();
  const before = cpuSecondsOfTree(pid);
  for (let count = 0; count < REQUESTS; count += 1) {
    const { statusCode, body } = await request(pageUrl, { headers });
    await body.dump({ limit: Number.MAX_SAFE_INTEGER });
    if (statusCode !== 200) throw new Error(`${name} answered ${statusCode}`);
  }
  const cpu = cpuSecondsOfTree(pid) - before;
  const seconds = (performance.now() - started) / 1000;
  return {
    requestsPerSecond: REQUESTS / seconds,
    cpuMicroseconds: (cpu / REQUESTS) * 1e6,
    utilisation: cpu / seconds,
  };
}

function leaveOut(error: unknown): undefined {
  say(`a peer is left out: ${error instanceof Error ? error.message.slice(-600) : String(error)}`);
}

/** By this host's pip, into a folder that the next run finds again. */
async function install(): Promise<string> {
  const cache = process.env['BENCH_CACHE'] ?? join(tmpdir(), 'gatehouse-bench-cache');
  const wanted = [...PACKAGES, WEB_SERVER];
  const folder = join(cache, 'peers', wanted.join(' ').replaceAll(/[^a-z0-9.]+/g, '-'));
  const bin = join(folder, 'bin');
  if (existsSync(join(folder, 'installed'))) return bin;
  say(`installing ${wanted.join(', ')}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await run('python3', ['-m', 'venv', folder]);
  await run(join(bin, 'pip'), ['install', '--quiet', '--no-input', ...wanted]);
  await writeFile(join(folder, 'installed'), '');
  return bin;
}

/** As a mirror of the index, with its defaults. */
async function startDevpi(bin: string, { indexUrl, project, folder }: Shown): Promise<Peer> {
  const directory = join(folder, 'devpi');
  const password = 'bench';
  const init = ['--serverdir', directory, '--no-root-pypi', '--root-passwd', password];
  await run(join(bin, 'devpi-init'), init);
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const place = ['--serverdir', directory, '--host', '127.0.0.1', '--port', `${port}`];
  const child = start(join(bin, 'devpi-server'), place);
  await untilAnswered(child, `${origin}/+api`);
  const login = await send('POST', `${origin}/+login`, { body: { user: 'root', password } });
  const { result } = login;
  const token = Buffer.from(`root:${result.password}`).toString('base64');
  await send('PUT', `${origin}/${DEVPI_INDEX}`, {
    headers: { 'x-devpi-auth': token },
    body: { type: 'mirror', mirror_url: indexUrl, volatile: true },
  });
  return warm('devpi', child, `${origin}/${DEVPI_INDEX}/+simple/${project}/`);
}

interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

async function send(method: 'POST' | 'PUT', url: string, { headers, body }: Sent) {
  const answer = await fetch(url, {
    method,
    headers: { ...headers, accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${url} answered ${answer.status}`);
  return JSON.parse(await answer.text());
}

/** One worker with two threads, as its documentation has it. */
async function startProxpi(bin: string, { indexUrl, project, folder }: Shown): Promise<Peer> {
  const port = await freePort();
  const child = start(
    join(bin, 'gunicorn'),
    ['--threads', '2', '--bind', `127.0.0.1:${port}`, 'proxpi.server:app'],
    { PROXPI_INDEX_URL: indexUrl, TMPDIR: folder, HOME: folder },
  );
  return warm('proxpi', child, `http://127.0.0.1:${port}/index/${project}/`);
}

/** With its cache, which it takes when it can; its default without one costs ten times as much. */
async function startPypiserver(bin: string, { project, filenames, folder }: Shown): Promise<Peer> {
  const directory = join(folder, 'pypiserver');
  await mkdir(directory);
  for (const filename of filenames) await writeFile(join(directory, filename), filename);
  const port = await freePort();
  const child = start(
    join(bin, 'pypi-server'),
    ['run', '--interface', '127.0.0.1', '--port', `${port}`].concat([
      '--backend',
      'cached-dir',
      '--disable-fallback',
      directory,
    ]),
  );
  return warm('pypiserver', child, `http://127.0.0.1:${port}/simple/${project}/`);
}

function start(
  command: string,
  parameters: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): ChildProcess {
  return spawn('taskset', ['-c', '0', command, ...parameters], {
    env: { ...process.env, ...environment },
    stdio: 'ignore',
  });
}

/** Asked once, so that it has seen its upstream and its folder. */
async function warm(name: string, child: ChildProcess, pageUrl: string): Promise<Peer> {
  await untilAnswered(child, pageUrl);
  return {
    name,
    pageUrl,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      await stop(child);
    },
  };
}

async function untilAnswered(child: ChildProcess, url: string): Promise<void> {
  const deadline = performance.now() + STARTS_WITHIN_MS;
  while ((await statusOf(url)) !== 200) {
    if (child.exitCode === null && performance.now() < deadline) {
      await sleep(100);
      continue;
    }
    await stop(child);
    throw new Error(`nothing came from ${url} (${child.spawnargs.join(' ')})`);
  }
}

async function statusOf(url: string): Promise<number | undefined> {
  try {
    const { statusCode, body } = await request(url, { headers: { accept: '*/*' } });
    await body.dump({ limit: Number.MAX_SAFE_INTEGER });
    return statusCode;
  } catch {
    return undefined;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
