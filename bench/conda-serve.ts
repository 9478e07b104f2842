import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { zstdDecompressSync } from 'node:zlib';

import { request } from 'undici';

import { readShardIndex } from '../src/ecosystems/conda/shard-index.ts';
import { startFakeIndex } from '../test/fakes/upstream.ts';
import { repodata } from '../test/proxy/conda-house.ts';
import { HEADERS } from './cases.ts';
import { namesOf, policyOf, versionsOf } from './conda-records.ts';
import { type Nginx, startNginx, type Static } from './nginx.ts';
import { numpyLike } from './numpy-like.ts';
import { printMarkdown, say } from './report.ts';
import { interleave, median, medianRatio, type Rounds } from './rounds.ts';
import { type Service, startService } from './service.ts';
import { type Measured, measureLoad } from './wrk.ts';

const ROUNDS = 5;
const NAMES = namesOf(200);
const FILES = 40;
const NO_HEADERS = {};

interface Case {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly served: Static;
  /** Present: it is sent along, so that the answer is 304. */
  readonly etag?: string;
}

/** CPU per request of warm shards and indexes, against nginx with the same bytes and a page of as many files. */
export async function measureCondaServe(): Promise<Rounds<Measured>> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-conda-serve-'));
  const policyPath = join(folder, 'policy.yaml');
  await writeFile(policyPath, policyOf(NAMES, ['approved']));
  for (const subdir of ['noarch', 'linux-64']) {
    const files = subdir === 'noarch' ? [] : NAMES.flatMap((name) => versionsOf(name, FILES));
    await mkdir(join(folder, subdir));
    await writeFile(join(folder, subdir, 'repodata.json'), repodata(subdir, files));
  }
  await using index = await startFakeIndex({ artifacts: numpyLike('approved', 1) });
  await using service = await startService({
    upstream: index.url,
    channels: { forge: pathToFileURL(folder).href },
    policyPath,
    core: 0,
  });
  await service.walked();
  const cases = await casesOf(service);
  await using nginx = await startNginx([...new Set(cases.map(({ served }) => served))]);
  const legs = cases.flatMap((tried) => [
    [`nginx: ${tried.name}`, () => measure(tried, nginx)] as const,
    [`gatehouse: ${tried.name}`, () => measure(tried, service)] as const,
  ]);
  const rounds = await interleave(ROUNDS, Object.fromEntries(legs));
  await rm(folder, { recursive: true });
  print(cases, rounds);
  return rounds;
}

async function casesOf(service: Service): Promise<readonly Case[]> {
  const page = await caseOf('page of 40 files', `${service.indexUrl}approved/`, HEADERS);
  const folder = `${service.origin}/conda/forge/linux-64`;
  const index = await caseOf('index of 200 shards', `${folder}/repodata_shards.msgpack.zst`);
  const { shards } = readShardIndex(zstdDecompressSync(index.served.identity));
  const sha256 = shards.get(NAMES[0] ?? '') ?? '';
  const shard = await caseOf('shard of 40 files', `${folder}/shards/${sha256}.msgpack.zst`);
  return [page, shard, index].flatMap(({ etag, ...tried }) => [
    tried,
    { ...tried, name: `304 of the ${tried.name}`, etag },
  ]);
}

async function caseOf(
  name: string,
  url: string,
  headers: Case['headers'] = NO_HEADERS,
): Promise<Case & { readonly etag: string }> {
  const answer = await request(url, { headers });
  const identity = Buffer.from(await answer.body.arrayBuffer());
  if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}`);
  const contentType = String(answer.headers['content-type']);
  const served: Static = { contentType, identity };
  return { name, url, headers, served, etag: String(answer.headers['etag']) };
}

async function measure(
  { url, headers, served, etag }: Case,
  server: Service | Nginx,
): Promise<Measured> {
  const asked = 'urlOf' in server ? server.urlOf(served) : url;
  const { pid } = server;
  if (etag === undefined) return measureLoad({ url: asked, headers, pid, status: 200 });
  const answer = await request(asked, { headers });
  await answer.body.dump();
  const known = { ...headers, 'if-none-match': String(answer.headers['etag']) };
  return measureLoad({ url: asked, headers: known, pid, status: 304 });
}

function print(cases: readonly Case[], rounds: Rounds<Measured>): void {
  const pages = { 200: cpuOf(rounds, cases[0]), 304: cpuOf(rounds, cases[1]) };
  say('warm answers, CPU of the service');
  printMarkdown(
    ['warm', 'bytes', 'CPU µs', 'rounds', '× page', 'requests per CPU second', '× nginx'],
    cases.map((tried) => {
      const ours = cpuOf(rounds, tried);
      const nginx = (rounds[`nginx: ${tried.name}`] ?? []).map((one) => one.cpuMicroseconds);
      return [
        tried.name,
        `${tried.etag === undefined ? tried.served.identity.length : 0}`,
        median(ours).toFixed(1),
        ours.map((one) => one.toFixed(1)).join(' '),
        `**${medianRatio(ours, pages[tried.etag === undefined ? 200 : 304]).toFixed(2)}**`,
        (1e6 / median(ours)).toFixed(0),
        medianRatio(ours, nginx).toFixed(2),
      ];
    }),
  );
}

function cpuOf(rounds: Rounds<Measured>, tried: Case | undefined): readonly number[] {
  return (rounds[`gatehouse: ${tried?.name}`] ?? []).map(({ cpuMicroseconds }) => cpuMicroseconds);
}
