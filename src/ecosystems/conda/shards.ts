import { isJsonObject, type JsonObject } from './json-value.ts';
import { readMsgpack } from './msgpack-read.ts';
import { writeMsgpack } from './msgpack-write.ts';
import type { RecordSlice } from './repodata-outline.ts';
import { recordForShard, recordFromShard } from './shard-records.ts';
import { shardRefused } from './shard-refusals.ts';

const MIB = 1024 * 1024;

/** Far above the largest of 2026, 2.6 MB for vim and 49 MB for boto3-stubs of another channel. */
export const SHARD_LIMITS = { bytes: 64 * MIB, depth: 8 } as const;

/** What a shard says of one package name. */
export interface Shard {
  /** The records as JSON; their bytes follow from the shard alone, in the order of its keys. */
  readonly records: readonly RecordSlice[];
  readonly removed: readonly string[];
  /** Keys that were passed over. */
  readonly skipped: readonly string[];
}

export interface ShardContents {
  /** Of `packages` and `packages.conda`, in any order. */
  readonly records: Iterable<Pick<RecordSlice, 'group' | 'key' | 'value'>>;
  readonly removed: Iterable<string>;
}

/** Writes a shard of CEP 16, not compressed. Equal contents give equal bytes. */
export function writeShard({ records, removed }: ShardContents): Uint8Array {
  const groups = new Map<string, [string, JsonObject][]>([
    ['packages', []],
    ['packages.conda', []],
  ]);
  for (const { group, key, value } of records) {
    const members = groups.get(group);
    if (members === undefined) {
      throw shardRefused('wrong-type', 0, `a group that is not written: ${JSON.stringify(group)}`);
    }
    members.push([key, recordForShard(value)]);
  }
  const sorted = [...groups].map(([group, members]) => [group, inOrder(members)] as const);
  return writeMsgpack({
    ...Object.fromEntries(sorted),
    removed: [...new Set(removed)].toSorted(),
  });
}

function inOrder(members: readonly (readonly [string, JsonObject])[]): JsonObject {
  const keys = new Set(members.map(([key]) => key));
  if (keys.size < members.length) throw shardRefused('duplicate-key', 0, 'two records of one name');
  return Object.fromEntries(members.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Reads a shard that is unpacked already. Nothing is checked but its form: whether the records are of its name, and
 * whether their hash is the index's, is for who asked for it.
 */
export function readShard(bytes: Uint8Array, limits = SHARD_LIMITS): Shard {
  const shard = expectMap(readMsgpack(bytes, limits), 'a shard');
  const records: RecordSlice[] = [];
  const skipped: string[] = [];
  let removed: readonly string[] = [];
  for (const [key, value] of Object.entries(shard)) {
    if (key === 'packages' || key === 'packages.conda') {
      addRecords(records, key, value);
    } else if (key === 'removed') {
      removed = expectNames(value);
    } else if (key === 'v3') {
      skipped.push(...addGroups(records, expectMap(value, key)));
    } else skipped.push(key);
  }
  return { records, removed, skipped };
}

/** The groups of CEP 48. */
const GROUPS_V3 = new Set(['conda', 'tar.bz2', 'whl']);

/** Says which groups it passed over. */
function addGroups(records: RecordSlice[], groups: JsonObject): readonly string[] {
  const [known, unknown] = [true, false].map((wanted) =>
    Object.keys(groups).filter((group) => GROUPS_V3.has(group) === wanted),
  );
  for (const group of known ?? []) addRecords(records, `v3.${group}`, groups[group]);
  return (unknown ?? []).map((group) => `v3.${group}`);
}

function addRecords(records: RecordSlice[], group: string, members: unknown): void {
  for (const [key, record] of Object.entries(expectMap(members, group))) {
    const value = recordFromShard(record);
    records.push({ group, key, bytes: Buffer.from(JSON.stringify(value)), value });
  }
}

function expectMap(value: unknown, what: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw shardRefused('wrong-type', 0, `expected a map: ${what}`);
}

function expectNames(value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw shardRefused('wrong-type', 0, 'expected a list of names: removed');
}
