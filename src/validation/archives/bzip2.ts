import { scheduler } from 'node:timers/promises';

import { bitReader, readBits, readLong, type BitReader } from './bzip2-bits.ts';
import { readBlock } from './bzip2-block.ts';
import { unpackBlock } from './bzip2-output.ts';
import { bzip2Refused } from './refusals.ts';
import { findExcess, STREAM_LIMITS, type StreamLimits, type StreamSizes } from './stream-limits.ts';

export interface Bzip2Limits extends StreamLimits {
  /** Readers differ in what follows the first stream: some read it, some do not. */
  readonly streams: number;
}

export const BZIP2_LIMITS: Bzip2Limits = { ...STREAM_LIMITS, streams: 1 };

/** More than any block has: its symbols at 20 bits each, its codes and selectors. */
const BLOCK_PACKED_BYTES = 2_400_000;
const BLOCK_MAGIC = 0x314159265359;
const END_MAGIC = 0x177245385090;

/** The bytes at hand and those to come. */
interface Input {
  readonly pieces: AsyncIterator<Uint8Array>;
  reader: BitReader;
  /** Of the first byte at hand. */
  offset: number;
  ended: boolean;
}

/**
 * What a bzip2 file unpacks to, in pieces: every byte of the file belongs to a stream, and the CRC of each block and of
 * each stream holds. Gives way to other work between the pieces. Throws `archive-refused` with a reason of
 * `BZIP2_REFUSALS`, at the end at the latest. Does not read the randomised blocks of the years before 1.0.
 */
export async function* unpackBzip2(
  packed: AsyncIterable<Uint8Array>,
  limits: Bzip2Limits = BZIP2_LIMITS,
): AsyncGenerator<Uint8Array> {
  const pieces = packed[Symbol.asyncIterator]();
  const input: Input = { pieces, reader: bitReader(new Uint8Array(), 0), offset: 0, ended: false };
  const seen = { packedBytes: 0, unpackedBytes: 0 };
  const symbols = new Uint32Array(900_000);
  try {
    for (let streams = 0; ; streams += 1) {
      await fill(input);
      if (streams > 0 && input.reader.at === input.reader.end) return;
      const level = readLevel(input, streams, limits.streams);
      for await (const piece of unpackStream(input, symbols, level * 100_000)) {
        seen.unpackedBytes += piece.length;
        seen.packedBytes = offsetOf(input);
        checkExcess(seen, limits);
        yield piece;
      }
    }
  } finally {
    await pieces.return?.();
  }
}

function checkExcess(seen: StreamSizes, limits: StreamLimits): void {
  const excess = findExcess(seen, limits);
  if (excess) throw bzip2Refused(excess.reason, seen.packedBytes, excess.message);
}

/** `BZh1` to `BZh9`. */
function readLevel(input: Input, streams: number, maxStreams: number): number {
  const at = offsetOf(input);
  const magic = readBits(input.reader, 24);
  const level = readBits(input.reader, 8) - 0x30;
  const short = input.reader.at > input.reader.end;
  if (short || magic !== 0x425a68 || level < 1 || level > 9) {
    if (streams > 0) throw bzip2Refused('trailing-bytes', at, 'bytes follow the last stream');
    if (input.reader.end === 0) throw bzip2Refused('truncated', at, 'the file is empty');
    throw bzip2Refused('not-bzip2', at, 'does not begin like bzip2');
  }
  if (streams >= maxStreams) {
    throw bzip2Refused('too-many-streams', at, `expected at most ${maxStreams} streams`);
  }
  return level;
}

async function* unpackStream(
  input: Input,
  symbols: Uint32Array,
  blockSize: number,
): AsyncGenerator<Uint8Array> {
  let combined = 0;
  for (;;) {
    await fill(input);
    const at = offsetOf(input);
    const magic = readLong(input.reader, 48);
    if (magic === END_MAGIC) break;
    checkTruncated(input);
    if (magic !== BLOCK_MAGIC) {
      throw bzip2Refused('block-malformed', at, 'neither a block nor the end of the stream');
    }
    const block = readBlock(input.reader, symbols, blockSize);
    // First: what is cut reads like anything.
    checkTruncated(input);
    if (block === 'randomised') {
      throw bzip2Refused('randomised', at, 'a block of a version before 1.0');
    }
    if (block === 'block-malformed') {
      throw bzip2Refused(block, at, 'a block cannot be read');
    }
    await scheduler.yield();
    for (const { bytes, ended } of unpackBlock(block)) {
      if (ended?.cutRun === true) {
        throw bzip2Refused('block-malformed', at, 'a run has no length');
      }
      if (ended !== undefined && ended.crc !== block.crc) {
        throw bzip2Refused('bad-crc', at, 'a block has another CRC-32 than stated');
      }
      yield bytes;
      await scheduler.yield();
    }
    combined = (((combined << 1) | (combined >>> 31)) ^ block.crc) >>> 0;
  }
  const stated = readLong(input.reader, 32);
  checkTruncated(input);
  if (stated !== combined) {
    throw bzip2Refused('bad-crc', offsetOf(input), 'a stream has another CRC-32 than stated');
  }
  // Streams begin at whole bytes.
  input.reader.at = Math.ceil(input.reader.at / 8) * 8;
}

function checkTruncated({ reader, offset }: Input): void {
  if (reader.at > reader.end) {
    throw bzip2Refused('truncated', offset + reader.end / 8, 'ends inside a stream');
  }
}

function offsetOf({ reader, offset }: Input): number {
  return offset + (reader.at >>> 3);
}

/** Has at least a block's bytes at hand, or all that there are. */
async function fill(input: Input): Promise<void> {
  const start = input.reader.at >>> 3;
  let have = input.reader.end / 8 - start;
  if (input.ended || have >= BLOCK_PACKED_BYTES) return;
  const parts = [input.reader.bytes.subarray(start, start + have)];
  // Twice, so that not every block copies what is left.
  while (have < 2 * BLOCK_PACKED_BYTES) {
    const next = await input.pieces.next();
    if (next.done === true) {
      input.ended = true;
      break;
    }
    parts.push(next.value);
    have += next.value.length;
  }
  input.offset += start;
  input.reader = bitReader(Buffer.concat(parts), input.reader.at & 7);
}
