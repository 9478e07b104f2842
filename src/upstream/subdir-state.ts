import { createHash } from 'node:crypto';

import type { ChannelRecord } from '../ecosystems/conda/channel-page.ts';
import type { ShardIndex } from '../ecosystems/conda/shard-index.ts';
import type { Shard } from '../ecosystems/conda/shards.ts';
import { type Channel, findOwnUrl, type Validators } from './channel.ts';
import type { FlatSnapshot } from './flat-snapshot.ts';
import { askShard } from './shards.ts';

/** A file that says what a subdir has, in the order in which they are asked for. */
export const INDEX_FILES = [
  'repodata_shards.msgpack.zst',
  'repodata.json.zst',
  'repodata.json',
] as const;

export type IndexFile = (typeof INDEX_FILES)[number];

/** What a subdir has of one name. */
export interface FoundName {
  /** The same for the same records in the same place, in one kind of index. */
  readonly token: string;
  /** Absolute URL of the folder with the artifacts. */
  readonly baseUrl: string;
  /** Throws as `Ask` does, and `upstream-mismatch` for a shard that is not the one of the index. */
  read(signal: AbortSignal): Promise<NameRecords>;
}

export interface NameRecords {
  readonly records: readonly ChannelRecord[];
  readonly passedOver: readonly string[];
}

/** What a subdir was when its index was read. */
export interface SubdirState extends AsyncDisposable {
  /** Absent: the channel has no such subdir. */
  readonly file?: IndexFile;
  readonly validators: Validators;
  /** Package names. */
  readonly names: number;
  /** Absent: the index does not say. */
  readonly records?: number;
  find(name: string): Promise<FoundName | undefined>;
}

export const NO_SUBDIR: SubdirState = {
  validators: {},
  names: 0,
  records: 0,
  find: async () => undefined,
  async [Symbol.asyncDispose]() {},
};

/** A subdir whose records are in shards, which are asked for one name at a time. */
export function shardsState(
  index: ShardIndex,
  place: {
    readonly channel: Channel;
    readonly validators: Validators;
    readonly baseUrl: string;
    readonly shardsUrl: string;
  },
): SubdirState {
  const { channel, validators, baseUrl, shardsUrl } = place;
  return {
    file: 'repodata_shards.msgpack.zst',
    validators,
    names: index.shards.size,
    async find(name) {
      const sha256 = index.shards.get(name);
      if (sha256 === undefined) return undefined;
      const url = new URL(`${sha256}.msgpack.zst`, shardsUrl).href;
      return {
        token: tokenOf([baseUrl, sha256]),
        baseUrl,
        read: async (signal) => readRecords(await askShard(channel, { url, sha256, signal })),
      };
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** A subdir whose records are in one file, of which there is a copy. */
export function flatState(
  snapshot: FlatSnapshot,
  place: {
    readonly file: IndexFile;
    readonly validators: Validators;
    readonly baseUrl: string;
  },
): SubdirState {
  const { file, validators, baseUrl } = place;
  return {
    file,
    validators,
    names: snapshot.names,
    records: snapshot.outline.records,
    async find(name) {
      const records = await snapshot.read(name);
      if (records.length === 0) return undefined;
      const token = tokenOf([
        baseUrl,
        ...records.flatMap(({ group, key, text }) => [group, key, text]),
      ]);
      return { token, baseUrl, read: async () => ({ records, passedOver: [] }) };
    },
    [Symbol.asyncDispose]: async () => snapshot[Symbol.asyncDispose](),
  };
}

function readRecords({ records, removed, skipped }: Shard): NameRecords {
  const gone = new Set(removed);
  return {
    records: records
      .filter(({ key }) => !gone.has(key))
      .map(({ group, key, bytes }) => ({ group, key, text: Buffer.from(bytes).toString('utf8') })),
    passedOver: skipped,
  };
}

/**
 * Where an index says that artifacts or shards are (CEP 15, CEP 16), which is relative to the index. Absent: elsewhere
 * than on the channel's own host.
 */
export function findStatedUrl(
  channel: Channel,
  subdirUrl: string,
  stated: unknown,
): string | undefined {
  if (stated === undefined || stated === null || stated === '') return subdirUrl;
  if (typeof stated !== 'string') return undefined;
  return findOwnUrl(channel.url, { from: subdirUrl, reference: stated.replace(/\/*$/, '/') });
}

function tokenOf(parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length} ${part} `);
  return hash.digest('hex').slice(0, 32);
}
