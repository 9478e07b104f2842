import { open } from 'node:fs/promises';

import { GatehouseError } from '../model/errors.ts';
import type { RandomAccess } from '../model/random-access.ts';

/**
 * Opens a local file, which must not change meanwhile, for reading at any place; dispose to close it. What the
 * system refuses is `store-unavailable`.
 */
export async function openFileAccess(path: string): Promise<RandomAccess & AsyncDisposable> {
  const file = await open(path, 'r').catch(unavailable);
  const { size: sizeBytes } = await file.stat().catch(async (error: unknown) => {
    await file.close();
    return unavailable(error);
  });
  return {
    sizeBytes,
    async read(offset, lengthBytes) {
      const bytes = Buffer.allocUnsafeSlow(lengthBytes);
      let filled = 0;
      while (filled < lengthBytes) {
        const { bytesRead } = await file
          .read(bytes, filled, lengthBytes - filled, offset + filled)
          .catch(unavailable);
        if (bytesRead === 0) {
          throw new GatehouseError(
            'store-corrupt',
            `a file is shorter than it was: expected ${lengthBytes} bytes at ${offset}, got ${filled}`,
          );
        }
        filled += bytesRead;
      }
      return bytes;
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}

function unavailable(error: unknown): never {
  throw new GatehouseError('store-unavailable', 'a local file cannot be read', { cause: error });
}
