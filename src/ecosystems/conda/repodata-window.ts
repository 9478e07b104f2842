import { windowOf, type Window } from './repodata-cursor.ts';

/** Memory that a document passes through. */
export interface WindowMemory {
  /** Takes as many bytes as there is room for; says how many. */
  readonly fill: (piece: Uint8Array) => number;
  readonly isFull: () => boolean;
  /** How many bytes have come in all. */
  readonly totalBytes: () => number;
  /** What is in it, until `release`. */
  readonly window: (end: 'more' | 'last') => Window;
  /** Lets go of the first bytes. Where more than half stays, a value is larger than the memory, which then grows. */
  readonly release: (bytes: number) => void;
}

/** Begins at the start of a document. The same memory is used again and again: half of the time is saved by that. */
export function windowMemory(sizeBytes: number): WindowMemory {
  let memory = new ArrayBuffer(sizeBytes);
  let bytes = new Uint8Array(memory);
  let length = 0;
  let offset = 0;
  return {
    fill: (piece) => {
      const taken = Math.min(piece.length, bytes.length - length);
      bytes.set(taken === piece.length ? piece : piece.subarray(0, taken), length);
      length += taken;
      return taken;
    },
    isFull: () => length === bytes.length,
    totalBytes: () => offset + length,
    window: (end) => windowOf(memory, { length, offset, isLast: end === 'last' }),
    release: (released) => {
      const left = bytes.subarray(released, length);
      if (2 * left.length > bytes.length) {
        memory = new ArrayBuffer(2 * bytes.length);
        bytes = new Uint8Array(memory);
        bytes.set(left);
      } else bytes.copyWithin(0, released, length);
      length = left.length;
      offset += released;
    },
  };
}
