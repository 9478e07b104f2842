import { bundleFromJSON } from '@sigstore/bundle';
import { toSignedEntity, type Verifier } from '@sigstore/verify';

import type { ProvenanceFact, Attestation, RefusedProvenance } from '../../model/provenance.ts';
import type { Subject } from '../../model/subject.ts';
import { readClaims } from './claims.ts';
import { identify } from './identify.ts';
import { readProvenance, type StatedAttestation, type StatedPublisher } from './object.ts';
import { refused } from './refused.ts';
import { readStatement } from './statement.ts';
import type { Trust } from './trust.ts';

/** The artifact that provenance must be about. */
export type ProvenanceSubject = Pick<Subject, 'project' | 'filename' | 'sha256'>;

/**
 * Verifies a provenance object (PEP 740) against roots of trust: offline, and from its own bytes alone, because
 * the time that counts is the one that the transparency log signed. One attestation that fails refuses the whole.
 */
export function verifyProvenance(
  bytes: Uint8Array,
  subject: ProvenanceSubject,
  { verifier }: Trust,
): ProvenanceFact {
  const stated = readProvenance(bytes);
  if ('kind' in stated) return stated;
  const attestations: Attestation[] = [];
  for (const { publisher, attestation } of stated.attestations) {
    const verified = verifyAttestation(attestation, { publisher, subject, verifier });
    if ('kind' in verified) return verified;
    attestations.push(verified);
  }
  return { kind: 'verified', attestations };
}

interface Expected {
  readonly publisher: StatedPublisher;
  readonly subject: ProvenanceSubject;
  readonly verifier: Verifier;
}

function verifyAttestation(
  attestation: StatedAttestation,
  { publisher, subject, verifier }: Expected,
): Attestation | RefusedProvenance {
  const signer = verifySignature(attestation, verifier);
  if ('reason' in signer) return signer;
  const statement = readStatement(attestation.envelope.statement, subject);
  if ('reason' in statement) return statement;
  const claims = readClaims(signer.identity);
  if ('reason' in claims) return claims;
  const identified = identify(publisher, claims);
  if ('reason' in identified) return identified;
  return { predicateType: statement.predicateType, publisher: identified };
}

/** The chain to a certificate authority, its log's promise, the entry in the transparency log, and the signature. */
function verifySignature(
  attestation: StatedAttestation,
  verifier: Verifier,
): ReturnType<Verifier['verify']> | RefusedProvenance {
  const bundle = tryOr('malformed', () => bundleFromJSON(bundleOf(attestation)));
  if ('reason' in bundle) return bundle;
  return tryOr('signature', () => verifier.verify(toSignedEntity(bundle)));
}

function tryOr<Value extends object>(
  reason: 'malformed' | 'signature',
  work: () => Value,
): Value | RefusedProvenance {
  try {
    return work();
  } catch (error) {
    return refused(reason, error instanceof Error ? error.message : 'unknown');
  }
}

/** The same signed statement in the form that Sigstore's tools read. */
function bundleOf({ envelope, verification_material: material }: StatedAttestation): object {
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: {
      certificate: { rawBytes: material.certificate },
      tlogEntries: material.transparency_entries,
      timestampVerificationData: { rfc3161Timestamps: [] },
    },
    dsseEnvelope: {
      payload: envelope.statement,
      payloadType: 'application/vnd.in-toto+json',
      signatures: [{ sig: envelope.signature, keyid: '' }],
    },
  };
}
