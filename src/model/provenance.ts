/** The services whose identities can be compared with a certificate. */
export type PublisherKind = 'GitHub' | 'GitLab' | 'CircleCI' | 'Google';

/** Who published an artifact, as the certificate says and not only the index. */
export interface Publisher {
  readonly kind: PublisherKind;
  /** As the policy writes it: `github:owner/repository/.github/workflows/release.yml`. */
  readonly id: string;
  /** Branch or tag that was built: `refs/tags/v1.0`. */
  readonly ref?: string;
}

/** One attestation (PEP 740) that was verified. */
export interface Attestation {
  readonly predicateType: string;
  readonly publisher: Publisher;
}

/** Why provenance is refused. */
export type ProvenanceReason =
  | 'malformed'
  | 'signature'
  | 'predicate'
  | 'subject'
  | 'publisher'
  | 'identity';

export interface VerifiedProvenance {
  readonly kind: 'verified';
  /** At least one. */
  readonly attestations: readonly Attestation[];
}

export interface RefusedProvenance {
  readonly kind: 'refused';
  readonly reason: ProvenanceReason;
  /** What was expected, and what was there. */
  readonly message: string;
}

/** What the provenance that upstream offers for an artifact is worth. */
export type ProvenanceFact = VerifiedProvenance | RefusedProvenance;
