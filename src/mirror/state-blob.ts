import { GatehouseError } from '../model/errors.ts';
import type { Sha256 } from '../model/sha256.ts';
import { blobKey, putBlob, readBlob } from '../store/blobs.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { decodeStored, encodeStored, type StoredFormat } from '../store/stored-json.ts';

/** Writes what the ledger's state is to name by digest; durable when it settles. */
export async function putStateBlob<Value>(
  store: ObjectStore,
  format: StoredFormat<Value>,
  value: Value,
): Promise<Sha256> {
  return putBlob(store, encodeStored(format, value), 'synced');
}

/**
 * Reads what the ledger's state names. It was durable before it was named, so that its absence is `store-corrupt`:
 * taking it for an empty list would lift every refusal in it.
 */
export async function readStateBlob<Value>(
  store: ObjectStore,
  format: StoredFormat<Value>,
  digest: Sha256,
): Promise<Value> {
  const key = blobKey(digest);
  const bytes = await readBlob(store, digest);
  if (bytes !== undefined) return decodeStored(format, bytes, key);
  throw new GatehouseError('store-corrupt', `the ledger's state names what is not stored: ${key}`, {
    hint: 'Restore it from a copy of the store.',
  });
}
