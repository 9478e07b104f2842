import type { Brand } from './brand.ts';
import { GatehouseError } from './errors.ts';

/** A SHA-256 digest as 64 lower-case hexadecimal digits. */
export type Sha256 = Brand<string, 'Sha256'>;

export function isSha256(text: string): text is Sha256 {
  return /^[0-9a-f]{64}$/.test(text);
}

/** Reads a digest, in either case; throws `invalid-hash`. */
export function parseSha256(text: string): Sha256 {
  const lower = text.toLowerCase();
  if (!isSha256(lower)) {
    throw new GatehouseError(
      'invalid-hash',
      `not a SHA-256 digest of 64 hexadecimal digits: ${JSON.stringify(text.slice(0, 80))}`,
    );
  }
  return lower;
}
