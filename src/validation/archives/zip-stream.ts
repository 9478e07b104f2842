import { crc32, createInflateRaw } from 'node:zlib';

import type { RandomAccess } from '../../model/random-access.ts';
import { ahead } from './ahead.ts';
import { quoted, zipRefused } from './refusals.ts';
import type { CentralEntry } from './zip-central.ts';
import { unpackMember } from './zip-member.ts';
import type { PlacedEntry } from './zip-tiling.ts';

const PIECE_BYTES = 1024 * 1024;

/**
 * A member's content piece by piece; the size, the CRC and the end of the deflate stream must be as declared, else it
 * throws `archive-refused`, at the end at the latest. A small member is one piece.
 */
export async function* streamMember(
  access: RandomAccess,
  { entry, dataOffset }: PlacedEntry,
): AsyncGenerator<Uint8Array> {
  if (entry.packedBytes <= PIECE_BYTES && entry.unpackedBytes <= PIECE_BYTES) {
    yield unpackMember(await access.read(dataOffset, entry.packedBytes), entry);
    return;
  }
  const packed = ahead(readPieces(access, dataOffset, entry.packedBytes));
  yield* proven(entry.method === 'stored' ? packed : inflated(packed, entry), entry);
}

async function* readPieces(
  access: RandomAccess,
  offset: number,
  lengthBytes: number,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < lengthBytes; at += PIECE_BYTES) {
    yield await access.read(offset + at, Math.min(PIECE_BYTES, lengthBytes - at));
  }
}

/** What is inflated; stops at the declared size and refuses what would follow, also hidden bytes after the stream. */
async function* inflated(
  packed: AsyncIterable<Uint8Array>,
  entry: CentralEntry,
): AsyncGenerator<Uint8Array> {
  const inflater = createInflateRaw({ chunkSize: PIECE_BYTES / 2 });
  const fed = feed(packed, inflater);
  try {
    for await (const piece of inflater) {
      if (!(piece instanceof Uint8Array)) throw new TypeError('an inflater makes bytes');
      yield piece;
    }
  } catch (error) {
    if (!isZlibError(error)) throw error;
    throw zipRefused(
      'bad-deflate',
      entry.offset,
      `a member does not inflate: ${quoted(entry.name)}, ${error.message}`,
    );
  } finally {
    inflater.destroy();
    await fed;
  }
  // bytesWritten counts what the stream took in up to its end; what follows would be hidden bytes.
  if (inflater.bytesWritten !== entry.packedBytes) {
    throw zipRefused(
      'bad-deflate',
      entry.offset,
      `a member does not inflate as declared: ${quoted(entry.name)}, expected ${entry.packedBytes} bytes, got ${inflater.bytesWritten}`,
    );
  }
}

/** Never rejects: what cannot be read ends the inflater with the error, for its reader to see. */
async function feed(
  packed: AsyncIterable<Uint8Array>,
  inflater: ReturnType<typeof createInflateRaw>,
): Promise<void> {
  try {
    for await (const piece of packed) {
      if (inflater.destroyed) return;
      if (!inflater.write(piece)) await drained(inflater);
    }
    inflater.end();
  } catch (error) {
    inflater.destroy(error instanceof Error ? error : new Error('unreadable', { cause: error }));
  }
}

async function drained(inflater: ReturnType<typeof createInflateRaw>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  inflater.once('drain', resolve);
  inflater.once('close', resolve);
  await promise;
  inflater.off('drain', resolve);
  inflater.off('close', resolve);
}

async function* proven(
  content: AsyncIterable<Uint8Array>,
  entry: CentralEntry,
): AsyncGenerator<Uint8Array> {
  let crc = 0;
  let length = 0;
  for await (const piece of content) {
    length += piece.length;
    if (length > entry.unpackedBytes) break;
    crc = crc32(piece, crc);
    yield piece;
  }
  if (length !== entry.unpackedBytes) {
    throw zipRefused(
      'bad-deflate',
      entry.offset,
      `a member does not inflate as declared: ${quoted(entry.name)}, expected ${entry.unpackedBytes} bytes, got ${length > entry.unpackedBytes ? 'more' : length}`,
    );
  }
  if (crc !== entry.crc) {
    throw zipRefused(
      'bad-crc',
      entry.offset,
      `the content of a member has another CRC-32 than declared: ${quoted(entry.name)}`,
    );
  }
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
