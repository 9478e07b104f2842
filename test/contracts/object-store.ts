import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import {
  type ByteRange,
  objectKey,
  type ObjectKey,
  type ObjectStore,
  type PointerVersion,
} from '../../src/store/object-store.ts';

const SYNCED = { durability: 'synced' } as const;
const LAZY = { durability: 'lazy' } as const;

/** What every ObjectStore does. `open` gives one that is empty. */
export function describeObjectStore(name: string, open: () => Promise<ObjectStore>): void {
  describe(`${name} as an object store`, () => {
    let store: ObjectStore;
    let scratch: string;

    beforeEach(async () => {
      store = await open();
      scratch = await mkdtemp(join(tmpdir(), 'gatehouse-contract-'));
    });
    afterEach(async () => {
      await store[Symbol.asyncDispose]();
      await rm(scratch, { recursive: true });
    });

    const key = objectKey('blobs', 'one');

    test.each([
      ['nothing', 0],
      ['one byte', 1],
      ['a few pieces', 2_500_000],
    ])('gives back %s as put', async (_name, sizeBytes) => {
      const content = bytesOf(sizeBytes);
      expect(await store.put(key, content, SYNCED)).toBe('created');
      expect(same(await store.read(key), content)).toBe(true);
      expect(await store.size(key)).toBe(sizeBytes);
      expect(same(await streamed(store, key), content)).toBe(true);
    });

    test('knows an absent object by undefined, and its removal is fine', async () => {
      expect(await store.read(key)).toBeUndefined();
      expect(await store.open(key)).toBeUndefined();
      expect(await store.size(key)).toBeUndefined();
      expect(await store.readPointer(key)).toBeUndefined();
      await store.remove(key);
    });

    test.each([
      [SYNCED, SYNCED],
      [SYNCED, LAZY],
      [LAZY, SYNCED],
      [LAZY, LAZY],
    ])('keeps the first content, put %o and then %o', async (first, second) => {
      expect(await store.put(key, text('first'), first)).toBe('created');
      expect(await store.put(key, text('second'), second)).toBe('exists');
      expect(await read(store, key)).toBe('first');
    });

    test('does not change an object with the bytes it was made of', async () => {
      const content = text('before');
      await store.put(key, content, SYNCED);
      content.fill(0);
      expect(await read(store, key)).toBe('before');
      const pointed = text('before');
      await store.swapPointer(key, undefined, pointed);
      pointed.fill(0);
      expect(await readPointer(store, key)).toBe('before');
    });

    test('makes one object of 20 concurrent puts, and tells one of them', async () => {
      const outcomes = await Promise.all(
        range(20).map((index) => store.put(key, text(`writer ${index}`), SYNCED)),
      );
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
      expect(await read(store, key)).toBe(`writer ${outcomes.indexOf('created')}`);
    });

    test('can put again what was removed', async () => {
      await store.put(key, text('damaged'), SYNCED);
      await store.remove(key);
      expect(await store.read(key)).toBeUndefined();
      expect(await store.put(key, text('whole'), SYNCED)).toBe('created');
      expect(await read(store, key)).toBe('whole');
    });

    test('takes a local file, which stays the caller’s to remove', async () => {
      const path = join(scratch, 'artifact');
      await writeFile(path, bytesOf(1_500_000));
      expect(await store.putFile(key, path)).toBe('created');
      expect(await store.putFile(key, path)).toBe('exists');
      expect(same(await readFile(path), bytesOf(1_500_000))).toBe(true);
      await rm(path);
      expect(same(await store.read(key), bytesOf(1_500_000))).toBe(true);
    });

    test.each<[string, ByteRange]>([
      ['the first byte', { start: 0, end: 1 }],
      ['the middle', { start: 3, end: 7 }],
      ['a part across pieces', { start: 1_000_000, end: 2_400_000 }],
      ['the end', { start: 2_499_999, end: 2_500_000 }],
      ['all', { start: 0, end: 2_500_000 }],
      ['nothing', { start: 5, end: 5 }],
      ['more than there is', { start: 2_499_990, end: 9_000_000 }],
      ['what is behind the end', { start: 2_500_000, end: 2_600_000 }],
      ['what is before the start', { start: -10, end: 4 }],
      ['a range the wrong way round', { start: 7, end: 3 }],
    ])('streams %s', async (_name, part) => {
      const content = bytesOf(2_500_000);
      await store.put(key, content, SYNCED);
      const expected = content.subarray(Math.max(0, part.start), Math.max(part.start, part.end));
      expect(same(await streamed(store, key, part), expected)).toBe(true);
      await using opened = await store.open(key, part);
      expect(opened?.sizeBytes).toBe(2_500_000);
    });

    test('gives pieces that later pieces do not overwrite', async () => {
      const content = bytesOf(2_500_000);
      await store.put(key, content, SYNCED);
      await using opened = await store.open(key);
      const pieces = await Array.fromAsync(opened?.body ?? []);
      expect(same(Buffer.concat(pieces), content)).toBe(true);
    });

    test('ends a stream early when it is disposed of, twice too', async () => {
      await store.put(key, bytesOf(2_500_000), SYNCED);
      const opened = await store.open(key);
      for await (const piece of opened?.body ?? []) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
      await opened?.[Symbol.asyncDispose]();
      await opened?.[Symbol.asyncDispose]();
    });

    test('streams an object to its end although it is removed meanwhile', async () => {
      const content = bytesOf(2_500_000);
      await store.put(key, content, SYNCED);
      await using opened = await store.open(key);
      await store.remove(key);
      expect(same(Buffer.concat(await Array.fromAsync(opened?.body ?? [])), content)).toBe(true);
    });

    test('lists the objects under a folder in code-unit order, and no pointers', async () => {
      const listed = ['b/a-c', 'b/a.c', 'b/a/c', 'b/a/d/e', 'b/a0', 'b/aB', 'b/z'];
      for (const listedKey of [...listed.toReversed(), 'bb', 'a/x']) {
        await store.put(objectKey(...listedKey.split('/')), text('x'), LAZY);
      }
      await store.swapPointer(objectKey('b', 'pointer'), undefined, text('x'));
      expect(await Array.fromAsync(store.list(objectKey('b')))).toEqual(listed);
      expect(await Array.fromAsync(store.list(objectKey('b', 'a')))).toEqual(['b/a/c', 'b/a/d/e']);
      expect(await Array.fromAsync(store.list(objectKey('c')))).toEqual([]);
    });

    test('lists the pointers under a folder in code-unit order, nested ones too, and no objects', async () => {
      const listed = ['b/a', 'b/a-c', 'b/a.c', 'b/a/1', 'b/a/c', 'b/a0'];
      for (const listedKey of [...listed.toReversed(), 'bb', 'b']) {
        await store.swapPointer(objectKey(...listedKey.split('/')), undefined, text(listedKey));
      }
      await store.put(objectKey('b', 'object'), text('x'), LAZY);
      expect(await Array.fromAsync(store.listPointers(objectKey('b')))).toEqual(listed);
      expect(await Array.fromAsync(store.listPointers(objectKey('c')))).toEqual([]);
      expect(await readPointer(store, objectKey('b', 'a'))).toBe('b/a');
      expect(await readPointer(store, objectKey('b', 'a', '1'))).toBe('b/a/1');
    });

    test('keeps keys apart that differ in case or by a dot, up to the longest', async () => {
      const long = 'x'.repeat(255);
      const keys = [
        ['k', 'A'],
        ['k', 'a'],
        ['k', '.a'],
        ['k', 'a.'],
        ['k', '...'],
        ['k', '~!+=-_'],
        ['k', long],
        [long, long, long, 'y'.repeat(130)],
        range(8).map(() => 'deep'),
      ].map((segments) => objectKey(...segments));
      for (const each of keys) expect(await store.put(each, text(each), SYNCED)).toBe('created');
      for (const each of keys) expect(await read(store, each)).toBe(each);
      for (const each of keys) await store.swapPointer(each, undefined, text(each));
      for (const each of keys) expect(await readPointer(store, each)).toBe(each);
    });

    test('moves a pointer only from where it is', async () => {
      const first = await moved(store, undefined, 'first');
      expect(await store.swapPointer(key, undefined, text('x'))).toEqual({ kind: 'conflict' });
      const second = await moved(store, first, 'second');
      expect(await store.swapPointer(key, first, text('x'))).toEqual({ kind: 'conflict' });
      expect(await readPointer(store, key)).toBe('second');
      expect((await store.readPointer(key))?.version).toBe(second);
    });

    test('refuses every earlier version, however long ago', async () => {
      const versions: (PointerVersion | undefined)[] = [undefined];
      for (const index of range(30)) versions.push(await moved(store, versions.at(-1), `${index}`));
      for (const stale of versions.slice(0, -1)) {
        expect(await store.swapPointer(key, stale, text('x'))).toEqual({ kind: 'conflict' });
      }
      expect(await readPointer(store, key)).toBe('29');
    });

    test('does not move a pointer that does not exist from a version', async () => {
      const version = await moved(store, undefined, 'x');
      expect(await store.swapPointer(objectKey('other'), version, text('x'))).toEqual({
        kind: 'conflict',
      });
      expect(await store.readPointer(objectKey('other'))).toBeUndefined();
    });

    test('refuses to point at nothing', async () => {
      await expect(store.swapPointer(key, undefined, text(''))).rejects.toMatchObject({
        code: 'wrong-use',
      });
    });

    test('lets one of 20 concurrent swaps win, each time', async () => {
      let version: PointerVersion | undefined;
      for (const round of range(5)) {
        const outcomes = await Promise.all(
          range(20).map((index) => store.swapPointer(key, version, text(`${round} ${index}`))),
        );
        const winner = outcomes.findIndex((outcome) => outcome.kind === 'swapped');
        expect(outcomes.filter((outcome) => outcome.kind === 'swapped')).toHaveLength(1);
        expect(await readPointer(store, key)).toBe(`${round} ${winner}`);
        version = (await store.readPointer(key))?.version;
      }
    });

    async function moved(
      from: ObjectStore,
      expected: PointerVersion | undefined,
      content: string,
    ): Promise<PointerVersion> {
      const outcome = await from.swapPointer(key, expected, text(content));
      if (outcome.kind === 'conflict') throw new Error('conflict');
      return outcome.version;
    }
  });
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_value, index) => index);
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

/** No two megabytes of it are the same. */
const pattern = new Uint8Array(2_500_000);
for (let index = 0; index < pattern.length; index++) {
  pattern[index] = (index * 31 + (index >> 8)) % 251;
}

function bytesOf(sizeBytes: number): Uint8Array {
  return pattern.slice(0, sizeBytes);
}

function same(left: Uint8Array | undefined, right: Uint8Array): boolean {
  return left !== undefined && Buffer.compare(left, right) === 0;
}

async function read(store: ObjectStore, key: ObjectKey): Promise<string> {
  return new TextDecoder().decode(await store.read(key));
}

async function readPointer(store: ObjectStore, key: ObjectKey): Promise<string> {
  return new TextDecoder().decode((await store.readPointer(key))?.content);
}

async function streamed(store: ObjectStore, key: ObjectKey, part?: ByteRange): Promise<Uint8Array> {
  await using opened = await store.open(key, part);
  return Buffer.concat(await Array.fromAsync(opened?.body ?? []));
}
