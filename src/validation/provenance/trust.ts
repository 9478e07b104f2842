import { hash } from 'node:crypto';

import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toTrustMaterial, Verifier } from '@sigstore/verify';

import pinned from './trusted-root.json' with { type: 'json' };

/** What attestations are verified by. */
export interface Trust {
  readonly verifier: Verifier;
  /** Of the roots: what was verified by others is verified again. */
  readonly digest: string;
}

/**
 * Verifies by the roots of trust in the tree (`trusted-root.json`): Sigstore's certificate authorities and logs.
 * They are data, renewed with the program, and never expire by the clock: what was signed stays signed.
 */
export function pinnedTrust(): Trust {
  return trustIn(pinned);
}

/** Verifies by other roots, in the form of Sigstore's `trusted_root.json`. */
export function trustIn(trustedRoot: object): Trust {
  const material = toTrustMaterial(TrustedRoot.fromJSON(trustedRoot));
  const thresholds = { tlogThreshold: 1, ctlogThreshold: 1, timestampThreshold: 1 };
  return {
    verifier: new Verifier(material, thresholds),
    digest: hash('sha256', JSON.stringify(trustedRoot), 'hex'),
  };
}
