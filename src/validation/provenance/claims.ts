import type { Signer } from '@sigstore/verify';

import type { RefusedProvenance } from '../../model/provenance.ts';
import { refused } from './refused.ts';

/** What the certificate authority says of whoever signed, by the names of Fulcio's extensions. */
export type Claims = Readonly<Partial<Record<keyof typeof EXTENSIONS | 'alternativeName', string>>>;

/** Last number of 1.3.6.1.4.1.57264.1.<n>; each holds a UTF-8 string in DER. */
const EXTENSIONS = {
  issuer: 8,
  buildSigner: 9,
  repository: 12,
  digest: 13,
  ref: 14,
  buildConfig: 18,
} as const;

const FULCIO = '1.3.6.1.4.1.57264.1';

/** Reads the claims of a verified certificate. One that stands twice or is no string refuses all. */
export function readClaims(identity: Signer['identity']): Claims | RefusedProvenance {
  const claims: Partial<Record<keyof Claims, string>> = {};
  const oids = identity?.oids ?? [];
  for (const [name, number] of Object.entries(EXTENSIONS)) {
    const found = oids.filter(({ oid }) => oid?.id.join('.') === `${FULCIO}.${number}`);
    const [first] = found;
    if (first === undefined) continue;
    const text = findUtf8String(first.value);
    if (text === undefined || found.length > 1 || !isClaim(name)) {
      return refused('identity', `the certificate states its ${name} in a way that is not read`);
    }
    claims[name] = text;
  }
  const alternativeName = identity?.subjectAlternativeName;
  return { ...claims, ...(alternativeName === undefined ? {} : { alternativeName }) };
}

function isClaim(name: string): name is keyof typeof EXTENSIONS {
  return Object.hasOwn(EXTENSIONS, name);
}

const UTF8_STRING = 0x0c;

/** A whole DER UTF8String and nothing after it. */
function findUtf8String(der: Uint8Array): string | undefined {
  const [tag, size = 0] = der;
  const long = size < 0x80 ? 0 : size - 0x80;
  const start = 2 + long;
  const length =
    long === 0 ? size : der.subarray(2, start).reduce((sum, digit) => sum * 0x1_00 + digit, 0);
  if (tag !== UTF8_STRING || long > 2 || der.length !== start + length) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(der.subarray(start));
  } catch {
    return undefined;
  }
}
