import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

import { parseSha256, type Sha256 } from '../src/model/sha256.ts';

/** The SHA-256 of a file. */
export async function digestOf(path: string): Promise<Sha256> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return parseSha256(hash.digest('hex'));
}
