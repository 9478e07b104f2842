import { isJsonObject, type JsonObject } from './json-value.ts';
import { shardRefused } from './shard-refusals.ts';

/** The hashes that shards have as bytes and JSON as hex, and how many bytes they have. */
const HASHES: ReadonlyMap<string, number> = new Map([
  ['md5', 16],
  ['sha256', 32],
]);

/**
 * A record as a shard has it: `md5` and `sha256` as bytes, all else and the order of the keys as in JSON. A hash that
 * is `null` is left out: no reader of shards takes it for bytes.
 */
export function recordForShard(record: JsonObject): JsonObject {
  const entries = Object.entries(record).flatMap(([key, value]) => {
    const length = HASHES.get(key);
    if (length === undefined) return [[key, value] as const];
    if (value === null) return [];
    if (typeof value !== 'string' || !isHex(value, length)) {
      throw shardRefused('bad-hash', 0, `expected ${2 * length} hex digits: ${key}`);
    }
    return [[key, Buffer.from(value, 'hex')] as const];
  });
  return Object.fromEntries(entries);
}

/** A record as JSON has it; bytes anywhere but in its hashes are refused. Hashes may be hex already. */
export function recordFromShard(record: unknown): JsonObject {
  if (!isJsonObject(record)) {
    throw shardRefused('wrong-type', 0, 'a record is not a map');
  }
  const entries = Object.entries(record).map(
    ([key, value]) => [key, HASHES.has(key) ? hexOf(key, value) : plain(value)] as const,
  );
  return Object.fromEntries(entries);
}

function hexOf(key: string, value: unknown): unknown {
  const length = HASHES.get(key) ?? 0;
  if (value instanceof Uint8Array && value.length === length) {
    return Buffer.from(value).toString('hex');
  }
  if (typeof value === 'string' && isHex(value, length)) return value;
  throw shardRefused('bad-hash', 0, `expected ${length} bytes: ${key}`);
}

function isHex(text: string, bytes: number): boolean {
  return text.length === 2 * bytes && /^[\da-f]*$/i.test(text);
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    throw shardRefused('wrong-type', 0, 'bytes where JSON has none');
  }
  if (Array.isArray(value)) for (const item of value) plain(item);
  else if (isJsonObject(value)) for (const member of Object.values(value)) plain(member);
  return value;
}
