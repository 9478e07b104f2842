import type { RandomAccess } from '../../model/random-access.ts';

const LEAST_BYTES = 16 * 1024;
const MOST_BYTES = 256 * 1024;

/**
 * The same bytes, where small reads that are near each other, and mostly go forward, come with one read. It grows while
 * they follow each other without gaps, and is small again behind one, so that little is read that nobody asks for.
 */
export function openNear(access: RandomAccess): RandomAccess {
  const { sizeBytes } = access;
  let window: Window = { start: 0, end: 0, bytes: Promise.resolve(new Uint8Array()) };
  return {
    sizeBytes,
    async read(offset, lengthBytes) {
      if (lengthBytes > MOST_BYTES / 2) return access.read(offset, lengthBytes);
      const isNear = offset >= window.start && offset + lengthBytes <= window.end;
      if (!isNear) {
        const follows = offset >= window.start && offset <= window.end;
        const grown = follows ? 2 * (window.end - window.start) : 0;
        const wanted = Math.max(lengthBytes, Math.min(Math.max(grown, LEAST_BYTES), MOST_BYTES));
        const end = Math.max(offset + lengthBytes, Math.min(offset + wanted, sizeBytes));
        window = { start: offset, end, bytes: access.read(offset, end - offset) };
      }
      const { start, bytes } = window;
      return (await bytes).subarray(offset - start, offset - start + lengthBytes);
    },
  };
}

interface Window {
  readonly start: number;
  readonly end: number;
  readonly bytes: Promise<Uint8Array>;
}
