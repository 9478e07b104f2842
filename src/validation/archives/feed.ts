import type { Transform } from 'node:stream';

/** Writes pieces into an inflater. Never rejects: what cannot be read ends it with the error, for its reader to see. */
export async function feed(packed: AsyncIterable<Uint8Array>, inflater: Transform): Promise<void> {
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

async function drained(inflater: Transform): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  inflater.once('drain', resolve);
  inflater.once('close', resolve);
  await promise;
  inflater.off('drain', resolve);
  inflater.off('close', resolve);
}
