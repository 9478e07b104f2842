import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toTrustMaterial, Verifier } from '@sigstore/verify';

import pinned from './trusted-root.json' with { type: 'json' };

/**
 * Verifies by the roots of trust in the tree (`trusted-root.json`): Sigstore's certificate authorities and logs.
 * They are data, renewed with the program, and never expire by the clock: what was signed stays signed.
 */
export function pinnedVerifier(): Verifier {
  return verifierOf(pinned);
}

/** Verifies by other roots, in the form of Sigstore's `trusted_root.json`. */
export function verifierOf(trustedRoot: object): Verifier {
  const material = toTrustMaterial(TrustedRoot.fromJSON(trustedRoot));
  return new Verifier(material, { tlogThreshold: 1, ctlogThreshold: 1, timestampThreshold: 1 });
}
