import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, describe, expect, test } from 'vitest';

import { openFileStore } from '../../src/store/file.ts';
import { objectKey } from '../../src/store/object-store.ts';

const SYNCED = { durability: 'synced' } as const;
const run = promisify(execFile);
const base = await mkdtemp(join(tmpdir(), 'gatehouse-file-store-'));
afterAll(async () => rm(base, { recursive: true }));

describe('a file store that several processes share', () => {
  test('loses and doubles nothing of what 20 writers in two processes write', async () => {
    const directory = join(base, 'race');
    const script = join(import.meta.dirname, 'racing-writer.ts');
    const answers = await Promise.all(
      ['a', 'b'].map(async (name) => run(process.execPath, [script, directory, name, '10', '20'])),
    );
    const store = await openFileStore(directory);

    const pointer = await store.readPointer(objectKey('race'));
    const lines = Buffer.from(pointer?.content ?? '')
      .toString()
      .split('\n');
    expect(lines).toHaveLength(400);
    expect(new Set(lines).size).toBe(400);
    for (const [index, line] of lines.entries()) {
      const [writer, move] = line.split('-');
      const earlier = lines.slice(0, index).filter((each) => each.startsWith(`${writer}-`));
      expect(earlier).toHaveLength(Number(move));
    }

    const created = answers.flatMap(({ stdout }) => JSON.parse(stdout).created as string[]);
    expect(created).toHaveLength(20);
    for (const each of created) {
      const [key = '', writer = ''] = each.split(' ');
      const content = await store.read(objectKey(...key.split('/')));
      expect(Buffer.from(content ?? '').toString()).toBe(writer.repeat(50_000));
    }
    expect(await readdir(join(directory, 'temporary'))).toEqual([]);
  });
});

describe('a file store on a full file system', () => {
  test('says so, leaves nothing behind, and goes on when there is room', async (context) => {
    const directory = join(base, 'small');
    await using mounted = await mountSmall(directory);
    if (mounted === undefined) {
      console.log('skipped: only root can mount a small file system');
      context.skip();
      return;
    }
    const store = await openFileStore(join(directory, 'data'));
    const piece = Buffer.alloc(100_000, 1);
    const kept = [];
    let failure: unknown;
    while (failure === undefined && kept.length < 20) {
      const key = objectKey('blobs', `${kept.length}`);
      failure = await store.put(key, piece, SYNCED).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure === undefined) kept.push(key);
    }
    expect(failure).toMatchObject({ code: 'store-full' });
    expect(kept.length).toBeGreaterThan(3);
    for (const key of kept) expect(await store.size(key)).toBe(100_000);
    expect(await store.size(objectKey('blobs', `${kept.length}`))).toBeUndefined();
    await expect(store.swapPointer(objectKey('head'), undefined, piece)).rejects.toMatchObject({
      code: 'store-full',
    });
    expect(await store.readPointer(objectKey('head'))).toBeUndefined();
    expect(await readdir(join(directory, 'data', 'temporary'))).toEqual([]);

    await store.remove(kept[0] ?? objectKey('none'));
    expect(await store.put(objectKey('blobs', 'later'), piece, SYNCED)).toBe('created');
  });
});

/** A file system of 600 KB at the directory; undefined where that is not allowed. */
async function mountSmall(directory: string): Promise<AsyncDisposable | undefined> {
  await mkdir(directory);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=600k', 'tmpfs', directory]);
  } catch {
    return undefined;
  }
  return { [Symbol.asyncDispose]: async () => void (await run('umount', [directory])) };
}
