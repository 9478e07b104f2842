import { createHash } from 'node:crypto';

import { parseCoreMetadata } from '../../ecosystems/pypi/core-metadata.ts';
import { isGatehouseError } from '../../model/errors.ts';
import { type CoreMetadata, EXTRACTOR, type WheelEvidence } from '../../model/evidence.ts';
import type { RandomAccess } from '../../model/random-access.ts';
import { parseSha256, type Sha256 } from '../../model/sha256.ts';
import { wheelRefused } from '../archives/refusals.ts';
import { openZip, type ZipMember } from '../archives/zip.ts';
import type { Extracted, VerifiedArtifact } from './extract.ts';
import { inspectWheel } from './inspect.ts';
import { parseRecord, type RecordRow } from './record-file.ts';
import { isWithoutRow } from './record-row.ts';
import { parseWheelFile } from './wheel-file.ts';
import {
  checkDistInfo,
  findDistInfo,
  findDistInfoMember,
  MAX_METADATA_BYTES,
} from './wheel-layout.ts';

const KIB = 1024;
const MAX_WHEEL_BYTES = 64 * KIB;
const MAX_RECORD_BYTES = 64 * KIB * KIB;
const NAMES_KEPT = 20;

/**
 * Extracts a wheel's facts from its bytes alone: they are kept by digest, for every file name that the bytes have, and
 * rules compare them with it. Bytes that are not understood are evidence too, of kind `refused`; only what
 * `access.read` throws is thrown.
 */
export async function extractWheelEvidence(
  access: RandomAccess,
  artifact: VerifiedArtifact,
): Promise<Extracted> {
  const known = { extractor: EXTRACTOR, sha256: artifact.sha256, sizeBytes: access.sizeBytes };
  try {
    const { metadata, ...facts } = await readWheel(access);
    const parsed = readMetadata(metadata);
    checkDistInfo(facts.distInfo, parsed);
    const metadataFact = {
      origin: 'contents',
      sha256: digest(metadata),
      metadata: parsed,
    } as const;
    return { evidence: { kind: 'wheel', ...known, ...facts, metadata: metadataFact }, metadata };
  } catch (error) {
    if (!isGatehouseError(error, 'archive-refused')) throw error;
    const reason = `${error.data['reason']}`;
    return { evidence: { kind: 'refused', ...known, reason, message: error.message } };
  }
}

type WheelFacts = Omit<
  WheelEvidence,
  'kind' | 'extractor' | 'sha256' | 'sizeBytes' | 'metadata'
> & {
  readonly metadata: Uint8Array;
};

async function readWheel(access: RandomAccess): Promise<WheelFacts> {
  const archive = await openZip(access);
  const { members } = archive;
  const distInfo = findDistInfo(members);
  const find = findDistInfoMember<ZipMember>;
  const metadata = await archive.read(find(members, distInfo, 'METADATA'), MAX_METADATA_BYTES);
  const wheel = await archive.read(find(members, distInfo, 'WHEEL'), MAX_WHEEL_BYTES);
  const record = await archive.read(find(members, distInfo, 'RECORD'), MAX_RECORD_BYTES);
  const rows = parseRecord(record);
  return {
    metadata,
    distInfo,
    ...parseWheelFile(wheel),
    memberCount: members.length,
    unpackedBytes: archive.unpackedBytes,
    ...compareRecord(rows, members, distInfo),
    contents: await inspectWheel({ archive, distInfo, rows }),
  };
}

function readMetadata(metadata: Uint8Array): CoreMetadata {
  try {
    return parseCoreMetadata(metadata);
  } catch (error) {
    if (!isGatehouseError(error, 'invalid-metadata')) throw error;
    throw wheelRefused('metadata-invalid', `METADATA cannot be read: ${error.message}`, error);
  }
}

// Directories need no row.
function compareRecord(
  rows: readonly RecordRow[],
  members: readonly ZipMember[],
  distInfo: string,
): Pick<WheelEvidence, 'unrecorded' | 'missing'> {
  const recorded = new Set(rows.map(({ name }) => name));
  const present = new Set(members.map(({ name }) => name));
  const unrecorded = members.filter(
    ({ name, isDirectory }) => !isDirectory && !recorded.has(name) && !isWithoutRow(name, distInfo),
  );
  const missing = [...recorded].filter(
    (name) => !present.has(name) && !isWithoutRow(name, distInfo),
  );
  return {
    unrecorded: unrecorded.slice(0, NAMES_KEPT).map(({ name }) => name),
    missing: missing.slice(0, NAMES_KEPT),
  };
}

function digest(bytes: Uint8Array): Sha256 {
  return parseSha256(createHash('sha256').update(bytes).digest('hex'));
}
