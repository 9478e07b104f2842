import type { JsonObject } from './json-value.ts';
import { refusedAt, type Progress, type Window } from './repodata-cursor.ts';

export interface FoundRecord {
  readonly key: string;
  readonly keyAt: number;
  readonly start: number;
  readonly end: number;
  readonly value: JsonObject;
}

/** Counts a record in, whose value was read; a file name that was there before is refused. */
export function addRecord(progress: Progress, window: Window, record: FoundRecord): void {
  const { key, keyAt, start, end, value } = record;
  if (!progress.names.add(key)) {
    const message = `a file name comes twice: ${JSON.stringify(key)}`;
    throw refusedAt(window, keyAt, 'duplicate-key', message);
  }
  progress.records += 1;
  if (progress.records > progress.limits.records) {
    const message = `too many records: expected at most ${progress.limits.records}`;
    throw refusedAt(window, keyAt, 'too-many-records', message);
  }
  const bytes = window.bytes.subarray(start, end);
  progress.found.push({ group: progress.group, key, bytes, value });
}
