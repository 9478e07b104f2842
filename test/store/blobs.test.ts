import { describe, expect, test } from 'vitest';

import { blobKey, findBlob, putBlob, readBlob, sha256Of } from '../../src/store/blobs.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { digest } from './stored-names.ts';

const bytes = Buffer.from('abc');
// FIPS 180-2, appendix B.1.
const ofAbc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

describe('a blob', () => {
  test('is found under its digest', async () => {
    const store = openMemoryStore();
    const sha256 = await putBlob(store, bytes, 'lazy');
    expect(sha256).toBe(ofAbc);
    expect(blobKey(sha256)).toBe(`blobs/sha256/ba/78/${ofAbc}`);
    expect(Buffer.from((await readBlob(store, sha256)) ?? '')).toEqual(bytes);
    expect(Buffer.from((await findBlob(store, sha256)) ?? '')).toEqual(bytes);
  });

  test('is undefined when absent', async () => {
    const store = openMemoryStore();
    expect(await readBlob(store, digest('1'))).toBeUndefined();
    expect(await findBlob(store, digest('1'))).toBeUndefined();
  });

  test('is never given damaged, and is replaced by whoever has the bytes', async () => {
    const store = openMemoryStore();
    const sha256 = sha256Of(bytes);
    await store.put(blobKey(sha256), Buffer.from('abd'), { durability: 'synced' });
    await expect(readBlob(store, sha256)).rejects.toMatchObject({
      code: 'store-corrupt',
      message: expect.stringContaining(sha256Of(Buffer.from('abd'))),
    });
    expect(await findBlob(store, sha256)).toBeUndefined();
    expect(await putBlob(store, bytes, 'lazy')).toBe(sha256);
    expect(Buffer.from((await readBlob(store, sha256)) ?? '')).toEqual(bytes);
  });
});
