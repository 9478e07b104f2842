import { createHash } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';

import { decode } from '@msgpack/msgpack';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';

import type { Mirror } from '../../src/mirror/mirror.ts';
import type { AccessLine } from '../../src/proxy/parts.ts';
import { createServer } from '../../src/proxy/server.ts';
import { startFakeIndex } from '../fakes/upstream.ts';
import { type HousePlan, NOON, openHouse } from '../fixtures/house.ts';
import { listen } from '../upstream/loopback.ts';

export type Fields = Readonly<Record<string, unknown>>;

export const PUBLIC_URL = 'https://gate.test';

export const POLICY = `version: 1
sources: { pypi: { kind: pypi }, conda-forge: { kind: conda, min-age: 0d } }
targets:
  python: ["3.12"]
  platforms: [manylinux_2_28_x86_64]
  conda: { subdirs: [linux-64], virtual: { glibc: "2.28" } }
packages:
  allow: [conda-forge::frog]
licenses: { allow: [MIT] }
dependencies: { closure: follow }
`;

/** A record under its file name; its bytes are nowhere. */
export function record(
  name: string,
  version: string,
  { ext = 'conda', ...fields }: Fields & { readonly ext?: 'conda' | 'tar.bz2' } = {},
): readonly [string, Fields] {
  const build = typeof fields['build'] === 'string' ? fields['build'] : 'h0_0';
  const file = `${name}-${version}-${build}.${ext}`;
  const base = { name, version, build, build_number: 0, depends: [], license: 'MIT' };
  const digest = createHash('sha256').update(file).digest('hex');
  return [file, { ...base, sha256: digest, md5: digest.slice(32), size: 3, ...fields }];
}

/** The text of a `repodata.json`; `more` goes to its top level. */
export function repodata(
  subdir: string,
  records: readonly (readonly [string, Fields])[],
  more: Fields = {},
): string {
  const own = records.map(([file, fields]) => [file, { subdir, ...fields }] as const);
  const [conda, bz2] = [true, false].map((isConda) =>
    Object.fromEntries(own.filter(([file]) => file.endsWith('.conda') === isConda)),
  );
  return JSON.stringify({ info: { subdir }, packages: bz2, 'packages.conda': conda, ...more });
}

/** The files of upstream below `/<channel>/`, to be changed by tests; a number is a status. */
export type UpstreamFiles = Record<string, string | Buffer | number>;

export interface CondaHouse extends AsyncDisposable {
  readonly app: FastifyInstance;
  readonly mirror: Mirror;
  readonly files: UpstreamFiles;
  /** Paths that upstream was asked for. */
  readonly asked: readonly string[];
  readonly lines: readonly AccessLine[];
  /** All that was logged, as it is written. */
  readonly log: readonly string[];
  readonly now: () => number;
  advance(ms: number): void;
  activate(policy: string): Promise<void>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<LightMyRequestResponse>;
  head(path: string, headers?: Readonly<Record<string, string>>): Promise<LightMyRequestResponse>;
}

/** The whole service over channels on loopback: files by `<source>/<subdir>/<file>`. */
export async function openCondaHouse(
  files: UpstreamFiles,
  plan: Partial<Omit<HousePlan, 'index' | 'channels'>> = {},
): Promise<CondaHouse> {
  const asked: string[] = [];
  const upstream = await listen((request, response): void => {
    const path = (request.url ?? '').slice(1);
    asked.push(path);
    const file = files[path] ?? 404;
    const bytes = Buffer.from(typeof file === 'number' ? '' : file);
    const status = typeof file === 'number' ? file : 200;
    response.writeHead(status, { 'content-length': bytes.length }).end(bytes);
  });
  const index = await startFakeIndex({ artifacts: [] });
  const sources = new Set(Object.keys(files).map((path) => path.split('/')[0] ?? ''));
  const channels = Object.fromEntries([...sources].map((id) => [id, `${upstream.origin}/${id}/`]));
  const house = await openHouse({ index, policy: POLICY, ...plan, channels });
  const lines: AccessLine[] = [];
  const log: string[] = [];
  let now = plan.now ?? NOON;
  const app = createServer({
    mirror: house.mirror,
    record: (line) => void lines.push(line),
    clock: () => now,
    log: pino({ level: 'trace' }, { write: (text: string) => void log.push(text) }),
    publicUrl: PUBLIC_URL,
    policyProblems: () => [],
  });
  return {
    app,
    mirror: house.mirror,
    files,
    asked,
    lines,
    log,
    now: () => now,
    advance(ms) {
      now += ms;
      house.advance(ms);
    },
    activate: async (policy) => house.activate(policy),
    get: async (url, headers = {}) => app.inject({ url, headers: { ...headers } }),
    head: async (url, headers = {}) => app.inject({ method: 'HEAD', url, headers: { ...headers } }),
    async [Symbol.asyncDispose]() {
      await app.close();
      await house[Symbol.asyncDispose]();
      await index[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

export const CHANNEL = '/conda/conda-forge';

/** The records of a subdir by file name, as one of its encodings has them. */
export async function readFlat(
  house: Pick<CondaHouse, 'get'>,
  path: string,
): Promise<Readonly<Record<string, Fields>>> {
  const { rawPayload, statusCode } = await house.get(path);
  if (statusCode !== 200) throw new Error(`${path}: ${statusCode}`);
  const bytes = path.endsWith('.zst') ? zstdDecompressSync(rawPayload) : rawPayload;
  const { packages, 'packages.conda': conda } = JSON.parse(bytes.toString('utf8'));
  return { ...packages, ...conda };
}

/** The same of its shards, hashes as hex; with each shard's path by package name. */
export async function readShards(
  house: Pick<CondaHouse, 'get'>,
  folder: string,
): Promise<{
  readonly records: Readonly<Record<string, Fields>>;
  readonly paths: Readonly<Record<string, string>>;
  readonly index: Fields;
}> {
  const answer = await house.get(`${folder}/repodata_shards.msgpack.zst`);
  if (answer.statusCode !== 200) throw new Error(`${folder}: ${answer.statusCode}`);
  const index = decodeMap(zstdDecompressSync(answer.rawPayload));
  const records: Record<string, Fields> = {};
  const paths: Record<string, string> = {};
  for (const [name, sha256] of Object.entries(mapOf(index['shards']))) {
    const path = `${folder}/shards/${hexOf(sha256)}.msgpack.zst`;
    const { rawPayload } = await house.get(path);
    if (createHash('sha256').update(rawPayload).digest('hex') !== hexOf(sha256)) {
      throw new Error(`${path}: other bytes`);
    }
    const shard = decodeMap(zstdDecompressSync(rawPayload));
    for (const group of ['packages', 'packages.conda']) {
      for (const [file, value] of Object.entries(mapOf(shard[group]))) {
        const { sha256: digest, md5, ...fields } = mapOf(value);
        const hashes = { sha256: hexOf(digest), ...(md5 === undefined ? {} : { md5: hexOf(md5) }) };
        records[file] = { ...fields, ...hashes };
      }
    }
    paths[name] = path;
  }
  return { records, paths, index };
}

/** Everything that a client could read of a subdir, as one text to search. */
export async function readAll(house: CondaHouse, subdir: string): Promise<string> {
  const folder = `${CHANNEL}/${subdir}`;
  const texts = [
    JSON.stringify((await readShards(house, folder)).records),
    (await house.get(`${folder}/repodata.json`)).body,
    (await house.get(`${folder}/run_exports.json`)).body,
    (await house.get(`${CHANNEL}/channeldata.json`)).body,
  ];
  const packed = (await house.get(`${folder}/repodata.json.zst`)).rawPayload;
  return [...texts, zstdDecompressSync(packed).toString('utf8')].join('\n');
}

function decodeMap(bytes: Uint8Array): Fields {
  return mapOf(decode(bytes));
}

function mapOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) throw new Error('not a map');
  return { ...value };
}

function hexOf(value: unknown): string {
  if (!(value instanceof Uint8Array)) throw new Error('a hash that is no bin');
  return Buffer.from(value).toString('hex');
}
