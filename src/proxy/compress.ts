import { promisify } from 'node:util';
import { constants, gzip, zstdCompress } from 'node:zlib';

import type { PageEncoding } from './negotiation.ts';

const LARGE_BYTES = 1024 * 1024;

/**
 * Encodes a page for the wire. Pages are kept encoded, so the best that costs milliseconds; a page that is not
 * filtered down can have megabytes, which get a quicker level.
 */
export async function compress(content: Uint8Array, encoding: PageEncoding): Promise<Uint8Array> {
  const isLarge = content.length > LARGE_BYTES;
  if (encoding === 'identity') return content;
  if (encoding === 'gzip') return promisify(gzip)(content, { level: isLarge ? 6 : 9 });
  return promisify(zstdCompress)(content, {
    params: { [constants.ZSTD_c_compressionLevel]: isLarge ? 3 : 12 },
  });
}
