import { COLON, findStringEnd, OPEN_OBJECT, skipSpace } from './json-scan.ts';
import { refusedAt, valueOf, type Level, type Progress, type Window } from './repodata-cursor.ts';
import { takeOuterMember } from './repodata-outer.ts';
import { addRecord, nameTwice } from './repodata-record.ts';
import { boundedEnd, type Member } from './repodata-values.ts';

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

/** Frames a record by its quotes and brackets. */
function record(
  progress: Progress,
  window: Window,
  { key, keyAt, start }: Member,
): number | undefined {
  const end = boundedEnd(window, start, progress.limits.valueBytes);
  if (end === undefined) return undefined;
  if (window.bytes[start] !== OPEN_OBJECT) {
    valueOf(window, start, end);
    throw refusedAt(window, start, 'record-not-an-object', 'a record is not an object');
  }
  const found = { key, keyAt, start, end };
  if (!progress.names.add(viewOf(key), 0, Buffer.byteLength(key))) throw nameTwice(window, found);
  addRecord(progress, window, found);
  progress.expecting = 'next';
  return end;
}

function viewOf(text: string): DataView {
  const { buffer, byteOffset, byteLength } = Buffer.from(text);
  return new DataView(buffer, byteOffset, byteLength);
}
