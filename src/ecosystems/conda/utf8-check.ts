import { isAscii, isUtf8 } from 'node:buffer';

/** Checks bytes that come in pieces; a character may be cut by the end of a piece. */
export interface Utf8Check {
  /** The offset of the first byte, from the start of all pieces, that is not UTF-8; `undefined` while all is well. */
  readonly take: (piece: Uint8Array) => number | undefined;
  /** The same for a character that never ended. */
  readonly end: () => number | undefined;
}

export function checkUtf8(): Utf8Check {
  let cut: Uint8Array = new Uint8Array();
  let offset = 0;
  return {
    take: (piece) => {
      if (cut.length === 0 && isAscii(piece)) {
        offset += piece.length;
        return undefined;
      }
      const bytes = cut.length === 0 ? piece : Buffer.concat([cut, piece]);
      const whole = bytes.length - cutLength(bytes);
      if (!isUtf8(bytes.subarray(0, whole))) {
        return offset + firstInvalid(bytes.subarray(0, whole));
      }
      // A copy: the piece belongs to whoever gave it.
      cut = bytes.slice(whole);
      offset += whole;
      return undefined;
    },
    end: () => (cut.length === 0 ? undefined : offset),
  };
}

/** How many bytes at the end begin a character that goes on. */
function cutLength(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return lengthOf(byte) > back ? back : 0;
  }
  return 0;
}

function lengthOf(lead: number): number {
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}

/** By halving: the longest start that is UTF-8, but for a character that it cuts. */
function firstInvalid(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    const start = bytes.subarray(0, middle);
    if (isUtf8(start.subarray(0, middle - cutLength(start)))) good = middle;
    else bad = middle;
  }
  // Where the good ends in the middle of a character, its first byte is the bad one.
  return good - cutLength(bytes.subarray(0, good));
}
