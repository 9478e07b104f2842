import { refusedAt, type Progress, type Window } from './repodata-cursor.ts';

/** Where in the window a record is. */
export interface FoundRecord {
  readonly key: string;
  readonly keyAt: number;
  readonly start: number;
  readonly end: number;
}

/** Counts a record in whose file name is known to be a new one. */
export function addRecord(progress: Progress, window: Window, record: FoundRecord): void {
  const { offset } = window;
  const { key, keyAt, start, end } = record;
  progress.records += 1;
  if (progress.records > progress.limits.records) {
    const message = `too many records: expected at most ${progress.limits.records}`;
    throw refusedAt(window, keyAt, 'too-many-records', message);
  }
  progress.found.push({
    group: progress.group,
    key,
    keyAt: offset + keyAt,
    start: offset + start,
    end: offset + end,
  });
}

export function nameTwice(window: Window, { key, keyAt }: FoundRecord): Error {
  const message = `a file name comes twice: ${JSON.stringify(key)}`;
  return refusedAt(window, keyAt, 'duplicate-key', message);
}
