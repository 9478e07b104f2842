const MIB = 1024 * 1024;

/** What a `repodata.json` may hold. */
export interface RepodataLimits {
  readonly totalBytes: number;
  readonly records: number;
  /** Of one record, of `info`, and of any other single value that is read. */
  readonly valueBytes: number;
  /** Of `removed`, which is read whole. */
  readonly removedBytes: number;
  readonly keyBytes: number;
  /** Keys of the top level and of `v3`, known or not. */
  readonly outerKeys: number;
  /** Objects and lists within each other, the document's own object included. */
  readonly depth: number;
  /** So many are looked at together, or one value if that is larger. */
  readonly windowBytes: number;
}

/** About ten times what the largest subdir has: linux-64 of conda-forge, 363 MB and 600,000 records in 2026. */
export const REPODATA_LIMITS: RepodataLimits = {
  totalBytes: 4096 * MIB,
  records: 5_000_000,
  valueBytes: MIB,
  removedBytes: 16 * MIB,
  keyBytes: 1024,
  outerKeys: 1000,
  depth: 8,
  windowBytes: MIB / 8,
};
