import type { JsonObject } from './json-value.ts';

/** One record of a `repodata.json`. */
export interface RecordSlice {
  /** `packages`, `packages.conda`, or a group of CEP 48: `v3.conda`, `v3.tar.bz2`, `v3.whl`. */
  readonly group: string;
  /** The key: a file name, in a group of CEP 48 without its extension. Not checked against the record. */
  readonly key: string;
  /** The bytes of the value, as upstream wrote them: a view of a larger buffer, to copy if it is kept for long. */
  readonly bytes: Uint8Array;
  /** What the bytes say. */
  readonly value: JsonObject;
}

/** What a `repodata.json` says besides its records. */
export interface RepodataOutline {
  readonly info: JsonObject;
  readonly removed: readonly string[];
  readonly repodataVersion: number | undefined;
  /** Keys that were passed over, since a later format may hide packages there: `signatures`, `v4`, `v3.egg`. */
  readonly skipped: readonly string[];
  readonly records: number;
  readonly totalBytes: number;
}
