import { hasEvenQuotes } from './json-quotes.ts';
import { COLON, COMMA, OPEN_OBJECT, QUOTE } from './json-scan.ts';
import type { Progress, Window } from './repodata-cursor.ts';
import { addRecord, nameTwice } from './repodata-record.ts';

/**
 * Takes records in the form that conda-index and conda-forge write: no space around keys, no braces and no escapes in
 * a record. Stops, having changed nothing, before the first that is otherwise or odd in any way; the careful steps
 * then take that one. `undefined`: the first needs more bytes.
 *
 * The first `}` ends a record unless it is in a string or ends an object within it: then an odd number of quotes, a
 * backslash or another `{` is before it.
 */
export function takeCompactRecords(
  progress: Progress,
  window: Window,
  start: number,
): number | undefined {
  const { text, view, bytes } = window;
  const { keyBytes, valueBytes } = progress.limits;
  let nextOpen = -1;
  let nextBackslash = -1;
  let at = start;

  /** What cannot be told from what is here waits, if more can come and may. */
  function cut(from: number, most: number): number | undefined {
    const waits = !window.isLast && bytes.length - from <= most;
    return at === start && waits ? undefined : at;
  }

  for (;;) {
    if (text.charCodeAt(at) !== QUOTE) return at;
    const keyEnd = text.indexOf('"', at + 1);
    const open = keyEnd + 2;
    if (keyEnd === -1) return cut(at, keyBytes);
    if (keyEnd - at > keyBytes) return at;
    if (open >= bytes.length) return cut(open, valueBytes);
    if (text.charCodeAt(open - 1) !== COLON || text.charCodeAt(open) !== OPEN_OBJECT) return at;
    const end = text.indexOf('}', open) + 1;
    if (end === 0) return cut(open, valueBytes);
    if (end - open > valueBytes) return at;
    if (nextOpen <= open) nextOpen = findOrEnd(text, '{', open + 1);
    if (nextBackslash < at) nextBackslash = findOrEnd(text, '\\', at);
    if (nextOpen < end || nextBackslash < end || !hasEvenQuotes(window, open, end)) return at;
    if (!isPrintable(view, at + 1, keyEnd)) return at;
    const record = { key: text.slice(at + 1, keyEnd), keyAt: at, start: open, end };
    if (!progress.names.add(view, at + 1, keyEnd)) throw nameTwice(window, record);
    addRecord(progress, window, record);
    progress.expecting = 'next';
    if (text.charCodeAt(end) !== COMMA) return end;
    progress.expecting = 'key';
    at = end + 1;
  }
}

function findOrEnd(text: string, unit: string, from: number): number {
  const at = text.indexOf(unit, from);
  return at === -1 ? text.length : at;
}

/** Whether all is ASCII and no control character; DEL is neither forbidden nor a problem. Four bytes at a time. */
function isPrintable(view: DataView, start: number, end: number): boolean {
  let odd = 0;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word = view.getInt32(at, true);
    // A byte below 0x20 borrows from its high bit.
    odd |= ((word - 0x20202020) & ~word) | word;
  }
  for (; at < end; at += 1) {
    const byte = view.getUint8(at);
    odd |= ((byte - 0x20) & ~byte) | byte;
  }
  return (odd & 0x80808080) === 0;
}
