import { isGatehouseError } from '../../model/errors.ts';
import type { Evidence } from '../../model/evidence.ts';
import type { RandomAccess } from '../../model/random-access.ts';
import type { Sha256 } from '../../model/sha256.ts';
import { readCentral } from '../archives/zip-central.ts';
import { END_RECORDS_BYTES, readEnd } from '../archives/zip-end.ts';
import { checkPlace, ZIP_LIMITS } from '../archives/zip-limits.ts';
import { isCondaZip } from './conda-archive.ts';
import { extractCondaEvidence } from './conda.ts';
import { extractSdistEvidence } from './sdist.ts';
import { extractWheelEvidence } from './wheel.ts';

/** Verified bytes of one artifact; `sha256` is theirs, computed before. */
export interface VerifiedArtifact {
  readonly sha256: Sha256;
}

export interface Extracted {
  readonly evidence: Evidence;
  /** The METADATA, PKG-INFO or `info/index.json` file; absent where the evidence is `refused`. */
  readonly metadata?: Uint8Array;
}

/**
 * Extracts an artifact's facts from its bytes alone, which show what it is: gzip is a source distribution, bzip2 a
 * conda package, a zip file with the members of one a `.conda`, anything else a wheel. They are kept by digest, for
 * every file name that the bytes have, and rules compare them with it: a name cannot spoil the evidence of another.
 * Bytes that are not understood are evidence too, of kind `refused`; only what `access.read` throws is thrown.
 */
export async function extractEvidence(
  access: RandomAccess,
  artifact: VerifiedArtifact,
): Promise<Extracted> {
  const [first, second, third] = access.sizeBytes < 4 ? [] : await access.read(0, 4);
  if (first === 0x1f && second === 0x8b) return extractSdistEvidence(access, artifact);
  if (first === 0x42 && second === 0x5a && third === 0x68)
    return extractCondaEvidence(access, { ...artifact, format: 'tar.bz2' });
  return (await isConda(access))
    ? extractCondaEvidence(access, { ...artifact, format: 'conda' })
    : extractWheelEvidence(access, artifact);
}

/** A zip file that cannot be read is refused as either. */
async function isConda(access: RandomAccess): Promise<boolean> {
  try {
    const tailBytes = Math.min(access.sizeBytes, END_RECORDS_BYTES);
    const place = readEnd(
      await access.read(access.sizeBytes - tailBytes, tailBytes),
      access.sizeBytes,
    );
    checkPlace(place, ZIP_LIMITS);
    const members = await readCentral(await access.read(place.offset, place.sizeBytes), place);
    return isCondaZip(members.map(({ name }) => name));
  } catch (error) {
    if (isGatehouseError(error, 'archive-refused')) return false;
    throw error;
  }
}
