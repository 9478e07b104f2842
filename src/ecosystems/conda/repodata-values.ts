import { inspectMembers } from './json-members.ts';
import { findValueEnd } from './json-scan.ts';
import { refusedAt, type Level, type Progress, type Window } from './repodata-cursor.ts';

/** A key and where its value begins. */
export interface Member {
  readonly key: string;
  readonly keyAt: number;
  readonly start: number;
}

/** How many objects are open on a level. */
export const DEPTHS: Readonly<Record<Level, number>> = {
  start: 0,
  top: 1,
  group: 2,
  v3: 2,
  'v3-group': 3,
  done: 0,
};

/** Refuses what readers could take differently or what is too deep, in a value that is known to be JSON. */
export function inspectValue(
  progress: Progress,
  window: Window,
  start: number,
  json: string,
): void {
  const { depth: maxDepth } = progress.limits;
  const outside = DEPTHS[progress.level];
  const { duplicate, depth } = inspectMembers(json, maxDepth - outside);
  if (depth > maxDepth - outside) {
    throw refusedAt(window, start, 'too-deep', `deeper than ${maxDepth}`);
  }
  if (duplicate !== undefined) {
    const message = `a key comes twice in one object: ${JSON.stringify(duplicate)}`;
    throw refusedAt(window, start, 'duplicate-key', message);
  }
}

/** The end of a value that is read whole; `undefined` when it is not in the window. */
export function boundedEnd(window: Window, start: number, maxBytes: number): number | undefined {
  const end = findValueEnd(window.bytes, start);
  if ((end ?? window.bytes.length) - start > maxBytes) {
    throw refusedAt(window, start, 'value-too-large', `a value is larger than ${maxBytes} bytes`);
  }
  return end;
}
