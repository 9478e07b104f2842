import { decode } from '@msgpack/msgpack';

import type { ChannelRecord } from '../ecosystems/conda/channel-page.ts';
import { isJsonObject, type JsonObject } from '../ecosystems/conda/json-value.ts';
import { GatehouseError } from '../model/errors.ts';

/** What `repodata_shards.msgpack.zst` says (CEP 16). */
export interface ShardIndex {
  readonly info: JsonObject;
  /** SHA-256 of each name's shard, as hexadecimal digits. */
  readonly shards: ReadonlyMap<string, string>;
}

export interface Shard {
  readonly records: readonly ChannelRecord[];
  /** Keys that a later format may keep packages under, and records that no JSON text can be made of. */
  readonly passedOver: readonly string[];
}

const GROUPS = ['packages', 'packages.conda'];
const KNOWN = new Set([...GROUPS, 'removed', 'v3']);

/** Reads an unpacked shard index; throws `upstream-mismatch`. */
export function parseShardIndex(bytes: Uint8Array, what: string): ShardIndex {
  const value = decoded(bytes, what);
  const { version, info, shards } = value;
  if (version !== 1) throw mismatch(what, `expected version 1 of a shard index`);
  if (!isJsonObject(info) || !isJsonObject(shards)) throw mismatch(what, 'expected a shard index');
  return {
    info,
    shards: new Map(Object.entries(shards).map(([name, hash]) => [name, hex(hash, what)])),
  };
}

/**
 * Reads an unpacked shard; throws `upstream-mismatch`. The text of a record has its keys in the order of the shard, and
 * digests as hexadecimal digits: equal shards give equal texts.
 */
export function parseShard(bytes: Uint8Array, what: string): Shard {
  const value = decoded(bytes, what);
  const removed = new Set(Array.isArray(value['removed']) ? value['removed'] : []);
  const records: ChannelRecord[] = [];
  const passedOver = Object.keys(value).filter((key) => !KNOWN.has(key));
  for (const [group, members] of groupsOf(value)) {
    if (!isJsonObject(members)) throw mismatch(what, `expected an object: ${group}`);
    for (const [key, record] of Object.entries(members)) {
      const text = findText(record);
      if (removed.has(key)) continue;
      if (text === undefined) passedOver.push(key);
      else records.push({ group, key, text });
    }
  }
  return { records, passedOver };
}

function groupsOf(value: JsonObject): readonly (readonly [string, unknown])[] {
  const later = isJsonObject(value['v3']) ? Object.entries(value['v3']) : [];
  return [
    ...GROUPS.map((group) => [group, value[group] ?? {}] as const),
    ...later.map(([group, members]) => [`v3.${group}`, members] as const),
  ];
}

function decoded(bytes: Uint8Array, what: string): JsonObject {
  let value: unknown;
  try {
    value = decode(bytes);
  } catch (error) {
    throw mismatch(what, `not MessagePack`, error);
  }
  if (!isJsonObject(value)) throw mismatch(what, 'expected a map');
  return value;
}

function hex(hash: unknown, what: string): string {
  if (hash instanceof Uint8Array && hash.length === 32) return Buffer.from(hash).toString('hex');
  throw mismatch(what, 'expected digests of 32 bytes');
}

function findText(record: unknown): string | undefined {
  const plain = isJsonObject(record) ? findPlain(record, 0) : undefined;
  return plain === undefined ? undefined : JSON.stringify(plain);
}

const DEEPEST = 8;

/** The value as JSON has it; `undefined` where JSON has no such value, or would say another. */
function findPlain(value: unknown, depth: number): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return isExact(value) ? value : undefined;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (depth === DEEPEST) return undefined;
  if (Array.isArray(value)) {
    const items = value.map((item) => findPlain(item, depth + 1));
    return items.includes(undefined) ? undefined : items;
  }
  if (!isJsonObject(value) || Object.getPrototypeOf(value) !== Object.prototype) return undefined;
  const members = Object.entries(value).map(([key, item]) => [key, findPlain(item, depth + 1)]);
  if (members.some(([, item]) => item === undefined)) return undefined;
  return Object.fromEntries(members);
}

function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

function mismatch(what: string, why: string, cause?: unknown): GatehouseError {
  return new GatehouseError('upstream-mismatch', `${what}: ${why}`, { cause });
}
