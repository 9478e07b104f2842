import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { openFileAccess } from '../../src/store/file-access.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-access-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('reads exactly what is asked for, in any order', async () => {
  const path = join(folder, 'a');
  await writeFile(path, '0123456789');
  await using access = await openFileAccess(path);
  expect(access.sizeBytes).toBe(10);
  expect(Buffer.from(await access.read(7, 3)).toString()).toBe('789');
  expect(Buffer.from(await access.read(0, 2)).toString()).toBe('01');
  expect((await access.read(10, 0)).length).toBe(0);
});

test('a file that became shorter, and one that is not there, throw', async () => {
  const path = join(folder, 'a');
  await writeFile(path, '0123456789');
  await using access = await openFileAccess(path);
  await truncate(path, 5);
  await expect(access.read(3, 4)).rejects.toMatchObject({ code: 'store-corrupt' });
  await expect(openFileAccess(join(folder, 'b'))).rejects.toMatchObject({
    code: 'store-unavailable',
  });
});
