import { createHash } from 'node:crypto';

import { type Shard, readShard, SHARD_LIMITS } from '../ecosystems/conda/shards.ts';
import { GatehouseError, isGatehouseError } from '../model/errors.ts';
import type { Channel } from './channel.ts';
import { unzstd } from './unzstd.ts';

export interface ShardRequest {
  readonly url: string;
  /** Of the packed shard, as the index has it. */
  readonly sha256: string;
  readonly signal: AbortSignal;
}

const LIMIT_BYTES = SHARD_LIMITS.bytes;

/**
 * Asks once for a shard (CEP 16). Throws `upstream-mismatch` where its bytes are not those of the index, which clients
 * do not compare, `invalid-page` for what is no shard, and `upstream-unavailable` with `data.gone` where the index is older than what the channel keeps.
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
  const bytes = await collect(unzstd(piecesOf(packed), limits));
  return locate(url, () => readShard(bytes));
}

/** Says in the error of what cannot be read where that is. */
export function locate<Value>(url: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw located(url, error);
  }
}

/** The same error with the place in its message, if it is about what a file says. */
export function located(url: string, error: unknown): unknown {
  if (!isGatehouseError(error, 'invalid-page')) return error;
  const { data, message } = error;
  return new GatehouseError('invalid-page', `${url}: ${message}`, { data, cause: error });
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
