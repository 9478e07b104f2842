import { GatehouseError } from '../../model/errors.ts';
import type { RecordSlice } from './repodata-outline.ts';

/** Pieces are about so large, so that no subdir becomes one string. */
const PIECE_BYTES = 256 * 1024;

/** The groups in the order in which they are written. */
const GROUPS = ['packages', 'packages.conda'] as const;

export interface RepodataContents {
  readonly subdir: string;
  /** In any order. Those of CEP 48 groups are refused: what a version 1 document says, every client reads. */
  readonly records: Iterable<Pick<RecordSlice, 'group' | 'key' | 'bytes'>>;
  readonly removed: Iterable<string>;
}

/**
 * Writes a `repodata.json` of version 1 (CEP 36): groups in one order, file names by their UTF-16 units, the bytes of
 * the records as they are. Equal contents give equal bytes. `info` names the subdir and nothing else: no `base_url`, no
 * relations. A file name that comes twice, or in another group, is `wrong-use`.
 */
export function* renderRepodata(contents: RepodataContents): Generator<Uint8Array> {
  const groups = grouped(contents.records);
  // A piece of its own, so that whoever pauses between pieces does so between grouping and sorting too.
  yield Buffer.from(`{"info":${JSON.stringify({ subdir: contents.subdir })}`);
  yield* pieced(function* () {
    for (const group of GROUPS) {
      yield `,${JSON.stringify(group)}:{`;
      yield* members(groups.get(group) ?? new Map());
      yield '}';
    }
    const removed = [...new Set(contents.removed)].toSorted(byUnits);
    yield `,"removed":${JSON.stringify(removed)},"repodata_version":1}`;
  });
}

function* members(records: ReadonlyMap<string, Uint8Array>): Generator<string | Uint8Array> {
  let comma = '';
  for (const [key, bytes] of [...records].toSorted(([a], [b]) => byUnits(a, b))) {
    yield `${comma}${JSON.stringify(key)}:`;
    yield bytes;
    comma = ',';
  }
}

function grouped(
  records: RepodataContents['records'],
): ReadonlyMap<string, ReadonlyMap<string, Uint8Array>> {
  const groups = new Map<string, Map<string, Uint8Array>>();
  const keys = new Set<string>();
  for (const group of GROUPS) groups.set(group, new Map());
  for (const { group, key, bytes } of records) {
    const own = groups.get(group);
    if (own === undefined) {
      throw new GatehouseError('wrong-use', `a record of a group that is not written: ${group}`);
    }
    if (keys.has(key)) {
      throw new GatehouseError('wrong-use', `two records of one file name: ${key}`);
    }
    keys.add(key);
    own.set(key, bytes);
  }
  return groups;
}

function byUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Joins small parts into pieces. */
function* pieced(parts: () => Iterable<string | Uint8Array>): Generator<Uint8Array> {
  let piece = Buffer.allocUnsafe(PIECE_BYTES);
  let length = 0;
  for (const part of parts()) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    if (length + bytes.length > piece.length) {
      if (length > 0) yield piece.subarray(0, length);
      piece = Buffer.allocUnsafe(Math.max(PIECE_BYTES, bytes.length));
      length = 0;
    }
    piece.set(bytes, length);
    length += bytes.length;
  }
  if (length > 0) yield piece.subarray(0, length);
}
