import { createHash } from 'node:crypto';

import { parseCoreMetadata } from '../../ecosystems/pypi/core-metadata.ts';
import { isGatehouseError } from '../../model/errors.ts';
import { type CoreMetadata, EXTRACTOR, type SdistEvidence } from '../../model/evidence.ts';
import type { RandomAccess } from '../../model/random-access.ts';
import { parseSha256 } from '../../model/sha256.ts';
import { gunzip } from '../archives/gzip.ts';
import { sdistRefused } from '../archives/refusals.ts';
import { readTar, type TarEntry } from '../archives/tar.ts';
import { findBuildScripts } from './build-scripts.ts';
import type { Extracted, VerifiedArtifact } from './extract.ts';
import { inspectSdist } from './inspect-sdist.ts';
import { checkLayout, checkNoZip, type SdistLayout, type SdistMember } from './sdist-layout.ts';
import { MAX_METADATA_BYTES } from './wheel-layout.ts';

const PIECE_BYTES = 256 * 1024;

/**
 * Extracts the facts of a source distribution in `.tar.gz` from its bytes alone. Bytes that are not understood are
 * evidence of kind `refused`; only what `access.read` throws is thrown.
 */
export async function extractSdistEvidence(
  access: RandomAccess,
  { sha256 }: VerifiedArtifact,
): Promise<Extracted> {
  const known = { extractor: EXTRACTOR, sha256, sizeBytes: access.sizeBytes };
  try {
    const { metadata, ...facts } = await readSdist(access);
    const metadataFact = {
      origin: 'contents',
      sha256: parseSha256(createHash('sha256').update(metadata).digest('hex')),
      metadata: readMetadata(metadata),
    } as const;
    return { evidence: { kind: 'sdist', ...known, ...facts, metadata: metadataFact }, metadata };
  } catch (error) {
    if (!isGatehouseError(error, 'archive-refused')) throw error;
    const reason = `${error.data['reason']}`;
    return { evidence: { kind: 'refused', ...known, reason, message: error.message } };
  }
}

type SdistFacts = Pick<SdistEvidence, 'folder' | 'memberCount' | 'unpackedBytes' | 'contents'> & {
  readonly metadata: Uint8Array;
};

/** Twice over the bytes: whoever inspects a member wants to know of all others. */
async function readSdist(access: RandomAccess): Promise<SdistFacts> {
  await checkNoZip(access);
  const layout = await listMembers(access);
  const contents = await inspectSdist(openMembers(access), layout);
  return {
    folder: layout.folder,
    memberCount: layout.members.length,
    unpackedBytes: layout.members.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    metadata: layout.metadata,
    contents: { ...contents, buildScripts: findBuildScripts(layout) },
  };
}

function openMembers(access: RandomAccess): AsyncIterable<TarEntry> {
  return readTar(gunzip(readPieces(access)), { links: 'inside' });
}

async function* readPieces(access: RandomAccess): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < access.sizeBytes; at += PIECE_BYTES)
    yield await access.read(at, Math.min(PIECE_BYTES, access.sizeBytes - at));
}

async function listMembers(access: RandomAccess): Promise<SdistLayout> {
  const members: SdistMember[] = [];
  const kept = new Map<string, Uint8Array>();
  for await (const member of openMembers(access)) {
    const { name, kind, linkTarget, sizeBytes } = member;
    members.push({ name, kind, sizeBytes, ...(linkTarget === undefined ? {} : { linkTarget }) });
    if (!KEPT.test(member.name)) continue;
    if (member.sizeBytes > MAX_METADATA_BYTES)
      throw sdistRefused(
        'metadata-too-large',
        `PKG-INFO or pyproject.toml is too large: expected at most ${MAX_METADATA_BYTES} bytes, got ${member.sizeBytes}`,
      );
    kept.set(member.name, Buffer.concat(await Array.fromAsync(member.stream())));
  }
  return checkLayout(members, kept);
}

const KEPT = /^[^/]+\/(?:PKG-INFO|pyproject\.toml)$/;

function readMetadata(metadata: Uint8Array): CoreMetadata {
  try {
    return parseCoreMetadata(metadata);
  } catch (error) {
    if (!isGatehouseError(error, 'invalid-metadata')) throw error;
    throw sdistRefused('metadata-invalid', `PKG-INFO cannot be read: ${error.message}`, error);
  }
}
