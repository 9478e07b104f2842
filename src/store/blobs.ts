import { hash } from 'node:crypto';

import { GatehouseError } from '../model/errors.ts';
import { parseSha256, type Sha256 } from '../model/sha256.ts';
import { objectKey, type ObjectKey, type ObjectStore, type WriteOptions } from './object-store.ts';

/** Where the bytes with a digest are. */
export function blobKey(sha256: Sha256): ObjectKey {
  return objectKey('blobs', 'sha256', sha256.slice(0, 2), sha256.slice(2, 4), sha256);
}

export function sha256Of(bytes: Uint8Array): Sha256 {
  return parseSha256(hash('sha256', bytes, 'hex'));
}

/** Stores bytes under their digest; damaged ones that are there already are replaced. */
export async function putBlob(
  store: ObjectStore,
  bytes: Uint8Array,
  durability: WriteOptions['durability'],
): Promise<Sha256> {
  const sha256 = sha256Of(bytes);
  const key = blobKey(sha256);
  const outcome = await store.put(key, bytes, { durability });
  if (outcome === 'exists' && (await findBlob(store, sha256)) === undefined) {
    await store.remove(key);
    // Synced in any case: others may have been promised the bytes that were damaged.
    await store.put(key, bytes, { durability: 'synced' });
  }
  return sha256;
}

/** The bytes with a digest; absent: undefined. Damaged ones are `store-corrupt`. For what was put synced. */
export async function readBlob(
  store: ObjectStore,
  sha256: Sha256,
): Promise<Uint8Array | undefined> {
  const bytes = await store.read(blobKey(sha256));
  if (bytes === undefined || sha256Of(bytes) === sha256) return bytes;
  throw new GatehouseError(
    'store-corrupt',
    `stored bytes do not have their digest: expected ${sha256}, got ${sha256Of(bytes)}`,
    { hint: `Restore ${blobKey(sha256)} in the store.` },
  );
}

/** The bytes with a digest; absent or damaged: undefined. For what can be had or computed again. */
export async function findBlob(
  store: ObjectStore,
  sha256: Sha256,
): Promise<Uint8Array | undefined> {
  const bytes = await store.read(blobKey(sha256));
  return bytes !== undefined && sha256Of(bytes) === sha256 ? bytes : undefined;
}
