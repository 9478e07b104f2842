import { constants, createZstdDecompress } from 'node:zlib';

import { GatehouseError, isGatehouseError } from '../model/errors.ts';

export interface UnzstdOptions {
  /** What it is, for the message. */
  readonly what: string;
  readonly limitBytes: number;
}

// RFC 8878 §3.1.1.1.2; what readers allow unless told otherwise.
const WINDOW_LOG = 27;
// The default is 16 KiB, which takes twice as long.
const CHUNK_BYTES = 128 * 1024;

/**
 * What a zstd file of an index unpacks to. Throws `upstream-mismatch` where it is cut, damaged, larger than allowed, or
 * followed by bytes that belong to no frame: Node's decompressor passes over those, other readers refuse them.
 */
export async function* unzstd(
  packed: AsyncIterable<Uint8Array>,
  { what, limitBytes }: UnzstdOptions,
): AsyncGenerator<Uint8Array> {
  const inflater = createZstdDecompress({
    chunkSize: CHUNK_BYTES,
    params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG },
  });
  let [packedBytes, unpackedBytes] = [0, 0];

  async function feed(): Promise<void> {
    try {
      for await (const piece of packed) {
        packedBytes += piece.length;
        if (inflater.destroyed) return;
        if (!inflater.write(piece)) await drained(inflater);
      }
      inflater.end();
    } catch (error) {
      inflater.destroy(error instanceof Error ? error : new Error('unreadable', { cause: error }));
    }
  }

  // It never rejects, and is not waited for: what it reads may end later than the error that ends this.
  feed().catch(() => {});
  try {
    for await (const piece of inflater) {
      if (!(piece instanceof Uint8Array)) throw new TypeError('an inflater makes bytes');
      unpackedBytes += piece.length;
      if (unpackedBytes > limitBytes) {
        throw mismatch(`${what}: unpacks to more than ${limitBytes} bytes`);
      }
      yield piece;
    }
    if (inflater.bytesWritten !== packedBytes) {
      throw mismatch(`${what}: bytes follow the last zstd frame`);
    }
  } catch (error) {
    if (isGatehouseError(error) || !isZstdError(error)) throw error;
    throw mismatch(`${what}: not whole zstd: ${error.message}`, error);
  } finally {
    inflater.destroy();
  }
}

async function drained(inflater: ReturnType<typeof createZstdDecompress>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  inflater.once('drain', resolve);
  inflater.once('close', resolve);
  await promise;
  inflater.off('drain', resolve);
  inflater.off('close', resolve);
}

function isZstdError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && /^Z(?:_|STD_)/.test(String(error.code));
}

function mismatch(message: string, cause?: unknown): GatehouseError {
  return new GatehouseError('upstream-mismatch', message, { cause });
}
