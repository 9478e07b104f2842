import { z } from 'zod';

import { isGatehouseError } from '../model/errors.ts';
import type { Sha256 } from '../model/sha256.ts';
import { PROBE, type TrialFact } from '../model/trial.ts';
import { objectKey, type ObjectKey, type ObjectStore } from './object-store.ts';
import { decodeStored, encodeStored, type StoredFormat, storedNames } from './stored-json.ts';

interface StoredTrial {
  readonly sha256: Sha256;
  readonly fact: TrialFact;
}

/** Stores what the last trial of an artifact saw, synced, in place of what an earlier one saw. */
export async function saveTrial(
  store: ObjectStore,
  sha256: Sha256,
  fact: TrialFact,
): Promise<void> {
  const key = keyOf(sha256);
  const bytes = encodeStored(TRIAL, { sha256, fact });
  if ((await store.put(key, bytes, { durability: 'synced' })) === 'created') return;
  await store.remove(key);
  await store.put(key, bytes, { durability: 'synced' });
}

/** Absent, or not what was stored: undefined, as it can be tried again. Throws `store-too-new`. */
export async function readTrial(
  store: ObjectStore,
  sha256: Sha256,
): Promise<TrialFact | undefined> {
  const key = keyOf(sha256);
  const bytes = await store.read(key);
  const stored = bytes && decodeIntact(bytes, key);
  return stored?.sha256 === sha256 ? stored.fact : undefined;
}

function decodeIntact(bytes: Uint8Array, key: ObjectKey): StoredTrial | undefined {
  try {
    return decodeStored(TRIAL, bytes, key);
  } catch (error) {
    if (isGatehouseError(error, 'store-corrupt')) return undefined;
    throw error;
  }
}

function keyOf(sha256: Sha256): ObjectKey {
  return objectKey('trial', sha256, `${PROBE}`);
}

const texts = z.array(z.string());

const TRIAL: StoredFormat<StoredTrial> = {
  name: 'gatehouse.trial',
  version: 1,
  schema: z.object({
    sha256: storedNames.sha256,
    fact: z.object({
      probe: z.int().positive(),
      python: z.string(),
      closure: z.array(storedNames.sha256),
      failure: z.string().exactOptional(),
      wrote: texts,
      executed: texts,
      connected: texts,
      imports: z.array(z.object({ module: z.string(), error: z.string() })),
    }),
  }),
};
