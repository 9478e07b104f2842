import type { Evidence } from '../../model/evidence.ts';
import type { RandomAccess } from '../../model/random-access.ts';
import type { Sha256 } from '../../model/sha256.ts';
import { extractSdistEvidence } from './sdist.ts';
import { extractWheelEvidence } from './wheel.ts';

/** Verified bytes of one artifact; `sha256` is theirs, computed before. */
export interface VerifiedArtifact {
  readonly sha256: Sha256;
}

export interface Extracted {
  readonly evidence: Evidence;
  /** The METADATA or PKG-INFO file; absent where the evidence is `refused`. */
  readonly metadata?: Uint8Array;
}

/**
 * Extracts an artifact's facts from its bytes alone: as a source distribution where they begin as gzip, else as a wheel.
 * They are kept by digest, for every file name that the bytes have, and rules compare them with it. Bytes that are not
 * understood are evidence too, of kind `refused`; only what `access.read` throws is thrown.
 */
export async function extractEvidence(
  access: RandomAccess,
  artifact: VerifiedArtifact,
): Promise<Extracted> {
  return (await isGzip(access))
    ? extractSdistEvidence(access, artifact)
    : extractWheelEvidence(access, artifact);
}

async function isGzip(access: RandomAccess): Promise<boolean> {
  if (access.sizeBytes < 2) return false;
  const [first, second] = await access.read(0, 2);
  return first === 0x1f && second === 0x8b;
}
