import { createHash } from 'node:crypto';

import { isGatehouseError } from '../../model/errors.ts';
import { type CondaEvidence, EXTRACTOR } from '../../model/evidence.ts';
import type { RandomAccess } from '../../model/random-access.ts';
import { parseSha256 } from '../../model/sha256.ts';
import { type CondaArchive, openConda, openTarBz2 } from './conda-archive.ts';
import { readLayout } from './conda-layout.ts';
import type { Extracted, VerifiedArtifact } from './extract.ts';
import { inspectConda } from './inspect-conda.ts';

/**
 * Extracts the facts of a conda package from its bytes alone, `.conda` or `.tar.bz2`. Bytes that are not understood are
 * evidence of kind `refused`; only what `access.read` throws is thrown.
 */
export async function extractCondaEvidence(
  access: RandomAccess,
  { sha256, format }: VerifiedArtifact & Pick<CondaArchive, 'format'>,
): Promise<Extracted> {
  const known = { extractor: EXTRACTOR, sha256, sizeBytes: access.sizeBytes };
  try {
    const archive = format === 'conda' ? await openConda(access) : openTarBz2(access);
    const { index, ...facts } = await readConda(archive);
    return { evidence: { kind: 'conda', ...known, ...facts }, metadata: index };
  } catch (error) {
    if (!isGatehouseError(error, 'archive-refused')) throw error;
    const reason = `${error.data['reason']}`;
    return { evidence: { kind: 'refused', ...known, reason, message: error.message } };
  }
}

type CondaFacts = Omit<CondaEvidence, 'kind' | 'extractor' | 'sha256' | 'sizeBytes'> & {
  readonly index: Uint8Array;
};

/** Twice over the bytes: whoever inspects a member wants to know of all others, and `info/` may come last. */
async function readConda(archive: CondaArchive): Promise<CondaFacts> {
  const layout = await readLayout(archive);
  const { index, metadata, aboutLicense, members } = layout;
  return {
    index,
    format: archive.format,
    metadata: {
      origin: 'contents',
      sha256: parseSha256(createHash('sha256').update(index).digest('hex')),
      metadata,
    },
    ...(aboutLicense === undefined ? {} : { aboutLicense }),
    memberCount: members.length,
    unpackedBytes: members.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    contents: await inspectConda(archive, layout),
  };
}
