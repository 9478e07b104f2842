import { readFile } from 'node:fs/promises';

import {
  type ByteRange,
  clipRange,
  type ObjectKey,
  type ObjectStore,
  type OpenObject,
  type Pointer,
  pointerVersion,
  type PointerVersion,
  refuseEmptyPointer,
  type SwapOutcome,
} from './object-store.ts';

/** An ObjectStore that lives as long as the process; for tests and trials (`GATEHOUSE_STORE=memory:`). */
export function openMemoryStore(): ObjectStore {
  const objects = new Map<ObjectKey, Uint8Array>();
  const pointers = new Map<ObjectKey, { content: Uint8Array; generation: number }>();

  function put(key: ObjectKey, content: Uint8Array): 'created' | 'exists' {
    if (objects.has(key)) return 'exists';
    objects.set(key, Uint8Array.from(content));
    return 'created';
  }

  function open(key: ObjectKey, range: ByteRange | undefined): OpenObject | undefined {
    const content = objects.get(key);
    if (content === undefined) return undefined;
    const { start, end } = clipRange(range, content.length);
    const body = pieces(content.subarray(start, end));
    return { sizeBytes: content.length, body, async [Symbol.asyncDispose]() {} };
  }

  function readPointer(key: ObjectKey): Pointer | undefined {
    const pointer = pointers.get(key);
    return (
      pointer && { content: pointer.content, version: pointerVersion(`${pointer.generation}`) }
    );
  }

  function swapPointer(
    key: ObjectKey,
    expected: PointerVersion | undefined,
    content: Uint8Array,
  ): SwapOutcome {
    refuseEmptyPointer(key, content);
    const current = pointers.get(key);
    const actual = current === undefined ? undefined : pointerVersion(`${current.generation}`);
    if (actual !== expected) return { kind: 'conflict' };
    const generation = (current?.generation ?? 0) + 1;
    pointers.set(key, { content: Uint8Array.from(content), generation });
    return { kind: 'swapped', version: pointerVersion(`${generation}`) };
  }

  return {
    put: async (key, content) => put(key, content),
    putFile: async (key, path) => put(key, await readFile(path)),
    read: async (key) => objects.get(key),
    open: async (key, range) => open(key, range),
    size: async (key) => objects.get(key)?.length,
    async *list(folder) {
      yield* keysBelow(folder, objects);
    },
    remove: async (key) => {
      objects.delete(key);
    },
    readPointer: async (key) => readPointer(key),
    swapPointer: async (key, expected, content) => swapPointer(key, expected, content),
    async *listPointers(folder) {
      yield* keysBelow(folder, pointers);
    },
    async [Symbol.asyncDispose]() {},
  };
}

function keysBelow(
  folder: ObjectKey,
  entries: ReadonlyMap<ObjectKey, unknown>,
): readonly ObjectKey[] {
  return [...entries.keys()].filter((key) => key.startsWith(`${folder}/`)).toSorted();
}

async function* pieces(content: Uint8Array): AsyncGenerator<Uint8Array> {
  const step = 256 * 1024;
  for (let start = 0; start < content.length; start += step)
    yield content.subarray(start, start + step);
}
