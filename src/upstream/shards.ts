import { createHash } from 'node:crypto';

import { GatehouseError } from '../model/errors.ts';
import type { Channel } from './channel.ts';
import { parseShard, type Shard } from './shard-index.ts';
import { unzstd } from './unzstd.ts';

export interface ShardRequest {
  readonly url: string;
  /** Of the packed shard, as the index has it. */
  readonly sha256: string;
  readonly signal: AbortSignal;
}

const LIMIT_BYTES = 64 * 1024 * 1024;

/**
 * Asks once for a shard (CEP 16). Throws `upstream-mismatch` where its bytes are not those of the index, which clients
 * do not compare, and `upstream-unavailable` with `data.gone` where the index is older than what the channel keeps.
 */
export async function askShard(
  channel: Channel,
  { url, sha256, signal }: ShardRequest,
): Promise<Shard> {
  const answer = await channel.ask({ url, limitBytes: LIMIT_BYTES, isOptional: false, signal });
  if (answer.kind !== 'file') {
    const message = `${url}: a shard that the index lists is not there`;
    throw new GatehouseError('upstream-unavailable', message, { data: { gone: true } });
  }
  await using file = answer;
  const packed = await collect(file.body);
  const got = createHash('sha256').update(packed).digest('hex');
  if (got !== sha256) {
    throw new GatehouseError(
      'upstream-mismatch',
      `${url}: expected the SHA-256 of the index, got: ${got}`,
    );
  }
  const limits = { what: url, limitBytes: LIMIT_BYTES };
  return parseShard(await collect(unzstd(piecesOf(packed), limits)), url);
}

/** All of it in memory; for what has a limit already. */
export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const piece of pieces) chunks.push(piece);
  return Buffer.concat(chunks);
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
