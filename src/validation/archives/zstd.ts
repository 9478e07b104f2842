import { createZstdDecompress, constants } from 'node:zlib';

import { isGatehouseError } from '../../model/errors.ts';
import { feed } from './feed.ts';
import { zstdRefused } from './refusals.ts';
import { findExcess, STREAM_LIMITS, type StreamLimits, type StreamSizes } from './stream-limits.ts';
import { walkFrames, type FrameLimits, type FramePart } from './zstd-frames.ts';

export interface ZstdLimits extends StreamLimits, FrameLimits {}

/** What the tools for conda write: one frame, and windows of at most 128 MiB, which is what readers allow. */
export const ZSTD_LIMITS: ZstdLimits = { ...STREAM_LIMITS, frames: 1, windowLog: 27 };

/**
 * What a zstd file unpacks to, in pieces: every byte of the file belongs to a frame, every frame is read whole and its
 * checksum, if it has one, holds. Throws `archive-refused` with a reason of `ZSTD_REFUSALS`, at the end at the latest.
 */
export async function* unpackZstd(
  packed: AsyncIterable<Uint8Array>,
  limits: ZstdLimits = ZSTD_LIMITS,
): AsyncGenerator<Uint8Array> {
  const seen = { packedBytes: 0, unpackedBytes: 0 };
  const parts = partsOf(packed, limits, seen);
  try {
    for (let first = await parts.next(); first.done !== true; first = await parts.next()) {
      for await (const piece of unpackFrame(frameFrom(first.value, parts), limits, seen)) {
        seen.unpackedBytes += piece.length;
        checkExcess(seen, limits);
        yield piece;
      }
    }
  } finally {
    await parts.return(undefined);
  }
}

function checkExcess(seen: StreamSizes, limits: StreamLimits): void {
  const excess = findExcess(seen, limits);
  if (excess) throw zstdRefused(excess.reason, seen.packedBytes, excess.message);
}

async function* partsOf(
  packed: AsyncIterable<Uint8Array>,
  limits: ZstdLimits,
  seen: { packedBytes: number },
): AsyncGenerator<FramePart, undefined> {
  const walk = walkFrames(limits);
  for await (const piece of packed) {
    seen.packedBytes += piece.length;
    yield* walk.take(piece);
  }
  walk.end();
  return undefined;
}

/** The bytes of the frame that begins with a part, and no more. */
async function* frameFrom(
  first: FramePart,
  parts: AsyncGenerator<FramePart, undefined>,
): AsyncGenerator<Uint8Array> {
  let part = first;
  for (;;) {
    yield part.bytes;
    if (part.last) return;
    const next = await parts.next();
    if (next.done === true) return;
    part = next.value;
  }
}

async function* unpackFrame(
  frame: AsyncIterable<Uint8Array>,
  limits: ZstdLimits,
  seen: { readonly packedBytes: number },
): AsyncGenerator<Uint8Array> {
  const inflater = createZstdDecompress({
    params: { [constants.ZSTD_d_windowLogMax]: limits.windowLog },
  });
  const fed = feed(frame, inflater);
  try {
    for await (const piece of inflater) {
      if (!(piece instanceof Uint8Array)) throw new TypeError('an inflater makes bytes');
      yield piece;
    }
  } catch (error) {
    if (isGatehouseError(error) || !isZstdError(error)) throw error;
    const message = `a frame does not unpack: ${error.message}`;
    throw zstdRefused('frame-malformed', seen.packedBytes, message, error);
  } finally {
    inflater.destroy();
    await fed;
  }
}

function isZstdError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && /^Z(?:_|STD_)/.test(String(error.code));
}
