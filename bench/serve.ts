import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startFakeIndex } from '../test/fakes/upstream.ts';
import { ARTIFACTS, type Case, casesOf, HEADERS, measureCase, POLICY } from './cases.ts';
import { measureFlights, printFlights } from './flight.ts';
import { startNginx } from './nginx.ts';
import { measurePeer, startPeers } from './peers.ts';
import { printMarkdown, saveResult, say } from './report.ts';
import { interleave, median, medianRatio, ratios, type Rounds, variation } from './rounds.ts';
import { startService } from './service.ts';
import type { Measured } from './wrk.ts';

const ROUNDS = 7;

/** CPU per request of pages, 304s, files and refusals, against nginx serving the same bytes and peers. */
export async function benchServe(): Promise<void> {
  requireTools();
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-serve-'));
  const { cases, peers, rounds } = await measurePages(folder);
  const flights = await measureFlights(folder);
  await rm(folder, { recursive: true });
  await saveResult('serve', { cases: cases.map(sizesOf), rounds, flights });
  printCases(cases, rounds);
  printRefusals(rounds);
  printPeers(peers, rounds);
  printFlights(flights);
}

function requireTools(): void {
  const missing = ['nginx', 'wrk', 'taskset'].filter(
    (tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0,
  );
  if (missing.length > 0)
    throw new Error(`needs ${missing.join(', ')}: on Debian, apt-get install nginx wrk util-linux`);
}

interface Pages {
  readonly cases: readonly Case[];
  /** Names of those that could be had. */
  readonly peers: readonly string[];
  /** By `legOf`, and peers by their name. */
  readonly rounds: Rounds<Measured>;
}

async function measurePages(folder: string): Promise<Pages> {
  await using index = await startFakeIndex({ artifacts: ARTIFACTS });
  const policyPath = join(folder, 'policy.yaml');
  await writeFile(policyPath, POLICY);
  await using service = await startService({ upstream: index.url, policyPath, core: 0 });
  say(`walking ${ARTIFACTS.length} files`);
  await service.walked();
  const cases = await casesOf(service);
  await using nginx = await startNginx([...new Set(cases.map(({ served }) => served))]);
  await using stack = new AsyncDisposableStack();
  const filenames = ARTIFACTS.map(({ filename }) => filename);
  const peers = await startPeers({ indexUrl: index.url, project: 'numpy', filenames, folder });
  for (const peer of peers) stack.use(peer);
  const legs = cases.flatMap((tried) => [
    [legOf('nginx', tried.name), () => measureCase(tried, nginx)] as const,
    [legOf('gatehouse', tried.name), () => measureCase(tried, service)] as const,
  ]);
  const peerLegs = peers.map((peer) => [peer.name, () => measurePeer(peer, HEADERS)] as const);
  say(`${ROUNDS} rounds of ${legs.length + peerLegs.length} legs`);
  const rounds = await interleave(ROUNDS, Object.fromEntries([...legs, ...peerLegs]));
  return { cases, peers: peers.map(({ name }) => name), rounds };
}

function legOf(server: 'nginx' | 'gatehouse', name: string): string {
  return `${server}: ${name}`;
}

function sizesOf({ name, served }: Case) {
  return { name, identityBytes: served.identity.length, gzipBytes: served.gzip?.length };
}

function printCases(cases: readonly Case[], rounds: Rounds<Measured>): void {
  printMarkdown(
    ['warm', 'bytes', 'CPU × nginx', 'rounds', 'rps × nginx', 'CPU µs, nginx’s'].concat([
      'utilisation, nginx’s',
      'cv of nginx’s rps',
    ]),
    cases.map(({ name, served, known }) => {
      const ours = rounds[legOf('gatehouse', name)] ?? [];
      const nginx = rounds[legOf('nginx', name)] ?? [];
      return [
        name,
        `${known ? 0 : (served.gzip ?? served.identity).length}`,
        `**${medianRatio(cpuOf(ours), cpuOf(nginx)).toFixed(2)}**`,
        inRounds(ratios(cpuOf(ours), cpuOf(nginx))),
        medianRatio(speedOf(ours), speedOf(nginx)).toFixed(2),
        `${median(cpuOf(ours)).toFixed(1)}, ${median(cpuOf(nginx)).toFixed(1)}`,
        `${median(busyOf(ours)).toFixed(2)}, ${median(busyOf(nginx)).toFixed(2)}`,
        variation(speedOf(nginx)).toFixed(2),
      ];
    }),
  );
}

function printRefusals(rounds: Rounds<Measured>): void {
  const refused = cpuOf(rounds[legOf('gatehouse', 'refused file')] ?? []);
  printMarkdown(
    ['CPU of a refused file', '×', 'rounds'],
    ['admitted file', 'approved page'].map((name) => {
      const allowed = cpuOf(rounds[legOf('gatehouse', name)] ?? []);
      const found = ratios(refused, allowed);
      return [`by that of an ${name}`, `**${median(found).toFixed(2)}**`, inRounds(found)];
    }),
  );
}

function printPeers(peers: readonly string[], rounds: Rounds<Measured>): void {
  const ours = cpuOf(rounds[legOf('gatehouse', 'full page')] ?? []);
  printMarkdown(
    ['numpy’s page', 'CPU ms', '× Gatehouse', 'rounds'],
    peers.map((name) => {
      const theirs = cpuOf(rounds[name] ?? []);
      const found = ratios(theirs, ours);
      const milliseconds = median(theirs) / 1000;
      return [name, milliseconds.toFixed(0), `**${median(found).toFixed(0)}**`, inRounds(found, 0)];
    }),
  );
}

function inRounds(values: readonly number[], digits = 2): string {
  return values.map((value) => value.toFixed(digits)).join(' ');
}

function cpuOf(rounds: readonly Measured[]): readonly number[] {
  return rounds.map(({ cpuMicroseconds }) => cpuMicroseconds);
}

function speedOf(rounds: readonly Measured[]): readonly number[] {
  return rounds.map(({ requestsPerSecond }) => requestsPerSecond);
}

function busyOf(rounds: readonly Measured[]): readonly number[] {
  return rounds.map(({ utilisation }) => utilisation);
}
