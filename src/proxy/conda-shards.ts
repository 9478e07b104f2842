import { createHash } from 'node:crypto';

import { writeShardIndex } from '../ecosystems/conda/shard-index.ts';
import { writeShard } from '../ecosystems/conda/shards.ts';
import type { ChannelFile } from '../mirror/channel.ts';
import type { ProjectName } from '../model/subject.ts';
import { channelRecord, compressZstd } from './conda-records.ts';
import type { SubdirContents } from './conda-subdir.ts';

/** The folder of the shards in a subdir. */
export const SHARDS = 'shards';

/** conda 26.7 reads no larger one, and gives up where it must. */
const MOST_SHARD_BYTES = 16 * 1024 * 1024;

/** The shards of a subdir with their index (CEP 16), all as they go over the wire. */
export interface CondaShards {
  readonly index: Buffer;
  readonly bodies: ReadonlyMap<string, Buffer>;
}

export interface Shard {
  readonly fingerprint: string;
  readonly sha256: string;
  readonly body: Buffer;
}

/** Those of a subdir as it was before, by project: what is the same is not made again. */
export type ShardMemory = Map<ProjectName, Shard>;

/**
 * Makes one shard for each package; those of before stay in the store for whoever holds an index that names them.
 * Absent: one is too large for conda, which reads the flat index instead.
 */
export async function makeShards(contents: SubdirContents): Promise<CondaShards | undefined> {
  const { memory, files, name: subdir } = contents;
  const shards = new Map<ProjectName, Shard>();
  for (const [project, own] of Map.groupBy(files, (file) => file.project)) {
    const fingerprint = fingerprintOf(own);
    const known = memory.get(project);
    const shard =
      known?.fingerprint === fingerprint
        ? known
        : await makeShard(contents, { project, files: own, fingerprint });
    if (shard === undefined) return undefined;
    shards.set(project, shard);
  }
  memory.clear();
  for (const [project, shard] of shards) memory.set(project, shard);
  const index = writeShardIndex({
    subdir,
    baseUrl: './',
    shardsBaseUrl: `./${SHARDS}/`,
    createdAt: undefined,
    shards: new Map([...shards].map(([project, { sha256 }]) => [project, sha256])),
  });
  return {
    index: await compressZstd(index),
    bodies: new Map([...shards.values()].map(({ sha256, body }) => [sha256, body])),
  };
}

/** Equal for equal records of equal files. */
export function fingerprintOf(files: readonly ChannelFile[]): string {
  const hash = createHash('sha256');
  for (const { file, sha256, repodata } of files) hash.update(`${file} ${sha256} ${repodata}\n`);
  return hash.digest('hex');
}

async function makeShard(
  { conda, log, source, name: subdir }: SubdirContents,
  own: {
    readonly project: ProjectName;
    readonly files: readonly ChannelFile[];
    readonly fingerprint: string;
  },
): Promise<Shard | undefined> {
  const { project, files, fingerprint } = own;
  const bytes = writeShard({ records: files.map(channelRecord), removed: [] });
  if (bytes.length > MOST_SHARD_BYTES) {
    log.warn({ source, subdir, project, sizeBytes: bytes.length }, 'shards not served: too large');
    return undefined;
  }
  const body = await compressZstd(bytes);
  const sha256 = createHash('sha256').update(body).digest('hex');
  const filenames = files.map(({ filename }) => filename);
  await conda.keepShard({ source, subdir, sha256, project, filenames, body });
  return { fingerprint, sha256, body };
}
