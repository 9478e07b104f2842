import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';

import { encode } from '@msgpack/msgpack';

import type { GatehouseError } from '../../src/model/errors.ts';
import type { ProjectName } from '../../src/model/subject.ts';
import { type CondaOptions, openCondaUpstream } from '../../src/upstream/conda.ts';
import type { Upstream } from '../../src/upstream/upstream.ts';
import { listen, type Loopback, project } from './loopback.ts';

export type Fields = Readonly<Record<string, unknown>>;

export const SHA256 = 'ab'.repeat(32);

/** A record of `demo`, and what it is named in a subdir's index. */
export function record(fields: Fields = {}): Fields {
  const base = { name: 'demo', version: '1.0', build: '0', build_number: 0, depends: [] };
  return { ...base, subdir: 'noarch', sha256: SHA256, size: 3, ...fields };
}

/** The text of a repodata.json, written as no serialiser would, so that only kept bytes are equal. */
export function repodata(
  conda: Readonly<Record<string, string>>,
  more: Fields & { readonly subdir?: string } = {},
): string {
  const { subdir = 'noarch', info, ...rest } = more;
  const members = Object.entries(conda).map(([key, text]) => `"${key}":${text}`);
  const others = Object.entries(rest).map(([key, value]) => `,"${key}":${JSON.stringify(value)}`);
  const stated = JSON.stringify({ subdir, ...(typeof info === 'object' ? info : {}) });
  return `{"info":${stated},"packages":{},"packages.conda":{${members.join(',')}}${others.join('')}}`;
}

/** So many records of as many names. */
export function manyRecords(count: number): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => [
      `pkg${at}-1.0-0.conda`,
      JSON.stringify(record({ name: `pkg${at}` })),
    ]),
  );
}

export function sha256Of(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** The files of a subdir with shards. */
export function shardFiles(
  subdir: string,
  shards: Readonly<Record<string, unknown>>,
  info: Fields = {},
): Record<string, Buffer> {
  const packed = Object.entries(shards).map(([name, shard]) => {
    const bytes = zstdCompressSync(encode(shard));
    return { name, bytes, sha256: sha256Of(bytes) };
  });
  const index = {
    version: 1,
    info: { subdir, base_url: './', shards_base_url: './shards/', ...info },
    shards: Object.fromEntries(packed.map(({ name, sha256 }) => [name, sha256])),
  };
  return {
    [`${subdir}/repodata_shards.msgpack.zst`]: zstdCompressSync(encode(index)),
    ...Object.fromEntries(
      packed.map(({ bytes, sha256 }) => [
        `${subdir}/shards/${sha256.toString('hex')}.msgpack.zst`,
        bytes,
      ]),
    ),
  };
}

export type Files = Record<
  string,
  Buffer | string | ((request: IncomingMessage, response: ServerResponse) => void)
>;

export interface ServedChannel extends AsyncDisposable {
  /** To be changed by tests. */
  readonly files: Files;
  readonly server: Loopback;
  readonly url: string;
  readonly upstream: Upstream;
  readonly spool: string;
  readonly reports: readonly GatehouseError[];
  /** The paths that were asked for since the last call. */
  asked(): readonly string[];
  advance(ms: number): void;
}

/** A channel on loopback, with strong ETags and 304, and an upstream that reads it by a clock of its own. */
export async function serveChannel(
  files: Files,
  options: Partial<CondaOptions> = {},
): Promise<ServedChannel> {
  let now = 1_000_000;
  let seen = 0;
  const server = await listen((request, response) => {
    const file = files[(request.url ?? '').replace('/chan/', '')];
    if (typeof file === 'function') return file(request, response);
    if (file === undefined) return response.writeHead(404).end();
    const bytes = Buffer.from(file);
    const etag = `"${sha256Of(bytes).toString('hex').slice(0, 16)}"`;
    if (request.headers['if-none-match'] === etag) return response.writeHead(304).end();
    return response.writeHead(200, { etag, 'content-length': bytes.length }).end(bytes);
  });
  const spool = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
  const reports: GatehouseError[] = [];
  const url = `${server.origin}/chan/`;
  const upstream = await openCondaUpstream(
    { indexUrl: url },
    {
      subdirs: ['linux-64'],
      spool,
      report: (error) => reports.push(error),
      now: () => now,
      timing: { sleep: async () => {}, random: () => 0 },
      ...options,
    },
  );
  return {
    files,
    server,
    url,
    upstream,
    spool,
    reports,
    asked() {
      const paths = server.requests.slice(seen).map((request) => request.url ?? '');
      seen = server.requests.length;
      return paths.map((path) => path.replace('/chan/', '')).toSorted();
    },
    advance(ms) {
      now += ms;
    },
    async [Symbol.asyncDispose]() {
      await upstream[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await rm(spool, { recursive: true });
    },
  };
}

/** The page of a project; anything else fails the test. */
export async function pageOf(upstream: Upstream, name: ProjectName = project('demo')) {
  const answer = await upstream.fetchPage(name);
  if (answer.kind !== 'page') throw new TypeError(answer.kind);
  return { ...answer.page, etag: answer.etag };
}
