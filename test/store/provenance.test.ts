import { expect, test } from 'vitest';

import { parseArtifactFilename } from '../../src/ecosystems/pypi/filenames.ts';
import { parseSha256 } from '../../src/model/sha256.ts';
import { isSourceId } from '../../src/model/subject.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { objectKey } from '../../src/store/object-store.ts';
import {
  readProvenance,
  saveProvenance,
  type StoredProvenance,
} from '../../src/store/provenance.ts';

const source = 'pypi';
if (!isSourceId(source)) throw new TypeError(source);
const STORED: StoredProvenance = {
  source,
  sha256: parseSha256('a'.repeat(64)),
  filename: parseArtifactFilename('foo-1.0+(x)-py3-none-any.whl'),
  content: parseSha256('b'.repeat(64)),
  roots: 'c'.repeat(64),
  fact: {
    kind: 'verified',
    attestations: [
      {
        predicateType: 'publish',
        publisher: {
          kind: 'GitHub',
          id: 'github:a/b/.github/workflows/c.yml',
          ref: 'refs/tags/v1',
        },
      },
    ],
  },
};

test('what was verified is read back, under its own name only', async () => {
  const store = openMemoryStore();
  expect(await readProvenance(store, STORED)).toBeUndefined();
  await saveProvenance(store, STORED);
  expect(await readProvenance(store, STORED)).toEqual(STORED);
  const filename = parseArtifactFilename('foo-1.0-py3-none-any.whl');
  expect(await readProvenance(store, { ...STORED, filename })).toBeUndefined();
});

test('what is verified by other roots takes its place', async () => {
  const store = openMemoryStore();
  await saveProvenance(store, STORED);
  const other = { ...STORED, roots: 'd'.repeat(64) };
  await saveProvenance(store, other);
  expect(await readProvenance(store, STORED)).toEqual(other);
});

test('what is damaged is as if it were not there, and is replaced', async () => {
  const store = openMemoryStore();
  await saveProvenance(store, STORED);
  const [key] = await Array.fromAsync(store.list(objectKey('provenance')));
  if (key === undefined) throw new Error('nothing was stored');
  await store.remove(key);
  await store.put(key, Buffer.from('{'), { durability: 'synced' });
  expect(await readProvenance(store, STORED)).toBeUndefined();
  await saveProvenance(store, STORED);
  expect(await readProvenance(store, STORED)).toEqual(STORED);
});
