import type { Bzip2Block } from './bzip2-block.ts';

/** One piece of what a block unpacks to. */
export interface BlockPiece {
  readonly bytes: Uint8Array;
  /** After the last piece: the CRC of all of them, and whether a run lacked its length. */
  readonly ended: { readonly crc: number; readonly cutRun: boolean } | undefined;
}

const PIECE_BYTES = 128 * 1024;
/** After so many equal bytes comes how many more there are. */
const RUN = 4;

/**
 * Undoes the Burrows–Wheeler transform and the first run-length coding, a piece at a time: a block of 45 bytes may
 * unpack to 45 MB. The symbols are overwritten.
 */
export function* unpackBlock(block: Bzip2Block): Generator<BlockPiece> {
  const { symbols, length, origin } = block;
  linkSymbols(symbols, length);
  let piece = new Uint8Array(PIECE_BYTES);
  let filled = 0;
  let crc = 0xffffffff;
  let equal = 0;
  let previous = -1;
  let next = (symbols[origin] ?? 0) >>> 8;
  for (let at = 0; at < length; at += 1) {
    const entry = symbols[next] ?? 0;
    const byte = entry & 0xff;
    next = entry >>> 8;
    let count = 1;
    if (equal === RUN) {
      count = byte;
      equal = 0;
    } else {
      equal = byte === previous ? equal + 1 : 1;
      previous = byte;
    }
    if (filled + count > PIECE_BYTES) {
      yield { bytes: piece.subarray(0, filled), ended: undefined };
      piece = new Uint8Array(PIECE_BYTES);
      filled = 0;
    }
    for (let more = 0; more < count; more += 1) {
      piece[filled] = previous;
      filled += 1;
      crc = (crc << 8) ^ (CRC_TABLE[(crc >>> 24) ^ previous] ?? 0);
    }
    if (equal === 0) previous = -1;
  }
  const ended = { crc: ~crc >>> 0, cutRun: equal === RUN };
  yield { bytes: piece.subarray(0, filled), ended };
}

/** Gives each symbol, in the bits above its byte, the place of the one that follows it in the original. */
function linkSymbols(symbols: Uint32Array, length: number): void {
  const starts = new Uint32Array(256);
  for (let at = 0; at < length; at += 1) {
    const byte = (symbols[at] ?? 0) & 0xff;
    starts[byte] = (starts[byte] ?? 0) + 1;
  }
  let sum = 0;
  for (let byte = 0; byte < 256; byte += 1) {
    const count = starts[byte] ?? 0;
    starts[byte] = sum;
    sum += count;
  }
  for (let at = 0; at < length; at += 1) {
    const byte = (symbols[at] ?? 0) & 0xff;
    const place = starts[byte] ?? 0;
    starts[byte] = place + 1;
    symbols[place] = (symbols[place] ?? 0) | (at << 8);
  }
}

/** CRC-32 with the highest bit first, unlike that of zip files. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc >>> 0;
});
