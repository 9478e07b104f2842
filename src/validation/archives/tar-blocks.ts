import { tarRefused } from './refusals.ts';

/** Reads a stream of bytes from its beginning to its end, whatever the size of its pieces. */
export interface TarBlocks extends AsyncDisposable {
  /** Of the next byte. */
  offset(): number;
  /** The next 512 bytes, valid until the next call; absent: the stream has ended. Throws where less are left. */
  block(): Promise<Buffer | undefined>;
  /** The next bytes, one piece of at most so many, at least one. Throws at the end of the stream. */
  piece(mostBytes: number): Promise<Uint8Array>;
  /** The next bytes, in memory. Throws where less are left. */
  read(lengthBytes: number): Promise<Buffer>;
  /** Passes over what fills the last block of so many bytes, which must be zero. */
  endBlock(lengthBytes: number): Promise<void>;
}

export const BLOCK_BYTES = 512;

/** Throws `archive-refused` where the stream ends too early or goes on for more than `totalBytes`. */
export function openBlocks(content: AsyncIterable<Uint8Array>, totalBytes: number): TarBlocks {
  const pieces = content[Symbol.asyncIterator]();
  let current: Buffer = Buffer.alloc(0);
  let offset = 0;

  /** Makes sure that there is something to take; false: the stream has ended. */
  async function fill(): Promise<boolean> {
    while (current.length === 0) {
      const { done, value } = await pieces.next();
      if (done === true) return false;
      current = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
    return true;
  }

  function take(lengthBytes: number): Buffer {
    const taken = current.subarray(0, lengthBytes);
    current = current.subarray(taken.length);
    offset += taken.length;
    if (offset > totalBytes)
      throw tarRefused(
        'too-large',
        offset,
        `a tar file is too large: expected at most ${totalBytes} bytes`,
      );
    return taken;
  }

  async function piece(mostBytes: number): Promise<Uint8Array> {
    if (!(await fill())) throw tarRefused('truncated', offset, 'a tar file ends inside a member');
    return take(mostBytes);
  }

  async function read(lengthBytes: number): Promise<Buffer> {
    if (current.length >= lengthBytes) return take(lengthBytes);
    const taken: Uint8Array[] = [];
    for (let left = lengthBytes; left > 0;) {
      const next = await piece(left);
      taken.push(next);
      left -= next.length;
    }
    return Buffer.concat(taken);
  }

  return {
    offset: () => offset,
    async block() {
      return (await fill()) ? read(BLOCK_BYTES) : undefined;
    },
    piece,
    read,
    async endBlock(lengthBytes) {
      const start = offset;
      if (!isZero(await read(-lengthBytes & (BLOCK_BYTES - 1))))
        throw tarRefused('not-zero', start, 'bytes are hidden between two members');
    },
    async [Symbol.asyncDispose]() {
      await pieces.return?.();
    },
  };
}

/** Whether all bytes are zero. */
export function isZero(bytes: Uint8Array): boolean {
  for (const byte of bytes) {
    if (byte !== 0) return false;
  }
  return true;
}
