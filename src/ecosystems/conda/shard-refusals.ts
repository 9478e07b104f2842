import { GatehouseError } from '../../model/errors.ts';

/** Why a shard or a shard index (CEP 16) cannot be read or written. Stable; the error carries the offset in bytes. */
export const SHARD_REFUSALS = [
  'bad-hash',
  'duplicate-key',
  'extension',
  'invalid-utf8',
  'key-not-text',
  'not-msgpack',
  'number',
  'reserved-key',
  'too-deep',
  'too-large',
  'trailing-bytes',
  'truncated',
  'unknown-version',
  'wrong-type',
] as const;

export type ShardRefusal = (typeof SHARD_REFUSALS)[number];

/** The `invalid-page` error of a shard; `offset` is the byte where it shows, 0 where there is none. */
export function shardRefused(
  reason: ShardRefusal,
  offset: number,
  message: string,
): GatehouseError {
  return new GatehouseError('invalid-page', `shard: ${message} (at byte ${offset})`, {
    data: { reason, offset },
  });
}
