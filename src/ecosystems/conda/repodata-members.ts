import { isPlainObject } from './json-members.ts';
import { COLON, findStringEnd, skipSpace } from './json-scan.ts';
import { isJsonObject } from './json-value.ts';
import {
  refusedAt,
  textOf,
  valueOf,
  type Level,
  type Progress,
  type Window,
} from './repodata-cursor.ts';
import { takeOuterMember } from './repodata-outer.ts';
import { addRecord } from './repodata-record.ts';
import { boundedEnd, inspectValue, type Member } from './repodata-values.ts';

/** Whether the members of a level are records. */
export function hasRecords(level: Level): boolean {
  return level === 'group' || level === 'v3-group';
}

/** A key and its value, or the value's opening bracket. */
export function takeMember(progress: Progress, window: Window, at: number): number | undefined {
  const { bytes } = window;
  const { keyBytes } = progress.limits;
  const keyEnd = findStringEnd(bytes, at);
  if ((keyEnd ?? bytes.length) - at - 2 > keyBytes) {
    throw refusedAt(window, at, 'key-too-long', `a key is longer than ${keyBytes} bytes`);
  }
  if (keyEnd === undefined) return undefined;
  const colon = skipSpace(bytes, keyEnd);
  if (colon === bytes.length) return undefined;
  if (bytes[colon] !== COLON) throw refusedAt(window, colon, 'not-json', 'expected a colon');
  const start = skipSpace(bytes, colon + 1);
  if (start === bytes.length) return undefined;
  const key = valueOf(window, at, keyEnd);
  if (typeof key !== 'string') throw refusedAt(window, at, 'not-json', 'expected a key');
  if (hasRecords(progress.level)) return record(progress, window, { key, keyAt: at, start });
  return takeOuterMember(progress, window, { key, keyAt: at, start });
}

function record(progress: Progress, window: Window, found: Member): number | undefined {
  const { key, keyAt, start } = found;
  const end = boundedEnd(window, start, progress.limits.valueBytes);
  if (end === undefined) return undefined;
  const value = valueOf(window, start, end);
  if (!isJsonObject(value)) {
    throw refusedAt(window, start, 'record-not-an-object', 'a record is not an object');
  }
  const json = textOf(window, start, end);
  if (!isPlainObject(value, json)) inspectValue(progress, window, start, json);
  addRecord(progress, window, { key: ownCopy(key), keyAt, start, end, value });
  progress.expecting = 'next';
  return end;
}

/** A string that keeps no larger one alive. */
function ownCopy(text: string): string {
  return Buffer.from(text).toString();
}
