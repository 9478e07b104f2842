import { isJsonObject } from './json-value.ts';
import { readMsgpack } from './msgpack-read.ts';
import { writeMsgpack } from './msgpack-write.ts';
import { shardRefused } from './shard-refusals.ts';

const MIB = 1024 * 1024;

/** Of a shard index, not compressed: 31,000 names are 2 MB. */
export const SHARD_INDEX_LIMITS = { bytes: 128 * MIB, depth: 8 } as const;

/** What `repodata_shards.msgpack.zst` says (CEP 16). */
export interface ShardIndex {
  readonly subdir: string;
  /** As they were stated: relative or absolute, checked by nobody yet. */
  readonly baseUrl: string;
  readonly shardsBaseUrl: string;
  readonly createdAt: string | undefined;
  /** Package name to the sha256 of its compressed shard, in hex. */
  readonly shards: ReadonlyMap<string, string>;
}

/** Writes a shard index, not compressed. Equal contents give equal bytes; hashes are bin, as all clients want. */
export function writeShardIndex(index: ShardIndex): Uint8Array {
  const shards = [...index.shards]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, sha256]) => [name, hashBytes(name, sha256)] as const);
  return writeMsgpack({
    version: 1,
    info: {
      subdir: index.subdir,
      base_url: index.baseUrl,
      shards_base_url: index.shardsBaseUrl,
      ...(index.createdAt === undefined ? {} : { created_at: index.createdAt }),
    },
    shards: new Map(shards),
  });
}

function hashBytes(name: string, sha256: string): Uint8Array {
  // Ends before the first that is no hex digit.
  const bytes = Buffer.from(sha256, 'hex');
  if (sha256.length !== 64 || bytes.length !== 32) {
    throw shardRefused('bad-hash', 0, `expected 64 hex digits: ${JSON.stringify(name)}`);
  }
  return bytes;
}

/** Reads a shard index that is unpacked already. Other keys are passed over. */
export function readShardIndex(bytes: Uint8Array, limits = SHARD_INDEX_LIMITS): ShardIndex {
  const index = readMsgpack(bytes, limits);
  if (!isJsonObject(index) || !isJsonObject(index['info']) || !isJsonObject(index['shards'])) {
    throw shardRefused('wrong-type', 0, 'expected a map with info and shards');
  }
  const { version, info, shards } = index;
  // CEP 16 asks for a version; rattler's indexer writes none.
  if (version !== undefined && version !== 1) {
    throw shardRefused('unknown-version', 0, `expected version 1, got ${JSON.stringify(version)}`);
  }
  const { subdir, base_url: baseUrl, shards_base_url: shardsBaseUrl, created_at: createdAt } = info;
  if (
    typeof subdir !== 'string' ||
    typeof baseUrl !== 'string' ||
    typeof shardsBaseUrl !== 'string'
  ) {
    throw shardRefused('wrong-type', 0, 'expected texts: subdir, base_url, shards_base_url');
  }
  return {
    subdir,
    baseUrl,
    shardsBaseUrl,
    createdAt: typeof createdAt === 'string' ? createdAt : undefined,
    shards: new Map(Object.entries(shards).map(([name, hash]) => [name, hexOf(name, hash)])),
  };
}

function hexOf(name: string, hash: unknown): string {
  if (!(hash instanceof Uint8Array) || hash.length !== 32) {
    throw shardRefused('bad-hash', 0, `expected 32 bytes: ${JSON.stringify(name)}`);
  }
  return Buffer.from(hash).toString('hex');
}
