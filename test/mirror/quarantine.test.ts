import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { openQuarantine } from '../../src/mirror/quarantine.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gatehouse-quarantine-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function filesLeft(): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

test('a file can be read while it grows, and is gone when it is disposed of', async () => {
  const quarantine = await openQuarantine(directory, 1000);
  {
    await using file = await quarantine.open(10);
    await file.append(Buffer.from('hello '));
    await file.append(Buffer.from('world'));
    const buffer = Buffer.alloc(20);
    expect(await file.read(buffer, 6)).toBe(5);
    expect(buffer.subarray(0, 5).toString()).toBe('world');
    expect(await filesLeft()).toHaveLength(1);
  }
  expect(await filesLeft()).toEqual([]);
});

test('the budget is set aside before, grows with what was not expected, and comes back', async () => {
  const quarantine = await openQuarantine(directory, 100);
  const first = await quarantine.open(60);
  await expect(quarantine.open(41)).rejects.toMatchObject({ code: 'store-full' });
  const second = await quarantine.open(0);
  await second.append(Buffer.alloc(40));
  await expect(second.append(Buffer.alloc(1))).rejects.toMatchObject({ code: 'store-full' });
  await second[Symbol.asyncDispose]();
  await first[Symbol.asyncDispose]();
  await using whole = await quarantine.open(100);
  await whole.append(Buffer.alloc(100));
});

test('what dead processes left is removed, what living ones have is not', async () => {
  const left = ['4194305.dead', `${process.pid}.another-life`, 'not-ours'];
  const living = `${process.ppid}.alive`;
  for (const name of [...left, living]) {
    await mkdir(join(directory, name));
    await writeFile(join(directory, name, 'bytes'), 'unverified');
  }
  const quarantine = await openQuarantine(directory, 100);
  await using _ = await quarantine.open(1);
  await openQuarantine(directory, 100);
  const names = await readdir(directory);
  expect(names).toContain(living);
  for (const name of left) expect(names).not.toContain(name);
  expect(await filesLeft()).toHaveLength(2);
});

test('a folder that cannot be used is said to be so', async () => {
  const file = join(directory, 'file');
  await writeFile(file, '');
  await expect(openQuarantine(file, 100)).rejects.toMatchObject({ code: 'store-unavailable' });
});
