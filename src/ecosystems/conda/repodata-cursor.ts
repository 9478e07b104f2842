import type { JsonSkip } from './json-skip.ts';
import { findJson } from './json-value.ts';
import type { JsonObject } from './json-value.ts';
import { keySet, type KeySalt, type KeySet } from './key-set.ts';
import type { RepodataLimits } from './repodata-limits.ts';
import type { RecordFrame } from './repodata-outline.ts';
import { repodataRefused, type RepodataRefusal } from './repodata-refusals.ts';

/** Where in the document one is. `group` and `v3-group` hold records; `done` is after the last bracket. */
export type Level = 'start' | 'top' | 'v3' | 'group' | 'v3-group' | 'done';

/** What may come next: a key or the end, a key, or a comma or the end. */
export type Expecting = 'first' | 'key' | 'next';

/** The bytes at hand, in four forms. Offsets of characters in `text` are those of the bytes. */
export interface Window {
  readonly bytes: Buffer;
  readonly words: Int32Array;
  readonly view: DataView;
  /** One character for each byte. */
  readonly text: string;
  /** Where in the document the window begins. */
  readonly offset: number;
  /** Nothing follows. */
  readonly isLast: boolean;
}

/** What is known so far; the steps change it. */
export interface Progress {
  readonly limits: RepodataLimits;
  level: Level;
  expecting: Expecting;
  group: string;
  skip: JsonSkip | undefined;
  /** Keys of the group that one is in. */
  names: KeySet;
  /** Of `packages` and `packages.conda` together: a name in both would be one file with two records. */
  readonly flatNames: KeySet;
  readonly salt: KeySalt;
  readonly outerKeys: Set<string>;
  info: JsonObject;
  removed: readonly string[];
  repodataVersion: number | undefined;
  readonly skipped: string[];
  records: number;
  found: RecordFrame[];
}

export function beginRepodata(limits: RepodataLimits, salt: KeySalt): Progress {
  const flatNames = keySet(salt);
  return {
    limits,
    level: 'start',
    expecting: 'first',
    group: '',
    skip: undefined,
    names: flatNames,
    flatNames,
    salt,
    outerKeys: new Set(),
    info: {},
    removed: [],
    repodataVersion: undefined,
    skipped: [],
    records: 0,
    found: [],
  };
}

/** The first bytes of a buffer that begins where its memory does. */
export function windowOf(
  memory: ArrayBuffer,
  place: { readonly length: number; readonly offset: number; readonly isLast: boolean },
): Window {
  const { length, offset, isLast } = place;
  const bytes = Buffer.from(memory, 0, length);
  return {
    bytes,
    words: new Int32Array(memory, 0, length >> 2),
    view: new DataView(memory, 0, length),
    text: bytes.toString('latin1'),
    offset,
    isLast,
  };
}

/** Goes in, behind an opening bracket. */
export function enter(progress: Progress, level: Level, group: string): void {
  progress.level = level;
  progress.group = group;
  progress.expecting = 'first';
}

/** The text from one byte to another. The bytes are UTF-8: that was checked as they came. */
export function textOf(window: Window, start: number, end: number): string {
  return window.bytes.toString('utf8', start, end);
}

/** The value from one byte to another; not JSON: refused. */
export function valueOf(window: Window, start: number, end: number): unknown {
  const value = findJson(textOf(window, start, end));
  if (value === undefined) throw refusedAt(window, start, 'not-json', 'a value is not JSON');
  return value;
}

export function refusedAt(
  window: Window,
  at: number,
  reason: RepodataRefusal,
  message: string,
): Error {
  return repodataRefused(reason, window.offset + at, message);
}
