import { expect, test } from 'vitest';

import { readCatalogue, saveCatalogue } from '../../src/mirror/catalogue-store.ts';
import type { Catalogue } from '../../src/mirror/catalogue.ts';
import { putBlob, sha256Of } from '../../src/store/blobs.ts';
import { openMemoryStore } from '../../src/store/memory.ts';

const EMPTY: Catalogue = {
  profile: 'default',
  policy: sha256Of(Buffer.from('policy')),
  asOf: 0,
  complete: true,
  parts: new Map(),
};

test('reads what it saved', async () => {
  const store = openMemoryStore();
  const saved = await saveCatalogue(store, EMPTY);
  expect(await readCatalogue(store, saved.digest)).toEqual(saved);
});

test.each(['', '{', '[]', '{"format":7}', '{"format":"gatehouse.catalogue.v1"}'])(
  'what cannot be read is absent, so that it is computed again: %j',
  async (content) => {
    const store = openMemoryStore();
    const digest = await putBlob(store, Buffer.from(content), 'lazy');
    expect(await readCatalogue(store, digest)).toBeUndefined();
  },
);

test('a format of a newer version is an error, not lost', async () => {
  const store = openMemoryStore();
  const digest = await putBlob(store, Buffer.from('{"format":"gatehouse.catalogue.v999"}'), 'lazy');
  await expect(readCatalogue(store, digest)).rejects.toMatchObject({ code: 'store-too-new' });
});
