import { readBits, type BitReader } from './bzip2-bits.ts';

/** A Huffman code: for each bit pattern of `width` bits the symbol and the length; 0 where no code is. */
export interface HuffmanCode {
  readonly width: number;
  /** `symbol << 5 | length`. */
  readonly table: Uint32Array;
}

/** Of the format. */
const MAX_LENGTH = 20;

/** Reads the lengths of a code, each as its difference to the one before; `undefined` when they make none. */
export function readCode(reader: BitReader, symbols: number): HuffmanCode | undefined {
  const lengths = new Uint8Array(symbols);
  let length = readBits(reader, 5);
  for (let symbol = 0; symbol < symbols; symbol += 1) {
    for (;;) {
      if (length < 1 || length > MAX_LENGTH || reader.at > reader.end) return undefined;
      if (readBits(reader, 1) === 0) break;
      length += readBits(reader, 1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  return codeOf(lengths);
}

/** Codes in the order of their lengths, then of their symbols. More codes than bits can tell apart: `undefined`. */
function codeOf(lengths: Uint8Array): HuffmanCode | undefined {
  const width = Math.max(...lengths);
  const table = new Uint32Array(2 ** width);
  let next = 0;
  for (let length = 1; length <= width; length += 1) {
    const span = 2 ** (width - length);
    for (const [symbol, its] of lengths.entries()) {
      if (its !== length) continue;
      if (next + span > table.length) return undefined;
      table.fill((symbol << 5) | length, next, next + span);
      next += span;
    }
  }
  return { width, table };
}
