/** Bits of a buffer, the highest of a byte first. Beyond the end there are zeros: compare `at` with `end`. */
export interface BitReader {
  readonly bytes: Uint8Array;
  /** In bits. */
  at: number;
  readonly end: number;
}

/** Zeros that follow the bytes, so that reading on for a moment is harmless. */
const PADDING = 64;

export function bitReader(bytes: Uint8Array, start: number): BitReader {
  const padded = new Uint8Array(bytes.length + PADDING);
  padded.set(bytes);
  return { bytes: padded, at: start, end: bytes.length * 8 };
}

/** At most 24 bits as a number, without going on. */
export function peekBits({ bytes, at }: BitReader, count: number): number {
  const byte = at >>> 3;
  const word =
    ((bytes[byte] ?? 0) << 24) |
    ((bytes[byte + 1] ?? 0) << 16) |
    ((bytes[byte + 2] ?? 0) << 8) |
    (bytes[byte + 3] ?? 0);
  return (word << (at & 7)) >>> (32 - count);
}

export function readBits(reader: BitReader, count: number): number {
  const bits = peekBits(reader, count);
  reader.at += count;
  return bits;
}

/** Up to 48 bits. */
export function readLong(reader: BitReader, count: number): number {
  const high = readBits(reader, count - 24);
  return high * 2 ** 24 + readBits(reader, 24);
}
