import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';

import { isJsonObject } from '../ecosystems/conda/json-value.ts';
import { renderRepodata } from '../ecosystems/conda/repodata-render.ts';
import { writeShardIndex } from '../ecosystems/conda/shard-index.ts';
import { writeShard } from '../ecosystems/conda/shards.ts';
import type { ChannelFile } from '../mirror/channel.ts';
import type { CondaMirror } from '../mirror/conda-mirror.ts';
import type { ProjectName, SourceId } from '../model/subject.ts';
import type { IndexFile } from './conda-index.ts';
import { SHARDS } from './conda-path.ts';

/** One subdir of a channel with all that is made of it. */
export interface CondaSubdir {
  /** Of all its files and their records. */
  readonly fingerprint: string;
  /** An index file of it, by its name below the subdir; absent: there is none of this name. */
  find(file: string): Promise<IndexFile | undefined>;
}

export interface SubdirContents {
  readonly conda: CondaMirror;
  readonly source: SourceId;
  readonly name: string;
  /** In the order of their names. */
  readonly files: readonly ChannelFile[];
  readonly fingerprint: string;
}

/** Equal for equal indexes. */
export function fingerprintOf(files: readonly ChannelFile[]): string {
  const hash = createHash('sha256');
  for (const { file, sha256, repodata } of files) hash.update(`${file} ${sha256} ${repodata}\n`);
  return hash.digest('hex');
}

/** Makes nothing yet. */
export function createCondaSubdir(contents: SubdirContents): CondaSubdir {
  const made = new Map<string, Promise<IndexFile>>();

  function once(file: string, make: () => Promise<IndexFile>): Promise<IndexFile> {
    const known = made.get(file) ?? make();
    made.set(file, known);
    // What failed is made anew for whoever asks next.
    known.catch(() => made.delete(file));
    return known;
  }

  const { source, name: subdir } = contents;
  const shards = lazily(() => makeShards(contents));

  return {
    fingerprint: contents.fingerprint,
    async find(file) {
      if (file === 'repodata.json') {
        return once(file, async () => indexFile(flat(contents), JSON_TYPE));
      }
      if (file === 'repodata.json.zst') {
        return once(file, async () => indexFile(await compressed(flat(contents)), ZSTD_TYPE));
      }
      if (file === 'repodata_shards.msgpack.zst') {
        return once(file, async () => {
          const index = writeShardIndex({
            subdir: contents.name,
            baseUrl: './',
            shardsBaseUrl: `./${SHARDS}/`,
            createdAt: undefined,
            shards: new Map([...(await shards())].map(([name, { sha256 }]) => [name, sha256])),
          });
          return indexFile(await compressed(index), ZSTD_TYPE);
        });
      }
      const sha256 = /^shards\/([0-9a-f]{64})\.msgpack\.zst$/.exec(file)?.[1];
      if (sha256 === undefined) return undefined;
      const current = [...(await shards()).values()].find((shard) => shard.sha256 === sha256);
      const body = current?.body ?? (await contents.conda.oldShard({ source, subdir, sha256 }));
      return body && { ...indexFile(body, ZSTD_TYPE), cacheControl: IMMUTABLE };
    },
  };
}

const JSON_TYPE = 'application/json';
const ZSTD_TYPE = 'application/zstd';
/** A minute, as pages have it: mamba keeps the index of shards for a day whatever is said here. */
const FRESH = 'public, max-age=60, must-revalidate';
const IMMUTABLE = 'public, max-age=31536000, immutable';

function indexFile(body: Uint8Array, contentType: string): IndexFile {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const etag = `"${createHash('sha256').update(bytes).digest('hex')}"`;
  return { body: bytes, etag, contentType, cacheControl: FRESH };
}

function flat({ name, files }: SubdirContents): Buffer {
  const records = files.map(({ file, repodata }) => recordOf(file, repodata));
  return Buffer.concat([...renderRepodata({ subdir: name, records, removed: [] })]);
}

function recordOf(file: string, repodata: string) {
  const group = file.endsWith('.conda') ? ('packages.conda' as const) : ('packages' as const);
  const value: unknown = JSON.parse(repodata);
  if (!isJsonObject(value)) throw new TypeError('a record is an object');
  return { group, key: file, bytes: Buffer.from(repodata), value };
}

interface Shard {
  readonly sha256: string;
  readonly body: Buffer;
}

/** One for each package; those of before are kept for whoever holds an index that names them. */
async function makeShards(contents: SubdirContents): Promise<ReadonlyMap<ProjectName, Shard>> {
  const { conda, source, name: subdir, files } = contents;
  const shards = new Map<ProjectName, Shard>();
  for (const [project, own] of Map.groupBy(files, (file) => file.project)) {
    const records = own.map(({ file, repodata }) => recordOf(file, repodata));
    const body = await compressed(writeShard({ records, removed: [] }));
    const sha256 = createHash('sha256').update(body).digest('hex');
    shards.set(project, { sha256, body });
    const filenames = own.map(({ filename }) => filename);
    await conda.keepShard({ source, subdir, sha256, project, filenames, body });
  }
  return shards;
}

const zstd = promisify(zstdCompress);

/** Level 1 gives the smallest files here and is the fastest: most of a record is hashes. */
async function compressed(bytes: Uint8Array): Promise<Buffer> {
  return zstd(bytes, {
    params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_contentSizeFlag]: 1 },
    pledgedSrcSize: bytes.length,
  });
}

function lazily<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    made.catch(() => (made = undefined));
    return made;
  };
}
