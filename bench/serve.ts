import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { request } from 'undici';

import { startFakeIndex } from '../test/fakes/upstream.ts';
import { type Static, startNginx } from './nginx.ts';
import { FILES_PER_VERSION, numpyLike } from './numpy-like.ts';
import { printTable, saveResult, say } from './report.ts';
import { interleave, median, medianRatio, type Rounds, variation } from './rounds.ts';
import { type Service, startService } from './service.ts';
import { type Measured, measureLoad } from './wrk.ts';

const ROUNDS = 7;
/** Numpy has about 9,400 files that fit some target: this many versions of 40. */
const VERSIONS = 235;
const HEADERS = { accept: 'application/vnd.pypi.simple.v1+json', 'accept-encoding': 'gzip' };

/** Approves all that is on the fake index, but for one version. */
const POLICY = `version: 1
sources: { pypi: { kind: pypi } }
targets: { python: ["3.11", "3.12", "3.13", "3.14"], platforms: [manylinux_2_28_x86_64, manylinux_2_28_aarch64] }
packages:
  allow: [numpy, approved]
  deny: [{ name: numpy, versions: "==1.0.0", reason: for the measurement }]
licenses: { allow: [BSD-3-Clause] }
versions: { keep: 1000, min-age: 0d }
`;

/** What is asked for, of both servers in turn. */
interface Case {
  readonly name: string;
  readonly url: string;
  readonly served: Static;
  /** With the page's own tag, so that it answers 304. */
  readonly known: boolean;
}

/** CPU per request of pages, 304s and refusals, against nginx serving the same bytes. */
export async function benchServe(): Promise<void> {
  requireTools();
  await using index = await startFakeIndex({
    artifacts: [...numpyLike('numpy', VERSIONS), ...numpyLike('approved', 1)],
  });
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-policy-'));
  const policyPath = join(folder, 'policy.yaml');
  await writeFile(policyPath, POLICY);
  await using service = await startService({ upstream: index.url, policyPath, core: 0 });
  say(`walking ${(VERSIONS + 1) * FILES_PER_VERSION} files`);
  await service.walked();
  const cases = await casesOf(service);
  await using nginx = await startNginx([...new Set(cases.map(({ served }) => served))]);
  const results: Result[] = [];
  for (const tried of cases) {
    const rounds = await interleave(ROUNDS, {
      nginx: () => measure(tried, nginx.urlOf(tried.served), nginx.pid),
      gatehouse: () => measure(tried, tried.url, service.pid),
    });
    results.push({ tried, rounds });
    say(`${tried.name}: done`);
  }
  await saveResult('serve', {
    rounds: results.map(({ tried, rounds }) => ({ case: tried.name, ...sizesOf(tried), rounds })),
  });
  print(results);
  await rm(folder, { recursive: true });
}

function requireTools(): void {
  const missing = ['nginx', 'wrk', 'taskset'].filter(
    (tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0,
  );
  if (missing.length > 0)
    throw new Error(`needs ${missing.join(', ')}: on Debian, apt-get install nginx wrk util-linux`);
}

async function casesOf(service: Service): Promise<readonly Case[]> {
  const full = await pageOf(`${service.indexUrl}numpy/`);
  const approved = await pageOf(`${service.indexUrl}approved/`);
  const page: { readonly files: readonly { readonly filename: string; readonly url: string }[] } =
    JSON.parse(full.served.identity.toString());
  const refused = page.files.find(({ filename }) => filename.startsWith('numpy-1.0.0-'));
  if (refused === undefined) throw new Error('the refused version is not on the page');
  const refusedUrl = new URL(refused.url, full.url).href;
  return [
    { name: 'full page', ...full, known: false },
    { name: 'approved page', ...approved, known: false },
    { name: '304 of the full page', ...full, known: true },
    { name: '304 of the approved page', ...approved, known: true },
    { name: 'refused file', ...(await refusalOf(refusedUrl)), known: false },
  ];
}

async function pageOf(url: string) {
  const { statusCode, headers, body } = await request(url, { headers: HEADERS });
  const gzip = Buffer.from(await body.arrayBuffer());
  if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}`);
  return {
    url,
    served: { contentType: String(headers['content-type']), gzip, identity: gunzipSync(gzip) },
  };
}

async function refusalOf(url: string) {
  const { statusCode, headers, body } = await request(url);
  const identity = Buffer.from(await body.arrayBuffer());
  return {
    url,
    served: { contentType: String(headers['content-type']), identity, status: statusCode },
  };
}

async function measure({ served, known }: Case, url: string, pid: number): Promise<Measured> {
  if (!known) return measureLoad({ url, headers: HEADERS, pid, status: served.status ?? 200 });
  const answer = await request(url, { headers: HEADERS });
  await answer.body.dump();
  const headers = { ...HEADERS, 'if-none-match': String(answer.headers['etag']) };
  return measureLoad({ url, headers, pid, status: 304 });
}

interface Result {
  readonly tried: Case;
  readonly rounds: Rounds<Measured>;
}

function sizesOf({ served }: Case) {
  return { identityBytes: served.identity.length, gzipBytes: served.gzip?.length };
}

function print(results: readonly Result[]): void {
  printTable(
    [
      '',
      'CPU x nginx',
      'rps x nginx',
      'CPU us',
      "nginx's CPU us",
      'utilisation',
      "nginx's",
      "nginx's cv of rps",
    ],
    results.map(({ tried, rounds: { gatehouse = [], nginx = [] } }) => [
      tried.name,
      medianRatio(cpuOf(gatehouse), cpuOf(nginx)).toFixed(2),
      medianRatio(speedOf(gatehouse), speedOf(nginx)).toFixed(2),
      median(cpuOf(gatehouse)).toFixed(1),
      median(cpuOf(nginx)).toFixed(1),
      median(gatehouse.map(({ utilisation }) => utilisation)).toFixed(2),
      median(nginx.map(({ utilisation }) => utilisation)).toFixed(2),
      variation(speedOf(nginx)).toFixed(2),
    ]),
  );
}

function cpuOf(rounds: readonly Measured[]): readonly number[] {
  return rounds.map(({ cpuMicroseconds }) => cpuMicroseconds);
}

function speedOf(rounds: readonly Measured[]): readonly number[] {
  return rounds.map(({ requestsPerSecond }) => requestsPerSecond);
}
