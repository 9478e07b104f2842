import { readBits, readLong, type BitReader } from './bzip2-bits.ts';
import { readCode, type HuffmanCode } from './bzip2-codes.ts';

/** A block after Huffman and move-to-front, before the Burrows–Wheeler transform is undone. */
export interface Bzip2Block {
  readonly crc: number;
  /** The symbols, one in the low byte of each number; `length` of them. */
  readonly symbols: Uint32Array;
  readonly length: number;
  /** Where the original begins. */
  readonly origin: number;
}

/** Why a block cannot be read. Reading past the end looks like anything: `truncated` is for the caller to tell. */
export type BlockFault = 'block-malformed' | 'randomised';

const GROUP_SYMBOLS = 50;
/** What a block of 900,000 symbols needs; some compressors write a few too many, which readers pass over. */
const MAX_SELECTORS = 18_002;

/**
 * Reads a block behind its magic number, into memory for a block of this size. Refuses what the reference decoder
 * refuses, and codes that are ambiguous.
 */
export function readBlock(
  reader: BitReader,
  symbols: Uint32Array,
  blockSize: number,
): Bzip2Block | BlockFault {
  const crc = readLong(reader, 32);
  if (readBits(reader, 1) === 1) return 'randomised';
  const origin = readBits(reader, 24);
  const used = readUsed(reader);
  const groups = readBits(reader, 3);
  const selectorCount = readBits(reader, 15);
  if (used.length === 0 || groups < 2 || groups > 6) return 'block-malformed';
  if (selectorCount < 1 || selectorCount > MAX_SELECTORS) return 'block-malformed';
  const selectors = readSelectors(reader, groups, selectorCount);
  if (selectors === undefined) return 'block-malformed';
  const codes: HuffmanCode[] = [];
  for (let group = 0; group < groups; group += 1) {
    const code = readCode(reader, used.length + 2);
    if (code === undefined) return 'block-malformed';
    codes.push(code);
  }
  const length = readSymbols(reader, { used, selectors, codes, symbols, blockSize });
  if (length === undefined || origin >= length) return 'block-malformed';
  return { crc, symbols, length, origin };
}

/** The bytes that occur, in their order. */
function readUsed(reader: BitReader): Uint8Array {
  const rows = readBits(reader, 16);
  const used: number[] = [];
  for (let row = 0; row < 16; row += 1) {
    if ((rows & (0x8000 >>> row)) === 0) continue;
    const columns = readBits(reader, 16);
    for (let column = 0; column < 16; column += 1) {
      if ((columns & (0x8000 >>> column)) !== 0) used.push(row * 16 + column);
    }
  }
  return Uint8Array.from(used);
}

/** Which code each fifty symbols use. */
function readSelectors(reader: BitReader, groups: number, count: number): Uint8Array | undefined {
  const recent = Array.from({ length: groups }, (_, index) => index);
  const selectors = new Uint8Array(count);
  for (let at = 0; at < count; at += 1) {
    let place = 0;
    while (readBits(reader, 1) === 1) {
      place += 1;
      if (place >= groups) return undefined;
    }
    const [selector = 0] = recent.splice(place, 1);
    recent.unshift(selector);
    selectors[at] = selector;
    if (reader.at > reader.end) return undefined;
  }
  return selectors;
}

interface SymbolsPlan {
  readonly used: Uint8Array;
  readonly selectors: Uint8Array;
  readonly codes: readonly HuffmanCode[];
  readonly symbols: Uint32Array;
  readonly blockSize: number;
}

/** How many symbols there are; `undefined` when they are not as they should be. The reader is behind them. */
function readSymbols(reader: BitReader, plan: SymbolsPlan): number | undefined {
  const { used, selectors, codes, symbols, blockSize } = plan;
  const { bytes } = reader;
  const end = used.length + 1;
  const recent = Uint8Array.from(used);
  let at = reader.at;
  let length = 0;
  let run = 0;
  let weight = 1;
  for (const selector of selectors) {
    const code = codes[selector];
    reader.at = at;
    if (code === undefined || at > reader.end) return undefined;
    const { table, width } = code;
    const shift = 32 - width;
    for (let count = 0; count < GROUP_SYMBOLS; count += 1) {
      const byte = at >>> 3;
      const word =
        ((bytes[byte] ?? 0) << 24) |
        ((bytes[byte + 1] ?? 0) << 16) |
        ((bytes[byte + 2] ?? 0) << 8) |
        (bytes[byte + 3] ?? 0);
      const entry = table[(word << (at & 7)) >>> shift] ?? 0;
      if (entry === 0 || length + run > blockSize) return undefined;
      at += entry & 31;
      const symbol = entry >>> 5;
      if (symbol <= 1) {
        run += weight << symbol;
        weight *= 2;
        continue;
      }
      if (run > 0) {
        symbols.fill(recent[0] ?? 0, length, length + run);
        length += run;
        run = 0;
        weight = 1;
      }
      if (symbol === end) {
        reader.at = at;
        return length;
      }
      if (length >= blockSize) return undefined;
      const place = symbol - 1;
      const value = recent[place] ?? 0;
      recent.copyWithin(1, 0, place);
      recent[0] = value;
      symbols[length] = value;
      length += 1;
    }
  }
  reader.at = at;
  return undefined;
}
