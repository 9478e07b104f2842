import { isPlainObject } from './json-members.ts';
import { BACKSLASH, CLOSE_OBJECT, COLON, COMMA, OPEN_OBJECT, QUOTE } from './json-scan.ts';
import { findJson, isJsonObject } from './json-value.ts';
import { textOf, type Progress, type Window } from './repodata-cursor.ts';
import { addRecord } from './repodata-record.ts';

/**
 * Takes records in the form that conda-index and conda-forge write: no space, no braces in a record, each followed by
 * the next key. Stops, having changed nothing, before the first that is otherwise or odd in any way; the careful steps
 * then take that one. Most of a large subdir's time is `JSON.parse`; the rest is three searches for a byte.
 *
 * The first `}` ends the record unless it is in a string; then what is before it is not JSON.
 */
export function takeCompactRecords(progress: Progress, window: Window, start: number): number {
  const { text, bytes } = window;
  const { keyBytes, valueBytes } = progress.limits;
  let at = start;
  for (;;) {
    if (text.charCodeAt(at) !== QUOTE) return at;
    const keyEnd = text.indexOf('"', at + 1);
    const open = keyEnd + 2;
    if (keyEnd === -1 || keyEnd - at > keyBytes) return at;
    if (text.charCodeAt(open - 1) !== COLON || text.charCodeAt(open) !== OPEN_OBJECT) return at;
    const end = text.indexOf('}', open) + 1;
    if (end === 0 || end - open > valueBytes) return at;
    const after = text.charCodeAt(end);
    const last = after === CLOSE_OBJECT;
    if (!last && (after !== COMMA || text.charCodeAt(end + 1) !== QUOTE)) return at;
    if (!isPlainKey(text, at + 1, keyEnd)) return at;
    const json = textOf(window, open, end);
    const value = findJson(json);
    if (!isJsonObject(value) || !isPlainObject(value, json)) return at;
    // From the bytes: a part of the text would keep the whole text alive.
    const key = bytes.toString('latin1', at + 1, keyEnd);
    addRecord(progress, window, { key, keyAt: at, start: open, end, value });
    if (last) {
      progress.expecting = 'next';
      return end;
    }
    at = end + 1;
    progress.expecting = 'key';
  }
}

/** Printable ASCII without an escape. */
function isPlainKey(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20 || unit > 0x7e || unit === BACKSLASH) return false;
  }
  return true;
}
