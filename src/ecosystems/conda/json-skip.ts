import { BACKSLASH, CLOSE_LIST, CLOSE_OBJECT, OPEN_LIST, OPEN_OBJECT, QUOTE } from './json-scan.ts';

/** A list or an object that is passed over, however long it is. */
export interface JsonSkip {
  /** Passes over bytes from `start`; says where it stopped, whether it is over, and how deep it went at most. */
  readonly pass: (bytes: Uint8Array, start: number) => SkipStep;
}

export interface SkipStep {
  readonly at: number;
  readonly done: boolean;
  readonly deepest: number;
  /** A bracket closed what it did not open. */
  readonly unbalanced: boolean;
}

/** Begins before the opening bracket. What is inside is framed by quotes and brackets, not proven to be JSON. */
export function skipJson(maxDepth: number): JsonSkip {
  const closers: number[] = [];
  let inString = false;
  let escaped = false;
  let deepest = 0;

  function pass(bytes: Uint8Array, start: number): SkipStep {
    for (let at = start; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (escaped) {
        escaped = false;
      } else if (inString) {
        if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
      } else if (byte === QUOTE) {
        inString = true;
      } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        closers.push(byte === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_LIST);
        deepest = Math.max(deepest, closers.length);
        if (deepest > maxDepth) return { at, done: true, deepest, unbalanced: false };
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        if (closers.pop() !== byte) return { at, done: true, deepest, unbalanced: true };
        if (closers.length === 0) return { at: at + 1, done: true, deepest, unbalanced: false };
      }
    }
    return { at: bytes.length, done: false, deepest, unbalanced: false };
  }

  return { pass };
}
