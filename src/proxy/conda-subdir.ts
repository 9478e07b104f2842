import { createHash } from 'node:crypto';
import { scheduler } from 'node:timers/promises';

import type { Logger } from 'pino';

import { renderRepodata } from '../ecosystems/conda/repodata-render.ts';
import { renderRunExports } from '../ecosystems/conda/run-exports.ts';
import type { ChannelFile } from '../mirror/channel.ts';
import type { CondaMirror } from '../mirror/conda-mirror.ts';
import type { SourceId } from '../model/subject.ts';
import type { IndexFile } from './conda-index.ts';
import {
  channelRecord,
  type ChannelRecord,
  compressZstd,
  recordBytes,
  type RecordBytes,
} from './conda-records.ts';
import { makeShards, type ShardMemory } from './conda-shards.ts';

/** One subdir of a channel with all that is made of it. */
export interface CondaSubdir {
  /** In the order of their names. */
  readonly files: readonly ChannelFile[];
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
  /** Shared by all that this subdir becomes. */
  readonly memory: ShardMemory;
}

/** Makes nothing yet. */
export function createCondaSubdir(contents: SubdirContents): CondaSubdir {
  const made = new Map<string, Promise<Uint8Array | undefined>>();
  const { source, name: subdir, files } = contents;
  const shards = lazily(() => makeShards(contents));

  const indexes: Readonly<Record<string, () => Promise<Uint8Array | undefined>>> = {
    'repodata.json': async () => flat(contents),
    'repodata.json.zst': async () => compressZstd(await flat(contents)),
    'repodata_shards.msgpack.zst': async () => (await shards())?.index,
    'run_exports.json': async () => runExports(contents),
    'run_exports.json.zst': async () => {
      const bytes = await runExports(contents);
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
    files,
    async find(file) {
      const make = Object.hasOwn(indexes, file) ? indexes[file] : undefined;
      if (make !== undefined) {
        const body = await once(file, make);
        return body && (await indexFile(body, file.endsWith('.json') ? JSON_TYPE : ZSTD_TYPE));
      }
      const sha256 = /^shards\/([0-9a-f]{64})\.msgpack\.zst$/.exec(file)?.[1];
      if (sha256 === undefined) return undefined;
      const current = (await shards())?.bodies.get(sha256);
      const body = current ?? (await contents.conda.oldShard({ source, subdir, sha256 }));
      return body && { ...(await indexFile(body, ZSTD_TYPE)), cacheControl: IMMUTABLE };
    },
  };
}

/** What takes a few milliseconds; then others go on. */
const AT_ONCE = 500;
const BYTES_AT_ONCE = 2 * 1024 * 1024;

const JSON_TYPE = 'application/json';
const ZSTD_TYPE = 'application/zstd';
/** A minute, as pages have it: mamba keeps the index of shards for a day whatever is said here. */
const FRESH = 'public, max-age=60, must-revalidate';
const IMMUTABLE = 'public, max-age=31536000, immutable';

const etags = new WeakMap<Uint8Array, string>();

async function indexFile(body: Uint8Array, contentType: string): Promise<IndexFile> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const etag = etags.get(body) ?? (await etagOf(bytes));
  etags.set(body, etag);
  return { body: bytes, etag, contentType, cacheControl: FRESH };
}

async function etagOf(bytes: Buffer): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += BYTES_AT_ONCE) {
    if (at > 0) await scheduler.yield();
    hash.update(bytes.subarray(at, at + BYTES_AT_ONCE));
  }
  return `"${hash.digest('hex')}"`;
}

async function flat({ name, files }: SubdirContents): Promise<Buffer> {
  const records: RecordBytes[] = [];
  for (const [at, file] of files.entries()) {
    records.push(recordBytes(file));
    if (at % AT_ONCE === 0) await scheduler.yield();
  }
  const pieces: Uint8Array[] = [];
  for (const piece of renderRepodata({ subdir: name, records, removed: [] })) {
    pieces.push(piece);
    await scheduler.yield();
  }
  return Buffer.concat(pieces);
}

async function runExports({ name, files }: SubdirContents): Promise<Buffer | undefined> {
  const records: ChannelRecord[] = [];
  for (const [at, file] of files.entries()) {
    const { value, ...record } = channelRecord(file);
    const exported = value['run_exports'];
    if (exported === undefined) return undefined;
    records.push({ ...record, value: { run_exports: exported } });
    if (at % AT_ONCE === 0) await scheduler.yield();
  }
  const text = renderRunExports({ subdir: name, records });
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
