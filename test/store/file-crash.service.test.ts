import { describe, expect, test } from 'vitest';

import { isGatehouseError } from '../../src/model/errors.ts';
import type { FileSystem } from '../../src/store/file-system.ts';
import { openFileStore } from '../../src/store/file.ts';
import { objectKey, type ObjectKey, type ObjectStore } from '../../src/store/object-store.ts';
import {
  type CrashingFileSystem,
  errno,
  openCrashingFileSystem,
  type Survival,
} from '../fakes/crashing-file-system.ts';
import { type Call, openFailingFileSystem } from '../fakes/failing-file-system.ts';

const SYNCED = { durability: 'synced' } as const;
const LAZY = { durability: 'lazy' } as const;

/** What a workload was promised, and after how many changes of the file system. */
interface History {
  /** Every content that a key may have. */
  readonly attempted: Map<ObjectKey, Set<string>>;
  readonly promised: Promised[];
}

interface Promised {
  readonly steps: number;
  readonly key: ObjectKey;
  /** Of an object: its content. Of a pointer: the number it was at; later it may be at a higher one. */
  readonly content: string | number;
}

const head = objectKey('head');
const project = objectKey('records', 'pypi', 'numpy');
const artifact = objectKey('blobs', 'sha256', 'ab', 'cd', 'abcd1');
const sibling = objectKey('blobs', 'sha256', 'ab', 'cd', 'abcd2');
const cousin = objectKey('blobs', 'sha256', 'ab', '00', 'ab00');
const shared = objectKey('blobs', 'sha256', 'ff', '00', 'ff00');
const computed = objectKey('provisional', 'pypi', 'x');

/** Two stores, as in two processes, on one file system; `quarantine` is outside of them. */
async function runWorkload(
  disk: CrashingFileSystem,
  files: FileSystem,
  options: { readonly goOn: boolean },
): Promise<History> {
  const history: History = { attempted: new Map(), promised: [] };

  async function step(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isGatehouseError(error) || !options.goOn) throw error;
      expect(error.code).toMatch(/^store-(?:unavailable|full)$/);
    }
  }

  async function open(): Promise<ObjectStore | undefined> {
    let store: ObjectStore | undefined;
    await step(async () => {
      store = await openFileStore('/mnt/gatehouse/data', files);
    });
    return store;
  }

  function promise(key: ObjectKey, content: string | number): void {
    history.promised.push({ steps: disk.steps(), key, content });
  }

  function attempt(key: ObjectKey, content: string): void {
    history.attempted.set(key, (history.attempted.get(key) ?? new Set()).add(content));
  }

  async function put(store: ObjectStore, key: ObjectKey, content: string): Promise<void> {
    await step(async () => {
      attempt(key, content);
      const outcome = await store.put(key, Buffer.from(content), SYNCED);
      // Of two that raced the first is there; which it was, the one who is told `created` knows.
      const there = outcome === 'created' ? content : await text(store, key);
      promise(key, there);
    });
  }

  async function putLazily(store: ObjectStore, key: ObjectKey, content: string): Promise<void> {
    await step(async () => {
      attempt(key, content);
      await store.put(key, Buffer.from(content), LAZY);
    });
  }

  async function advance(store: ObjectStore, key: ObjectKey): Promise<void> {
    await step(async () => {
      const before = await store.readPointer(key);
      const at = before === undefined ? 0 : Number(Buffer.from(before.content).toString());
      // What was read must stay, too: somebody may act on it.
      if (at > 0) promise(key, at);
      const outcome = await store.swapPointer(key, before?.version, Buffer.from(`${at + 1}`));
      if (outcome.kind === 'swapped') promise(key, at + 1);
    });
  }

  const left = await open();
  if (left === undefined) return history;
  await put(left, artifact, 'an artifact');
  const right = await open();
  if (right === undefined) return history;
  await putLazily(right, shared, 'first put lazily');
  await put(left, shared, 'then put synced');
  await Promise.all([
    put(left, sibling, 'a sibling'),
    put(right, sibling, 'another sibling'),
    putLazily(right, computed, 'computed'),
    advance(left, project),
    advance(right, project),
  ]);
  await step(async () => {
    attempt(cousin, 'from quarantine');
    await right.putFile(cousin, '/quarantine/file');
    promise(cousin, 'from quarantine');
  });
  for (let round = 0; round < 10; round++) {
    await advance(round % 3 === 0 ? right : left, head);
    await Promise.all([advance(left, project), advance(right, project)]);
  }
  await step(() => left.remove(computed));
  await putLazily(left, computed, 'computed again');
  return history;
}

async function openDisk(): Promise<CrashingFileSystem> {
  const disk = openCrashingFileSystem();
  const { files } = disk;
  await files.makeDirectory('/quarantine');
  const file = await files.open('/quarantine/file', 'create');
  await file.write(Buffer.from('from quarantine'));
  await file.close();
  return disk;
}

/** After a crash: opens the store and compares it with what the workload was promised by then. */
async function expectKept(files: FileSystem, history: History, steps: number): Promise<void> {
  const store = await openFileStore('/mnt/gatehouse/data', files);
  for (const [key, contents] of history.attempted) {
    const content = await store.read(key);
    if (content === undefined) continue;
    if (!contents.has(Buffer.from(content).toString())) {
      throw new Error(`torn: ${key}: ${Buffer.from(content).toString()}`);
    }
  }
  for (const promised of history.promised) {
    if (promised.steps > steps) break;
    await expectPromiseKept(store, promised);
  }
  await expectUsable(store);
}

async function expectPromiseKept(store: ObjectStore, promised: Promised): Promise<void> {
  const { key, content } = promised;
  if (typeof content === 'string') {
    const found = await text(store, key);
    if (found !== content) throw new Error(`lost: ${key}: expected ${content}, found ${found}`);
    return;
  }
  const pointer = await store.readPointer(key);
  const at = Number(Buffer.from(pointer?.content ?? '').toString());
  if (at < content) throw new Error(`went back: ${key}: expected ${content} or more, at ${at}`);
}

async function expectUsable(store: ObjectStore): Promise<void> {
  for (const key of [head, project]) {
    const pointer = await store.readPointer(key);
    const outcome = await store.swapPointer(key, pointer?.version, Buffer.from('1000'));
    if (outcome.kind !== 'swapped') throw new Error(`stuck: ${key}`);
  }
  for (const key of [artifact, shared, objectKey('blobs', 'sha256', 'ab', 'new')]) {
    await store.put(key, Buffer.from('an artifact'), SYNCED);
  }
}

async function text(store: ObjectStore, key: ObjectKey): Promise<string> {
  const content = await store.read(key);
  return content === undefined ? 'nothing' : Buffer.from(content).toString();
}

function seeded(seed: number): (step: number) => boolean {
  return (step) => Math.imul(step + 1, 0x9e3779b1 ^ Math.imul(seed + 1, 0x85ebca6b)) >>> 31 === 1;
}

function half(synced: Uint8Array, written: Uint8Array): Uint8Array {
  const left = synced.length + Math.ceil((written.length - synced.length) / 2);
  return written.subarray(0, left);
}

function onlySynced(synced: Uint8Array): Uint8Array {
  return synced;
}

function allWritten(_synced: Uint8Array, written: Uint8Array): Uint8Array {
  return written;
}

describe('a file store after a crash of the machine, at any of its writes', () => {
  test.each<[string, Survival]>([
    ['nothing unsynced is left', { names: () => false, content: onlySynced }],
    ['names are left, of empty files', { names: () => true, content: onlySynced }],
    ['names are left, of half written files', { names: () => true, content: half }],
    ['content is left, without names', { names: () => false, content: allWritten }],
    ['everything is left', { names: () => true, content: allWritten }],
    ...[1, 2, 3, 4].map((seed): [string, Survival] => [
      `some names are left, of empty files (${seed})`,
      { names: seeded(seed), content: onlySynced },
    ]),
  ])('has what it promised and nothing torn, when %s', async (_name, survival) => {
    const disk = await openDisk();
    const history = await runWorkload(disk, disk.files, { goOn: false });
    expect(history.promised.length).toBeGreaterThan(40);
    for (let steps = 0; steps <= disk.steps(); steps++) {
      const crashed = disk.crash(steps, survival);
      await expectKept(crashed.files, history, steps).catch((error: unknown) => {
        throw new Error(`after ${steps} of ${disk.steps()} changes`, { cause: error });
      });
    }
  });
});

describe('a file store whose process dies', () => {
  test('between any two calls has what it promised and nothing torn', async () => {
    await forEachCall(async (isCall) => {
      const disk = await openDisk();
      let died = false;
      const files = openFailingFileSystem(disk.files, (call) => {
        died ||= isCall(call);
        return died ? errno('EIO', call.path) : undefined;
      });
      const first = await runWorkload(disk, files, { goOn: true });
      await expect(expectKept(disk.files, first, disk.steps())).resolves.toBeUndefined();
      return died;
    });
  });
});

describe('a file store whose process dies, and then the machine', () => {
  test('has what it promised to the next process, which may not take the first one’s names as synced', async () => {
    await forEachCall(async (isCall) => {
      const disk = await openDisk();
      let died = false;
      const files = openFailingFileSystem(disk.files, (call) => {
        died ||= isCall(call);
        return died ? errno('EIO', call.path) : undefined;
      });
      const first = await runWorkload(disk, files, { goOn: true });
      const second = await runWorkload(disk, disk.files, { goOn: false });
      const history = {
        attempted: new Map([...first.attempted, ...second.attempted]),
        promised: [...first.promised, ...second.promised],
      };
      const crashed = disk.crash(disk.steps(), { names: () => false, content: onlySynced });
      await expect(expectKept(crashed.files, history, disk.steps())).resolves.toBeUndefined();
      return died;
    });
  });
});

describe('a file store whose pointer another process is moving', () => {
  const nothing: Survival = { names: () => false, content: onlySynced };

  test('gives out nothing that a crash could take back', async () => {
    const disk = openCrashingFileSystem();
    let moving = false;
    const files = openFailingFileSystem(disk.files, (call) => {
      const fails = moving && call.name === 'file.sync' && call.path.endsWith('/pointers/head');
      return fails ? errno('EIO', call.path) : undefined;
    });
    const mover = await openFileStore('/data', files);
    const reader = await openFileStore('/data', disk.files);
    await mover.swapPointer(head, undefined, Buffer.from('before'));
    moving = true;
    const version = (await mover.readPointer(head))?.version;
    await expect(mover.swapPointer(head, version, Buffer.from('after'))).rejects.toMatchObject({
      code: 'store-unavailable',
    });
    const read = await reader.readPointer(head);
    expect(read?.content).toEqual(new Uint8Array(Buffer.from('after')));
    const crashed = await openFileStore('/data', disk.crash(disk.steps(), nothing).files);
    expect((await crashed.readPointer(head))?.content).toEqual(read?.content);
  });

  test.each([
    [1, { kind: 'conflict' }],
    [8, { kind: 'conflict' }],
    [9, 'store-unavailable'],
    [30, 'store-unavailable'],
  ])('never takes a swap for done that %i others overtook', async (others, expected) => {
    const disk = openCrashingFileSystem();
    const fast = await openFileStore('/data', disk.files);
    async function overtake(): Promise<void> {
      for (let index = 0; index < others; index++) {
        const version = (await fast.readPointer(head))?.version;
        await fast.swapPointer(head, version, Buffer.from(`fast ${index}`));
      }
    }
    const slow = await openFileStore('/data', {
      ...disk.files,
      link: async (existing, path) => {
        await overtake();
        await disk.files.link(existing, path);
      },
    });
    const first = await fast.swapPointer(head, undefined, Buffer.from('start'));
    const version = first.kind === 'swapped' ? first.version : undefined;
    const outcome = await slow
      .swapPointer(head, version, Buffer.from('slow'))
      .catch((error: unknown) => (isGatehouseError(error) ? error.code : error));
    expect(outcome).toEqual(expected);
    const pointer = await fast.readPointer(head);
    expect(Buffer.from(pointer?.content ?? '').toString()).toBe(`fast ${others - 1}`);
  });
});

describe('a file store of which one call fails', () => {
  test.each(['EIO', 'ENOSPC'])(
    'with %s, whichever it is, says so, goes on and has what it promised',
    async (code) => {
      await forEachCall(async (isCall) => {
        const disk = await openDisk();
        let failed: Call | undefined;
        const files = openFailingFileSystem(disk.files, (call) => {
          if (!isCall(call)) return undefined;
          failed = call;
          return errno(code, call.path);
        });
        const history = await runWorkload(disk, files, { goOn: true });
        await expectKept(disk.files, history, disk.steps());
        const allowed = failed?.name === 'unlink' ? 1 : 0;
        expect((await temporaries(disk.files)).length).toBeLessThanOrEqual(allowed);
        return failed !== undefined;
      });
    },
  );
});

async function temporaries(files: FileSystem): Promise<readonly unknown[]> {
  try {
    return await files.list('/mnt/gatehouse/data/temporary');
  } catch {
    return [];
  }
}

/** Does the work for the first call, the second and so on, until there was no such call. */
async function forEachCall(
  work: (isCall: (call: Call) => boolean) => Promise<boolean>,
): Promise<void> {
  let index = 0;
  while (await work((call) => call.index === index)) index++;
  expect(index).toBeGreaterThan(300);
}
