import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { replaceFile } from '../../src/cli/replace-file.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-replace-'));
  path = join(folder, 'policy.yaml');
  await writeFile(path, 'one');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test('a file is replaced whole, and nothing else is left', async () => {
  await replaceFile(path, { before: 'one', after: 'two' });
  expect(await readFile(path, 'utf8')).toBe('two');
  expect(await readdir(folder)).toEqual(['policy.yaml']);
});

test('a file that was changed meanwhile stays as it is', async () => {
  const replaced = replaceFile(path, { before: 'none', after: 'two' });
  await expect(replaced).rejects.toThrow('was changed meanwhile: nothing written');
  expect(await readFile(path, 'utf8')).toBe('one');
});
