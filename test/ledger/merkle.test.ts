import { expect, test } from 'vitest';

import { encodeEntry } from '../../src/ledger/entries.ts';
import { leafHash } from '../../src/ledger/merkle.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { fill, openSample } from './samples.ts';
import { naiveRoot, rootByInclusion, rootsByConsistency } from './tree.ts';

async function texts(ledger: Awaited<ReturnType<typeof openSample>>): Promise<readonly string[]> {
  return (await Array.fromAsync(ledger.entries(0, Infinity))).map(({ entry }) =>
    encodeEntry(entry),
  );
}

function rootOf(checkpoint: string): Buffer {
  return Buffer.from(checkpoint.split('\n')[2] ?? '', 'base64');
}

test.each([0, 1, 2, 3, 63, 64, 255, 256, 257, 511, 512, 513, 3000])(
  'the root of %i entries equals the naive one, also after opening again',
  async (size) => {
    const store = openMemoryStore();
    await fill(await openSample(store), size);
    const ledger = await openSample(store);
    expect(ledger.head().size).toBe(size);
    expect(rootOf(await ledger.checkpoint())).toEqual(naiveRoot(await texts(ledger)));
  },
);

test('every entry has a proof in every tree that holds it', async () => {
  const ledger = await openSample();
  await fill(ledger, 800);
  const entries = await texts(ledger);
  for (const size of [1, 2, 3, 5, 8, 13, 255, 256, 257, 511, 512, 513, 767, 800]) {
    const root = naiveRoot(entries.slice(0, size));
    for (let index = 0; index < size; index += size < 20 ? 1 : 7) {
      const proof = await ledger.proveInclusion(index, size);
      const leaf = leafHash(Buffer.from(entries[index] ?? ''));
      expect(rootByInclusion({ index, size, leaf, proof })).toEqual(root);
    }
  }
});

test('every older tree is proved to be the beginning of a newer one', async () => {
  const ledger = await openSample();
  await fill(ledger, 800);
  const entries = await texts(ledger);
  const sizes = [1, 2, 3, 4, 7, 8, 255, 256, 257, 512, 600, 768, 800];
  for (const to of sizes) {
    const newRoot = naiveRoot(entries.slice(0, to));
    for (const from of sizes.filter((size) => size < to)) {
      const oldRoot = naiveRoot(entries.slice(0, from));
      const proof = await ledger.proveConsistency(from, to);
      const roots = rootsByConsistency({ from, to, oldRoot, proof });
      expect(roots).toEqual({ before: oldRoot, after: newRoot });
    }
  }
  expect(await ledger.proveConsistency(0, 800)).toEqual([]);
  expect(await ledger.proveConsistency(800, 800)).toEqual([]);
});

test.each([
  [0, 0],
  [5, 5],
  [-1, 5],
  [0.5, 5],
  [0, 11],
  [0, Number.NaN],
])('there is no proof for the entry at %d in the tree of %d', async (index, size) => {
  const ledger = await openSample();
  await fill(ledger, 10);
  await expect(ledger.proveInclusion(index, size)).rejects.toMatchObject({
    code: 'invalid-request',
  });
});

test.each([
  [6, 5],
  [-1, 5],
  [1, 11],
])('there is no proof that the tree of %d begins the tree of %d', async (from, to) => {
  const ledger = await openSample();
  await fill(ledger, 10);
  await expect(ledger.proveConsistency(from, to)).rejects.toMatchObject({
    code: 'invalid-request',
  });
});
