import { createHash } from 'node:crypto';

import type { Logger } from 'pino';

import { renderRepodata } from '../ecosystems/conda/repodata-render.ts';
import { renderRunExports } from '../ecosystems/conda/run-exports.ts';
import type { ChannelFile } from '../mirror/channel.ts';
import type { CondaMirror } from '../mirror/conda-mirror.ts';
import type { SourceId } from '../model/subject.ts';
import type { IndexFile } from './conda-index.ts';
import { channelRecord, compressZstd } from './conda-records.ts';
import { makeShards, type ShardMemory } from './conda-shards.ts';

/** One subdir of a channel with all that is made of it. */
export interface CondaSubdir {
  /** Of all its files and their records. */
  readonly fingerprint: string;
  /** An index file of it, by its name below the subdir; absent: there is none of this name. */
  find(file: string): Promise<IndexFile | undefined>;
}

export interface SubdirContents {
  readonly conda: Pick<CondaMirror, 'keepShard' | 'oldShard'>;
  readonly log: Logger;
  readonly source: SourceId;
  readonly name: string;
  /** In the order of their names. */
  readonly files: readonly ChannelFile[];
  readonly fingerprint: string;
  /** Shared by all that this subdir becomes. */
  readonly memory: ShardMemory;
}

/** Makes nothing yet. */
export function createCondaSubdir(contents: SubdirContents): CondaSubdir {
  const made = new Map<string, Promise<Uint8Array | undefined>>();
  const { source, name: subdir, fingerprint } = contents;
  const shards = lazily(() => makeShards(contents));

  const indexes: Readonly<Record<string, () => Promise<Uint8Array | undefined>>> = {
    'repodata.json': async () => flat(contents),
    'repodata.json.zst': async () => compressZstd(flat(contents)),
    'repodata_shards.msgpack.zst': async () => (await shards())?.index,
    'run_exports.json': async () => runExports(contents),
    'run_exports.json.zst': async () => {
      const bytes = runExports(contents);
      return bytes && compressZstd(bytes);
    },
  };

  /** What failed is made anew for whoever asks next. */
  function once(file: string, make: () => Promise<Uint8Array | undefined>) {
    const known = made.get(file) ?? make();
    made.set(file, known);
    known.catch(() => made.delete(file));
    return known;
  }

  return {
    fingerprint,
    async find(file) {
      const make = Object.hasOwn(indexes, file) ? indexes[file] : undefined;
      if (make !== undefined) {
        const body = await once(file, make);
        return body && indexFile(body, file.endsWith('.json') ? JSON_TYPE : ZSTD_TYPE);
      }
      const sha256 = /^shards\/([0-9a-f]{64})\.msgpack\.zst$/.exec(file)?.[1];
      if (sha256 === undefined) return undefined;
      const current = (await shards())?.bodies.get(sha256);
      const body = current ?? (await contents.conda.oldShard({ source, subdir, sha256 }));
      return body && { ...indexFile(body, ZSTD_TYPE), cacheControl: IMMUTABLE };
    },
  };
}

const JSON_TYPE = 'application/json';
const ZSTD_TYPE = 'application/zstd';
/** A minute, as pages have it: mamba keeps the index of shards for a day whatever is said here. */
const FRESH = 'public, max-age=60, must-revalidate';
const IMMUTABLE = 'public, max-age=31536000, immutable';

const etags = new WeakMap<Uint8Array, string>();

function indexFile(body: Uint8Array, contentType: string): IndexFile {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const etag = etags.get(body) ?? `"${createHash('sha256').update(bytes).digest('hex')}"`;
  etags.set(body, etag);
  return { body: bytes, etag, contentType, cacheControl: FRESH };
}

function flat({ name, files }: SubdirContents): Buffer {
  const records = files.map(channelRecord);
  return Buffer.concat([...renderRepodata({ subdir: name, records, removed: [] })]);
}

function runExports({ name, files }: SubdirContents): Buffer | undefined {
  const text = renderRunExports({ subdir: name, records: files.map(channelRecord) });
  return text === undefined ? undefined : Buffer.from(text);
}

function lazily<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    made.catch(() => (made = undefined));
    return made;
  };
}
