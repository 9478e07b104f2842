import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { GatehouseError } from '../model/errors.ts';

/** A file that has no name, so that nothing is left of it however the process ends. */
export interface SpoolFile extends AsyncDisposable {
  /** The same pieces, each written before it is given on. Throws `store-full`. To be read once. */
  copied(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** What was written from one offset to another, in memory of its own. */
  read(start: number, end: number): Promise<ArrayBuffer>;
}

/** Pieces are gathered: each write of its own costs more than the bytes in it. */
const BLOCK_BYTES = 512 * 1024;

/** Makes an empty one in a local folder. Throws `store-full`. */
export async function openSpoolFile(folder: string): Promise<SpoolFile> {
  const handle = await openNameless(folder);
  return {
    copied: (pieces) => copied(pieces, handle),
    read: (start, end) => readAll(handle, start, end - start),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

async function openNameless(folder: string): Promise<FileHandle> {
  const path = join(folder, `${randomUUID()}.spool`);
  try {
    const handle = await open(path, 'wx+', 0o600);
    await rm(path, { force: true });
    return handle;
  } catch (error) {
    throw noRoom(error);
  }
}

async function* copied(
  pieces: AsyncIterable<Uint8Array>,
  handle: FileHandle,
): AsyncGenerator<Uint8Array> {
  const block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  let position = 0;
  let length = 0;

  async function flush(): Promise<void> {
    await writeAll(handle, block.subarray(0, length), position);
    position += length;
    length = 0;
  }

  for await (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const part = piece.subarray(at, at + BLOCK_BYTES - length);
      block.set(part, length);
      length += part.length;
      at += part.length;
      if (length === BLOCK_BYTES) await flush();
      yield part;
    }
  }
  await flush();
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const writing = handle.write(bytes, at, bytes.length - at, position + at);
    const { bytesWritten } = await writing.catch((error: unknown) => {
      throw noRoom(error);
    });
    at += bytesWritten;
  }
}

async function readAll(handle: FileHandle, start: number, length: number): Promise<ArrayBuffer> {
  const memory = new ArrayBuffer(length);
  const bytes = new Uint8Array(memory);
  for (let at = 0; at < length;) {
    const { bytesRead } = await handle.read(bytes, at, length - at, start + at);
    if (bytesRead === 0) throw new TypeError('a spool file that is shorter than it was written');
    at += bytesRead;
  }
  return memory;
}

function noRoom(cause: unknown): GatehouseError {
  return new GatehouseError('store-full', 'the copy of an index could not be written', {
    hint: 'Check the disk that holds the folder channels beside the store.',
    cause,
  });
}
