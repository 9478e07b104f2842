import { z } from 'zod';

import { isGatehouseError } from '../model/errors.ts';
import type { VerifiedProvenance } from '../model/provenance.ts';
import type { Sha256 } from '../model/sha256.ts';
import type { Subject } from '../model/subject.ts';
import { sha256Of } from './blobs.ts';
import { objectKey, type ObjectKey, type ObjectStore } from './object-store.ts';
import { decodeStored, encodeStored, type StoredFormat, storedNames } from './stored-json.ts';

/** Verified provenance of one artifact. */
export interface StoredProvenance {
  readonly source: Subject['source'];
  readonly sha256: Sha256;
  readonly filename: Subject['filename'];
  /** Digest of the provenance object, which is a blob. */
  readonly content: Sha256;
  /** Digest of the roots that it was verified by. */
  readonly roots: string;
  readonly fact: VerifiedProvenance;
}

type ProvenanceOf = Pick<StoredProvenance, 'source' | 'sha256' | 'filename'>;

/** Stores what was verified, synced, in place of what is stored. Only what is verified is worth keeping. */
export async function saveProvenance(store: ObjectStore, stored: StoredProvenance): Promise<void> {
  const key = keyOf(stored);
  const bytes = encodeStored(PROVENANCE, stored);
  if ((await store.put(key, bytes, { durability: 'synced' })) === 'created') return;
  if (Buffer.from(bytes).equals((await store.read(key)) ?? new Uint8Array())) return;
  await store.remove(key);
  await store.put(key, bytes, { durability: 'synced' });
}

/** Absent, or not what was stored: undefined, as it can be had again. Throws `store-too-new`. */
export async function readProvenance(
  store: ObjectStore,
  artifact: ProvenanceOf,
): Promise<StoredProvenance | undefined> {
  const key = keyOf(artifact);
  const bytes = await store.read(key);
  const stored = bytes && decodeIntact(bytes, key);
  return stored !== undefined && keyOf(stored) === key ? stored : undefined;
}

function decodeIntact(bytes: Uint8Array, key: ObjectKey): StoredProvenance | undefined {
  try {
    return decodeStored(PROVENANCE, bytes, key);
  } catch (error) {
    if (isGatehouseError(error, 'store-corrupt')) return undefined;
    throw error;
  }
}

/** A file name may have characters that a key may not. */
function keyOf({ source, sha256, filename }: ProvenanceOf): ObjectKey {
  return objectKey('provenance', source, sha256, sha256Of(Buffer.from(filename)));
}

const PROVENANCE: StoredFormat<StoredProvenance> = {
  name: 'gatehouse.provenance',
  version: 1,
  schema: z.object({
    source: storedNames.source,
    sha256: storedNames.sha256,
    filename: storedNames.filename,
    content: storedNames.sha256,
    roots: z.string(),
    fact: z.object({
      kind: z.literal('verified'),
      attestations: z.array(
        z.object({
          predicateType: z.string(),
          publisher: z.object({
            kind: z.enum(['GitHub', 'GitLab', 'CircleCI', 'Google']),
            id: z.string(),
            ref: z.string().exactOptional(),
          }),
        }),
      ),
    }),
  }),
};
