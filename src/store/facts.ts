import { z } from 'zod';

import type { LicenseText } from '../model/contents.ts';
import { GatehouseError, isGatehouseError } from '../model/errors.ts';
import {
  type CondaEvidence,
  type CondaIndex,
  type CoreMetadata,
  type Evidence,
  EXTRACTOR,
  type MetadataFact,
  type RefusedEvidence,
  type SdistEvidence,
  type WheelEvidence,
} from '../model/evidence.ts';
import type { Sha256 } from '../model/sha256.ts';
import type { SourceId } from '../model/subject.ts';
import { findBlob, putBlob, sha256Of } from './blobs.ts';
import { contentsSchema, licenseTextsSchema } from './contents-schema.ts';
import { objectKey, type ObjectKey, type ObjectStore } from './object-store.ts';
import { decodeStored, encodeStored, type StoredFormat, storedNames } from './stored-json.ts';

/** The artifact that a source offers, whose bytes need not have been seen. */
export interface OfferedArtifact {
  readonly source: SourceId;
  readonly sha256: Sha256;
}

/** A METADATA file that nobody has compared with the artifact's bytes yet. */
export interface Provisional {
  readonly origin: Exclude<MetadataFact['origin'], 'contents'>;
  readonly metadata: Uint8Array;
  /** The wheel's own licence texts; absent: not read. */
  readonly licenseTexts?: readonly LicenseText[];
}

/**
 * Stores what a sidecar or range reads gave, unless as much is stored already. It can be had again, so it is not
 * synced. The METADATA file becomes a blob.
 */
export async function saveProvisional(
  store: ObjectStore,
  artifact: OfferedArtifact,
  { origin, metadata, licenseTexts }: Provisional,
): Promise<void> {
  const sha256 = await putBlob(store, metadata, 'lazy');
  const key = provisionalKey(artifact);
  const bytes = encodeStored(PROVISIONAL, {
    source: artifact.source,
    sha256: artifact.sha256,
    origin,
    metadata: sha256,
    ...(licenseTexts === undefined ? {} : { licenseTexts }),
  });
  if ((await store.put(key, bytes, { durability: 'lazy' })) === 'created') return;
  const stored = await readProvisional(store, artifact);
  const isMore = licenseTexts !== undefined && stored?.licenseTexts === undefined;
  if (stored !== undefined && !isMore) return;
  await store.remove(key);
  await store.put(key, bytes, { durability: 'lazy' });
}

/** Absent, or not what was stored: undefined. Throws `store-too-new`. */
export async function readProvisional(
  store: ObjectStore,
  artifact: OfferedArtifact,
): Promise<Provisional | undefined> {
  const key = provisionalKey(artifact);
  const bytes = await store.read(key);
  const stored = bytes && decodeIntact(bytes, key);
  if (stored?.source !== artifact.source || stored.sha256 !== artifact.sha256) return undefined;
  const metadata = await findBlob(store, stored.metadata);
  if (metadata === undefined) return undefined;
  const { origin, licenseTexts } = stored;
  return { origin, metadata, ...(licenseTexts === undefined ? {} : { licenseTexts }) };
}

function decodeIntact(bytes: Uint8Array, key: ObjectKey): StoredProvisional | undefined {
  try {
    return decodeStored(PROVISIONAL, bytes, key);
  } catch (error) {
    if (isGatehouseError(error, 'store-corrupt')) return undefined;
    throw error;
  }
}

/** Evidence as it is stored; the ledger names it by the digest. */
export interface StoredEvidence {
  readonly evidence: Evidence;
  readonly digest: Sha256;
}

/** Stores evidence, synced, unless the same extractor's is stored already; gives what is stored then. */
export async function saveEvidence(
  store: ObjectStore,
  evidence: Evidence,
): Promise<StoredEvidence> {
  const key = evidenceKey(evidence.sha256, evidence.extractor);
  await store.put(key, encodeStored(EVIDENCE, evidence), { durability: 'synced' });
  const stored = await readAt(store, key);
  if (stored !== undefined) return stored;
  throw new GatehouseError('store-corrupt', `evidence vanished while it was stored: ${key}`);
}

/** What this program's extractor found, else what the newest other one did; absent: undefined. */
export async function readEvidence(
  store: ObjectStore,
  sha256: Sha256,
): Promise<StoredEvidence | undefined> {
  const current = await readAt(store, evidenceKey(sha256, EXTRACTOR));
  if (current !== undefined) return current;
  const keys = await Array.fromAsync(store.list(objectKey('evidence', sha256)));
  const newest = keys.toSorted((left, right) => extractorOf(left) - extractorOf(right)).at(-1);
  return newest && (await readAt(store, newest));
}

async function readAt(store: ObjectStore, key: ObjectKey): Promise<StoredEvidence | undefined> {
  const bytes = await store.read(key);
  if (bytes === undefined) return undefined;
  const evidence = decodeStored(EVIDENCE, bytes, key);
  if (evidenceKey(evidence.sha256, evidence.extractor) !== key) {
    throw new GatehouseError('store-corrupt', `evidence of another artifact: ${key}`);
  }
  return { evidence, digest: sha256Of(bytes) };
}

function provisionalKey({ source, sha256 }: OfferedArtifact): ObjectKey {
  return objectKey('provisional', source, sha256);
}

function evidenceKey(sha256: Sha256, extractor: number): ObjectKey {
  return objectKey('evidence', sha256, `${extractor}`);
}

function extractorOf(key: ObjectKey): number {
  return Number(key.slice(key.lastIndexOf('/') + 1));
}

interface StoredProvisional extends OfferedArtifact {
  readonly origin: Provisional['origin'];
  /** Digest of the METADATA file. */
  readonly metadata: Sha256;
  readonly licenseTexts?: readonly LicenseText[];
}

const PROVISIONAL: StoredFormat<StoredProvisional> = {
  name: 'gatehouse.provisional',
  version: 1,
  schema: z.object({
    source: storedNames.source,
    sha256: storedNames.sha256,
    origin: z.enum(['sidecar', 'ranges']),
    metadata: storedNames.sha256,
    // Programs that do not know it leave it out, and read the texts again if they want them.
    licenseTexts: licenseTextsSchema,
  }),
};

const texts = z.array(z.string());

const condaIndexSchema: z.ZodType<CondaIndex> = z.object({
  build: z.string(),
  buildNumber: z.number(),
  constrains: texts,
  subdir: z.string().exactOptional(),
  noarch: z.string().exactOptional(),
  extraDepends: z.record(z.string(), texts).exactOptional(),
});

const metadataSchema: z.ZodType<CoreMetadata> = z.object({
  metadataVersion: z.string(),
  name: z.string(),
  version: z.string(),
  requiresDist: texts,
  requiresPython: z.string().exactOptional(),
  providesExtra: texts,
  licenseExpression: z.string().exactOptional(),
  license: z.string().exactOptional(),
  licenseIsLong: z.boolean(),
  licenseFiles: texts,
  licenseClassifiers: texts,
  summary: z.string().exactOptional(),
  dynamic: texts,
  conda: condaIndexSchema.exactOptional(),
});

const metadataFactSchema = z.object({
  origin: z.enum(['sidecar', 'ranges', 'contents']),
  sha256: storedNames.sha256,
  metadata: metadataSchema,
});

const wheelSchema: z.ZodType<WheelEvidence> = z.object({
  kind: z.literal('wheel'),
  extractor: z.int().positive(),
  sha256: storedNames.sha256,
  sizeBytes: z.number(),
  metadata: metadataFactSchema,
  distInfo: z.string(),
  wheelVersion: z.string(),
  rootIsPurelib: z.boolean(),
  tags: texts,
  memberCount: z.number(),
  unpackedBytes: z.number(),
  unrecorded: texts,
  missing: texts,
  contents: contentsSchema.exactOptional(),
});

const sdistSchema: z.ZodType<SdistEvidence> = z.object({
  kind: z.literal('sdist'),
  extractor: z.int().positive(),
  sha256: storedNames.sha256,
  sizeBytes: z.number(),
  metadata: metadataFactSchema,
  folder: z.string(),
  memberCount: z.number(),
  unpackedBytes: z.number(),
  contents: contentsSchema,
});

const condaSchema: z.ZodType<CondaEvidence> = z.object({
  kind: z.literal('conda'),
  extractor: z.int().positive(),
  sha256: storedNames.sha256,
  sizeBytes: z.number(),
  format: z.enum(['conda', 'tar.bz2']),
  metadata: metadataFactSchema,
  aboutLicense: z.string().exactOptional(),
  memberCount: z.number(),
  unpackedBytes: z.number(),
  contents: contentsSchema,
});

const refusedSchema: z.ZodType<RefusedEvidence> = z.object({
  kind: z.literal('refused'),
  extractor: z.int().positive(),
  sha256: storedNames.sha256,
  sizeBytes: z.number(),
  reason: z.string(),
  message: z.string(),
});

const EVIDENCE: StoredFormat<Evidence> = {
  name: 'gatehouse.evidence',
  version: 1,
  schema: z.union([wheelSchema, sdistSchema, condaSchema, refusedSchema]),
};
