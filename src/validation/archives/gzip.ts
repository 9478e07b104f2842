import { crc32, createInflateRaw, type InflateRaw } from 'node:zlib';

import { tarRefused } from './refusals.ts';

/** What a gzip file may inflate to. */
export interface GzipLimits {
  readonly unpackedBytes: number;
  /** Unpacked bytes for each byte read so far, once they exceed `ratioFromBytes`. */
  readonly ratio: number;
  readonly ratioFromBytes: number;
}

const MIB = 1024 * 1024;

/** Wider than for zip, since a part of an archive is judged before the whole is known. */
export const GZIP_LIMITS: GzipLimits = {
  unpackedBytes: 64 * 1024 * MIB,
  ratio: 100,
  ratioFromBytes: 64 * MIB,
};

const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
const MOST_HEADER_BYTES = HEADER_BYTES + 1024;
const PIECE_BYTES = 64 * 1024;
const FLAG_TEXT = 0x01;
const FLAG_NAME = 0x08;

/**
 * The content of a gzip file (RFC 1952) of one member and nothing after it, piece by piece. Only a file name may be in
 * its header. CRC-32 and length are proven once it has ended: throws `archive-refused` at the end at the latest.
 * What `content` throws is passed on.
 */
export async function* gunzip(
  content: AsyncIterable<Uint8Array>,
  limits: GzipLimits = GZIP_LIMITS,
): AsyncGenerator<Uint8Array> {
  const pieces = content[Symbol.asyncIterator]();
  try {
    const { rest, headerBytes } = await readHeader(pieces);
    yield* proven({ pieces, rest, headerBytes, packedBytes: 0 }, limits);
  } finally {
    await pieces.return?.();
  }
}

interface Input {
  readonly pieces: AsyncIterator<Uint8Array>;
  readonly headerBytes: number;
  /** Given and not taken in: at the end, what lies behind the deflate stream. */
  rest: Uint8Array;
  /** Behind the header, as far as it was given. */
  packedBytes: number;
}

async function* proven(input: Input, limits: GzipLimits): AsyncGenerator<Uint8Array> {
  const inflater = createInflateRaw({ chunkSize: PIECE_BYTES });
  let crc = 0;
  let unpackedBytes = 0;
  for await (const piece of inflated(input, inflater)) {
    unpackedBytes += piece.length;
    checkSize(unpackedBytes, input.packedBytes, limits);
    crc = crc32(piece, crc);
    yield piece;
  }
  const trailerOffset = input.headerBytes + inflater.bytesWritten;
  const trailer = await readTrailer(input, trailerOffset);
  if (trailer.readUInt32LE(0) !== crc || trailer.readUInt32LE(4) !== unpackedBytes % 2 ** 32) {
    throw tarRefused(
      'bad-gzip',
      trailerOffset,
      'the content of a gzip file has another CRC-32 or length than declared',
    );
  }
}

async function* inflated(input: Input, inflater: InflateRaw): AsyncGenerator<Uint8Array> {
  const fed = feed(input, inflater);
  try {
    for await (const piece of inflater) {
      if (!(piece instanceof Uint8Array)) throw new TypeError('an inflater makes bytes');
      yield piece;
    }
  } catch (error) {
    if (!isZlibError(error)) throw error;
    const message = `a gzip file does not inflate: ${error.message}`;
    throw tarRefused('bad-gzip', input.headerBytes, message);
  } finally {
    inflater.destroy();
    await fed;
  }
}

interface Header {
  readonly headerBytes: number;
  /** Read already, and behind the header. */
  readonly rest: Uint8Array;
}

async function readHeader(pieces: AsyncIterator<Uint8Array>): Promise<Header> {
  let bytes = Buffer.alloc(0);
  for (;;) {
    const headerBytes = headerLength(bytes);
    if (headerBytes !== undefined) return { headerBytes, rest: bytes.subarray(headerBytes) };
    if (bytes.length > MOST_HEADER_BYTES)
      throw tarRefused('gzip-header', 0, 'the header of a gzip file has a very long name');
    const { done, value } = await pieces.next();
    if (done === true) throw tarRefused('bad-gzip', 0, 'a gzip file ends in its header');
    bytes = Buffer.concat([bytes, value]);
  }
}

/** Absent: not all of it is there. */
function headerLength(bytes: Buffer): number | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  if (bytes.readUIntBE(0, 3) !== 0x1f8b08)
    throw tarRefused('gzip-header', 0, 'not a gzip file: expected 1f 8b 08 as its first bytes');
  const flags = bytes[3] ?? 0;
  if (flags & ~(FLAG_TEXT | FLAG_NAME))
    throw tarRefused(
      'gzip-header',
      3,
      `the header of a gzip file has more than a name: flags 0x${flags.toString(16)}`,
    );
  if ((flags & FLAG_NAME) === 0) return HEADER_BYTES;
  const end = bytes.indexOf(0, HEADER_BYTES);
  return end === -1 || end > MOST_HEADER_BYTES ? undefined : end + 1;
}

/** Never rejects: what cannot be read ends the inflater with the error, for its reader to see. */
async function feed(input: Input, inflater: InflateRaw): Promise<void> {
  try {
    let piece = input.rest;
    for (;;) {
      input.packedBytes += piece.length;
      if (piece.length > 0) await taken(inflater, piece);
      const left = input.packedBytes - inflater.bytesWritten;
      input.rest = left > 0 ? piece.subarray(piece.length - Math.min(left, piece.length)) : EMPTY;
      if (left > 0 || inflater.destroyed) return;
      const next = await input.pieces.next();
      if (next.done === true) break;
      piece = next.value;
    }
    inflater.end();
  } catch (error) {
    inflater.destroy(error instanceof Error ? error : new Error('unreadable', { cause: error }));
  }
}

const EMPTY = new Uint8Array();

/** Settles once the inflater has taken a piece in, has ended or was given up. */
async function taken(inflater: InflateRaw, piece: Uint8Array): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  inflater.once('close', resolve);
  inflater.write(piece, () => resolve());
  await promise;
  inflater.off('close', resolve);
}

async function readTrailer({ pieces, rest }: Input, offset: number): Promise<Buffer> {
  let trailer = Buffer.from(rest);
  while (trailer.length <= TRAILER_BYTES) {
    const { done, value } = await pieces.next();
    if (done === true) break;
    trailer = Buffer.concat([trailer, value]);
  }
  if (trailer.length < TRAILER_BYTES)
    throw tarRefused('bad-gzip', offset, 'a gzip file ends before its CRC-32 and length');
  if (trailer.length > TRAILER_BYTES)
    throw tarRefused(
      'gzip-trailing',
      offset + TRAILER_BYTES,
      'bytes follow the end of a gzip file',
    );
  return trailer;
}

function checkSize(unpackedBytes: number, packedBytes: number, limits: GzipLimits): void {
  if (unpackedBytes > limits.unpackedBytes)
    throw tarRefused(
      'too-large',
      0,
      `a gzip file inflates to too much: expected at most ${limits.unpackedBytes} bytes`,
    );
  if (unpackedBytes > limits.ratioFromBytes && unpackedBytes > limits.ratio * packedBytes)
    throw tarRefused(
      'ratio',
      0,
      `a gzip file inflates more than ${limits.ratio} times: ${packedBytes} bytes to ${unpackedBytes}`,
    );
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
