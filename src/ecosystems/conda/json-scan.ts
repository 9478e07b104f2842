/** The bytes that JSON is made of. */
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_LIST = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE_LIST = 0x5d;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;

/** Where the next byte that is not white space is; the length when there is none. */
export function skipSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && isSpace(bytes[at])) at += 1;
  return at;
}

export function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/**
 * Where the JSON value that begins at `start` is over, by its quotes and brackets alone; `undefined` when the bytes
 * end before it does. What is between is for `JSON.parse` to refuse.
 */
export function findValueEnd(bytes: Uint8Array, start: number): number | undefined {
  const first = bytes[start];
  if (first === QUOTE) return findStringEnd(bytes, start);
  if (first !== OPEN_OBJECT && first !== OPEN_LIST) return findWordEnd(bytes, start);
  let depth = 0;
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      const end = findStringEnd(bytes, at);
      if (end === undefined) return undefined;
      at = end - 1;
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      depth += 1;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

/** Where the string that begins at a quote is over. */
export function findStringEnd(bytes: Uint8Array, start: number): number | undefined {
  for (let at = start + 1; at < bytes.length; at += 1) {
    if (bytes[at] === BACKSLASH) at += 1;
    else if (bytes[at] === QUOTE) return at + 1;
  }
  return undefined;
}

/** A number, `true`, `false` or `null` is over where something else begins. */
function findWordEnd(bytes: Uint8Array, start: number): number | undefined {
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (isSpace(byte) || byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_LIST) return at;
  }
  return undefined;
}
