import type { JsonObject } from './json-value.ts';

/** One record of a channel that was read. */
export interface RecordSlice {
  /** `packages`, `packages.conda`, or a group of CEP 48: `v3.conda`, `v3.tar.bz2`, `v3.whl`. */
  readonly group: string;
  /** The key: a file name, in a group of CEP 48 without its extension. Not checked against the record. */
  readonly key: string;
  /** The bytes of the value. */
  readonly bytes: Uint8Array;
  /** What the bytes say. */
  readonly value: JsonObject;
}

/** Where in a `repodata.json` one record is. Its text is framed, not read: `readRecordText` does that. */
export interface RecordFrame {
  /** As in `RecordSlice`. */
  readonly group: string;
  /** As in `RecordSlice`. Keeps a larger text alive: to copy if it is kept for long. */
  readonly key: string;
  /** The quote before the key; offsets are those of the document. */
  readonly keyAt: number;
  readonly start: number;
  readonly end: number;
}

/** Neighbouring records. */
export interface RecordBatch {
  readonly records: readonly RecordFrame[];
  /** The bytes of a record, as upstream wrote them. Overwritten when the next batch is asked for. */
  readonly bytesOf: (record: RecordFrame) => Uint8Array;
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
