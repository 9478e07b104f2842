import { z } from 'zod';

import { GatehouseError } from '../model/errors.ts';
import { type Sha256, isSha256 } from '../model/sha256.ts';
import type { ProjectName } from '../model/subject.ts';
import { isSourceId } from '../model/subject.ts';
import { findBlob, putBlob, sha256Of } from '../store/blobs.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { storedNames } from '../store/stored-json.ts';
import { BUCKETS, type Catalogue, type CataloguePart, bucketOf } from './catalogue.ts';

const CATALOGUE_FORMAT = 'gatehouse.catalogue.v1';
const BUCKET_FORMAT = 'gatehouse.catalogue-bucket.v1';
const PART_FORMAT = 'gatehouse.catalogue-part.v1';

const sha256 = z.string().refine(isSha256);
const verdict = z.enum(['approve', 'review', 'deny']);
const finding = z
  .object({
    code: z.templateLiteral([z.string(), '/', z.string()]),
    verdict,
    effect: verdict,
    message: z.string(),
    policy: z
      .object({ file: z.string(), line: z.number(), column: z.number() })
      .readonly()
      .exactOptional(),
    evidence: z.array(z.string()).readonly().exactOptional(),
    until: z.number().exactOptional(),
  })
  .readonly();
const partArtifact = z
  .object({
    filename: storedNames.filename,
    sha256,
    version: z.string(),
    verdict,
    findings: z.array(finding).readonly(),
    until: z.number().exactOptional(),
    targets: z.array(z.string()).readonly(),
    sizeBytes: z.number().exactOptional(),
    uploadTime: z.string().exactOptional(),
    requiresPython: z.string().exactOptional(),
    yanked: z.object({ reason: z.string() }).readonly().exactOptional(),
    metadata: sha256.exactOptional(),
  })
  .readonly();
const partSchema = z.object({
  format: z.string(),
  project: storedNames.project,
  source: z.string().refine(isSourceId),
  status: z
    .object({
      status: z.enum(['active', 'archived', 'quarantined', 'deprecated']),
      reason: z.string().exactOptional(),
    })
    .readonly()
    .exactOptional(),
  artifacts: z.array(partArtifact).readonly(),
  counts: z.object({ approve: z.number(), review: z.number(), deny: z.number() }).readonly(),
});
const bucketSchema = z.object({
  format: z.string(),
  parts: z.array(z.tuple([storedNames.project, sha256])),
});
const catalogueSchema = z.object({
  format: z.string(),
  profile: z.string(),
  policy: sha256,
  revocations: sha256.exactOptional(),
  asOf: z.number(),
  until: z.number().exactOptional(),
  complete: z.boolean(),
  buckets: z.array(sha256.nullable()).length(BUCKETS),
});

/** A catalogue with the digests it is kept under. */
export interface StoredCatalogue {
  readonly digest: Sha256;
  readonly catalogue: Catalogue;
  /** Digest of each project's part, which names what a page was rendered from. */
  readonly partDigests: ReadonlyMap<ProjectName, Sha256>;
  /** `null`: the bucket is empty. */
  readonly bucketDigests: readonly (Sha256 | null)[];
}

/**
 * Writes a catalogue as content-addressed objects; equal catalogues have equal digests. Not synced: what is
 * lost in a crash is computed again. What the catalogue `before` has in the store too is not written again.
 */
export async function saveCatalogue(
  store: ObjectStore,
  catalogue: Catalogue,
  before?: StoredCatalogue,
): Promise<StoredCatalogue> {
  const { parts, ...fields } = catalogue;
  const partDigests = new Map<ProjectName, Sha256>();
  const buckets = new Map<number, [ProjectName, Sha256][]>();
  for (const [project, part] of parts) {
    const known = before?.partDigests.get(project);
    const isSame = known !== undefined && before?.catalogue.parts.get(project) === part;
    const digest = isSame ? known : await keep(store, { format: PART_FORMAT, ...part }, known);
    partDigests.set(project, digest);
    const bucket = buckets.get(bucketOf(project)) ?? [];
    buckets.set(bucketOf(project), bucket);
    bucket.push([project, digest]);
  }
  const bucketDigests: (Sha256 | null)[] = [];
  for (let index = 0; index < BUCKETS; index += 1) {
    const bucket = buckets.get(index);
    const known = before?.bucketDigests[index];
    bucketDigests.push(
      bucket === undefined
        ? null
        : await keep(store, { format: BUCKET_FORMAT, parts: bucket }, known),
    );
  }
  const whole = { format: CATALOGUE_FORMAT, ...fields, buckets: bucketDigests };
  return {
    digest: await keep(store, whole, before?.digest),
    catalogue,
    partDigests,
    bucketDigests,
  };
}

async function keep(
  store: ObjectStore,
  value: object,
  known: Sha256 | null | undefined,
): Promise<Sha256> {
  const content = encode(value);
  return known === sha256Of(content) ? known : await putBlob(store, content, 'lazy');
}

/**
 * Reads a catalogue; absent: it, or a piece of it, was lost, deleted or cannot be read, so it must be computed again.
 * Throws `store-too-new`.
 */
export async function readCatalogue(
  store: ObjectStore,
  digest: Sha256,
): Promise<StoredCatalogue | undefined> {
  const whole = await readObject(store, digest, {
    schema: catalogueSchema,
    format: CATALOGUE_FORMAT,
  });
  if (whole === undefined) return undefined;
  const parts = new Map<ProjectName, CataloguePart>();
  const partDigests = new Map<ProjectName, Sha256>();
  for (const bucketDigest of whole.buckets) {
    if (bucketDigest === null) continue;
    const bucket = await readObject(store, bucketDigest, {
      schema: bucketSchema,
      format: BUCKET_FORMAT,
    });
    if (bucket === undefined) return undefined;
    for (const [project, partDigest] of bucket.parts) {
      const part = await readObject(store, partDigest, { schema: partSchema, format: PART_FORMAT });
      if (part === undefined) return undefined;
      const { format: _, ...fields } = part;
      parts.set(project, fields);
      partDigests.set(project, partDigest);
    }
  }
  const { format: _, buckets: bucketDigests, ...fields } = whole;
  return { digest, catalogue: { ...fields, parts }, partDigests, bucketDigests };
}

async function readObject<Value extends { readonly format: string }>(
  store: ObjectStore,
  digest: Sha256,
  expected: { readonly schema: z.ZodType<Value>; readonly format: string },
): Promise<Value | undefined> {
  const content = await findBlob(store, digest);
  if (content === undefined) return undefined;
  const json = tryJson(content);
  const format = z.object({ format: z.string() }).safeParse(json).data?.format;
  if (format !== undefined && format !== expected.format) {
    throw new GatehouseError(
      'store-too-new',
      `the store holds ${format}, this version reads ${expected.format}`,
      {
        hint: 'start the newer version of Gatehouse that wrote it',
      },
    );
  }
  // It is derived: what cannot be read is computed again, as what was lost is.
  return expected.schema.safeParse(json).data;
}

function tryJson(content: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(content));
  } catch {
    return undefined;
  }
}

function encode(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
