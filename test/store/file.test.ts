import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeEach, describe, expect, test } from 'vitest';

import { localFileSystem } from '../../src/store/file-system.ts';
import { openFileStore } from '../../src/store/file.ts';
import { objectKey } from '../../src/store/object-store.ts';
import { describeObjectStore } from '../contracts/object-store.ts';
import { errno } from '../fakes/crashing-file-system.ts';
import { openFailingFileSystem } from '../fakes/failing-file-system.ts';

const SYNCED = { durability: 'synced' } as const;
const base = await mkdtemp(join(tmpdir(), 'gatehouse-file-store-'));
afterAll(async () => rm(base, { recursive: true }));

let count = 0;
function newDirectory(): string {
  return join(base, `${++count}`);
}

describeObjectStore('file', async () => openFileStore(newDirectory()));

test('begins with a small piece, which hundreds who begin at once wait for', async () => {
  const store = await openFileStore(newDirectory());
  const key = objectKey('large');
  const content = Buffer.alloc(3 * 1024 * 1024, 'large ');
  await store.put(key, content, SYNCED);
  await using object = await store.open(key);
  const pieces = await Array.fromAsync(object?.body ?? []);
  expect(pieces.map(({ length }) => length / 1024)).toEqual([64, 1024, 1024, 960]);
  expect(Buffer.concat(pieces).equals(content)).toBe(true);
});

describe('the directory of a file store', () => {
  let directory: string;
  beforeEach(() => {
    directory = newDirectory();
  });
  const key = objectKey('a', 'b');

  test('is made with those above it, for the service’s own user only', async () => {
    const deep = join(directory, 'x', 'y');
    const store = await openFileStore(deep);
    await store.put(key, Buffer.from('content'), SYNCED);
    expect((await stat(deep)).mode & 0o777).toBe(0o700);
    expect((await stat(join(deep, 'objects', 'a'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(deep, 'objects', 'a', 'b'))).mode & 0o777).toBe(0o600);
    expect(await readdir(join(deep, 'temporary'))).toEqual([]);
  });

  test('is refused where no folder can be made', async () => {
    await expect(openFileStore('/proc/nowhere/store')).rejects.toMatchObject({
      code: 'store-unavailable',
    });
  });

  test('names its format, and keeps what it has when opened again', async () => {
    const before = await openFileStore(directory);
    await before.put(key, Buffer.from('content'), SYNCED);
    await before.swapPointer(key, undefined, Buffer.from('pointed'));
    const after = await openFileStore(directory);
    expect(await after.read(key)).toEqual(Buffer.from('content'));
    expect((await after.readPointer(key))?.content).toEqual(Buffer.from('pointed'));
    expect(await readFile(join(directory, 'format'), 'utf8')).toBe(
      '{"format":"gatehouse.store.v1","needs":"0.1.0"}\n',
    );
  });

  test('becomes a store once when 20 begin it at the same time', async () => {
    const stores = await Promise.all(
      Array.from({ length: 20 }, async () => openFileStore(directory)),
    );
    await stores[0]?.put(key, Buffer.from('content'), SYNCED);
    for (const store of stores) expect(await store.size(key)).toBe(7);
    expect((await readdir(directory)).toSorted()).toEqual([
      'format',
      'objects',
      'pointers',
      'temporary',
    ]);
  });

  test('may be the root of a mounted file system', async () => {
    await mkdir(join(directory, 'lost+found'), { recursive: true });
    await expect(openFileStore(directory)).resolves.toBeDefined();
  });

  test.each([
    [
      '{"format":"gatehouse.store.v2","needs":"0.7.0"}',
      'store-too-new',
      'Use Gatehouse 0.7.0 or newer.',
    ],
    ['{"format":"gatehouse.store.v1"', 'store-corrupt', undefined],
    ['{"format":"other","needs":"0.7.0"}', 'store-corrupt', undefined],
    ['', 'store-corrupt', undefined],
  ])('with the format %j is refused', async (format, code, hint) => {
    await mkdir(directory);
    await writeFile(join(directory, 'format'), format);
    await expect(openFileStore(directory)).rejects.toMatchObject({ code, hint });
  });

  test('is not taken from somebody else', async () => {
    await mkdir(directory);
    await writeFile(join(directory, 'thesis.tex'), 'x');
    await expect(openFileStore(directory)).rejects.toMatchObject({
      code: 'invalid-setting',
      message: expect.stringContaining('thesis.tex'),
    });
    expect(await readdir(directory)).toEqual(['thesis.tex']);
    for (const path of ['thesis.tex', 'thesis.tex/data']) {
      await expect(openFileStore(join(directory, path))).rejects.toMatchObject({
        code: 'invalid-setting',
        message: expect.stringContaining('not a directory'),
      });
    }
  });

  test('is refused with the reason when the file system has no hard links', async () => {
    const files = openFailingFileSystem(localFileSystem, (call) =>
      call.name === 'link' ? errno('EPERM', call.path) : undefined,
    );
    await expect(openFileStore(directory, files)).rejects.toMatchObject({
      code: 'invalid-setting',
      message: expect.stringContaining('hard links'),
    });
  });

  test('loses the temporary files of the dead, and keeps those that may be of the living', async () => {
    await openFileStore(directory);
    const [dead, living] = ['dead', 'living'].map((name) => join(directory, 'temporary', name));
    const half = join(directory, '.format-dead');
    for (const path of [dead, living, half]) await writeFile(path ?? '', 'x');
    const hoursAgo = new Date(Date.now() - 2 * 60 * 60 * 1000);
    for (const path of [dead, half]) await utimes(path ?? '', hoursAgo, hoursAgo);
    await openFileStore(directory);
    expect(await readdir(join(directory, 'temporary'))).toEqual(['living']);
    expect(await readdir(directory)).not.toContain('.format-dead');
  });

  test('keeps few of the earlier generations of a pointer', async () => {
    const store = await openFileStore(directory);
    for (let index = 0; index < 30; index++) {
      const version = (await store.readPointer(key))?.version;
      await store.swapPointer(key, version, Buffer.from(`${index}`));
    }
    expect(await readdir(join(directory, 'pointers', 'a', 'b'))).toHaveLength(8);
  });

  test('tells what it cannot have written', async () => {
    const store = await openFileStore(directory);
    await mkdir(join(directory, 'objects', 'a', 'b'), { recursive: true });
    const corrupt = { code: 'store-corrupt' };
    await expect(store.read(key)).rejects.toMatchObject(corrupt);
    await expect(store.open(key)).rejects.toMatchObject(corrupt);
    await expect(store.size(key)).rejects.toMatchObject(corrupt);
    await expect(store.put(key, Buffer.from('x'), SYNCED)).rejects.toMatchObject(corrupt);
    await mkdir(join(directory, 'pointers', 'a', 'b'), { recursive: true });
    await writeFile(join(directory, 'pointers', 'a', 'b', '@1'), '');
    await expect(store.readPointer(key)).rejects.toMatchObject(corrupt);
    await rm(join(directory, 'pointers', 'a', 'b', '@1'));
    await symlink('nowhere', join(directory, 'pointers', 'a', 'b', '@1'));
    await expect(store.readPointer(key)).rejects.toMatchObject(corrupt);
  });

  test('never gives the rest of a file that became shorter as if it were whole', async () => {
    const store = await openFileStore(directory);
    await store.put(key, Buffer.alloc(3_000_000, 1), SYNCED);
    await using opened = await store.open(key);
    await writeFile(join(directory, 'objects', 'a', 'b'), 'short');
    await expect(Array.fromAsync(opened?.body ?? [])).rejects.toMatchObject({
      code: 'store-corrupt',
    });
  });

  test('links a file of the same file system, and copies what it may not link', async () => {
    const source = join(base, `source-${count}`);
    await writeFile(source, 'artifact');
    const linking = await openFileStore(directory);
    await linking.putFile(key, source);
    expect((await stat(join(directory, 'objects', 'a', 'b'))).ino).toBe((await stat(source)).ino);
    for (const [index, code] of ['EXDEV', 'EPERM', 'EMLINK'].entries()) {
      let links = 0;
      const files = openFailingFileSystem(localFileSystem, (call) => {
        const isFirst = call.name === 'link' && links++ === 0;
        return isFirst ? errno(code, call.path) : undefined;
      });
      const copying = await openFileStore(directory, files);
      const other = objectKey('a', `other-${index}`);
      expect(await copying.putFile(other, source)).toBe('created');
      expect(await copying.read(other)).toEqual(Buffer.from('artifact'));
      const copied = await stat(join(directory, 'objects', 'a', `other-${index}`));
      expect(copied.ino).not.toBe((await stat(source)).ino);
    }
  });

  test('does not take a link for a file', async () => {
    const store = await openFileStore(directory);
    await symlink('/dev/zero', join(base, `link-${count}`));
    await expect(store.putFile(key, join(base, `link-${count}`))).rejects.toMatchObject({
      code: 'wrong-use',
    });
    expect(await store.size(key)).toBeUndefined();
  });

  test.each([
    ['ENOSPC', 'store-full'],
    ['EDQUOT', 'store-full'],
    ['EIO', 'store-unavailable'],
    ['EACCES', 'store-unavailable'],
    ['EROFS', 'store-unavailable'],
    ['EMFILE', 'store-unavailable'],
  ])('answers %s with %s, naming the key, and leaves nothing', async (errnoCode, code) => {
    let broken = false;
    const files = openFailingFileSystem(localFileSystem, (call) =>
      broken && ['file.write', 'readFile'].includes(call.name)
        ? errno(errnoCode, call.path)
        : undefined,
    );
    const store = await openFileStore(directory, files);
    await store.swapPointer(objectKey('p'), undefined, Buffer.from('x'));
    broken = true;
    const expected = { code, message: expect.stringContaining('a/b') };
    await expect(store.put(key, Buffer.from('x'), SYNCED)).rejects.toMatchObject(expected);
    await expect(store.swapPointer(key, undefined, Buffer.from('x'))).rejects.toMatchObject(
      expected,
    );
    await expect(store.read(key)).rejects.toMatchObject(expected);
    await expect(store.readPointer(objectKey('p'))).rejects.toMatchObject({ code });
    broken = false;
    expect(await store.read(key)).toBeUndefined();
    expect(await store.readPointer(key)).toBeUndefined();
    expect(await readdir(join(directory, 'temporary'))).toEqual([]);
  });
});
