import { GatehouseError } from '../../model/errors.ts';

/** Why a channel's `repodata.json` cannot be read the one safe way. Stable; the error carries the offset in bytes. */
export const REPODATA_REFUSALS = [
  'byte-order-mark',
  'duplicate-key',
  'invalid-utf8',
  'key-too-long',
  'not-an-object',
  'not-json',
  'record-not-an-object',
  'too-deep',
  'too-large',
  'too-many-keys',
  'too-many-records',
  'trailing-bytes',
  'truncated',
  'value-too-large',
  'wrong-type',
] as const;

export type RepodataRefusal = (typeof REPODATA_REFUSALS)[number];

/** The `invalid-page` error of a `repodata.json`; `offset` is the byte where it shows. */
export function repodataRefused(
  reason: RepodataRefusal,
  offset: number,
  message: string,
): GatehouseError {
  return new GatehouseError('invalid-page', `repodata.json: ${message} (at byte ${offset})`, {
    data: { reason, offset },
  });
}
