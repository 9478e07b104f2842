import { join } from 'node:path';

import { GatehouseError } from '../model/errors.ts';
import { MINUTE_MS } from '../model/time.ts';
import type { FileLayout } from './file-layout.ts';
import { guarded, isErrno } from './file-system.ts';
import {
  isObjectKey,
  type ObjectStore,
  type Pointer,
  pointerVersion,
  type PointerVersion,
  refuseEmptyPointer,
  type SwapOutcome,
} from './object-store.ts';

/** The half of an ObjectStore that is about pointers. */
export type Pointers = Pick<ObjectStore, 'readPointer' | 'swapPointer' | 'listPointers'>;

/** How many generations of a pointer stay. Also how far others may move it during one swap; see `swap`. */
const KEEP = 8;

/** After so long whoever moved a pointer has synced its name, or died and the kernel has. */
const SETTLED_MS = 10 * MINUTE_MS;

/**
 * Pointers as directories of numbered generations, `@1`, `@2` …, of which the highest counts. `link()` makes a
 * generation, whole and only if nobody else has; `@` is in no key, so a pointer's directory may hold other pointers.
 */
export function openFilePointers(layout: FileLayout): Pointers {
  const { files, directories } = layout;
  const syncedGenerations = new Map<string, number>();

  async function generations(directory: string): Promise<readonly number[]> {
    try {
      const entries = await files.list(directory);
      return entries.flatMap((entry) => parseGeneration(entry.name) ?? []);
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return [];
      throw error;
    }
  }

  async function read(directory: string): Promise<Pointer | undefined> {
    for (let missed = 0; ;) {
      const generation = Math.max(0, ...(await generations(directory)));
      if (generation === 0) return undefined;
      const content = await contentOf(directory, generation);
      if (content !== undefined) return { content, version: pointerVersion(`${generation}`) };
      // Others moved it on and removed this generation since the listing; only something foreign is missing twice.
      if (generation === missed) throw corrupt(directory, generation, 'cannot be opened');
      missed = generation;
    }
  }

  async function contentOf(directory: string, generation: number): Promise<Uint8Array | undefined> {
    const path = join(directory, `@${generation}`);
    try {
      const content = await files.readFile(path);
      if (content.length === 0) throw corrupt(directory, generation, 'is empty');
      await settle(directory, generation);
      return content;
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /** What was read must not be undone by a crash: its mover may not have synced the name yet. */
  async function settle(directory: string, generation: number): Promise<void> {
    if ((syncedGenerations.get(directory) ?? 0) >= generation) return;
    const { changed } = await files.status(join(directory, `@${generation}`));
    if (changed > Date.now() - SETTLED_MS) await directories.sync(directory);
    syncedGenerations.set(directory, generation);
  }

  /**
   * A swap that was delayed between its look and its link could make anew a generation that was removed meanwhile.
   * But a generation is removed only when there is one KEEP above it, and the highest never goes away: if none is
   * so high after the link, the link was the first. If one is, nobody can tell, and the outcome is unknown.
   */
  async function swap(
    directory: string,
    expected: PointerVersion | undefined,
    content: Uint8Array,
  ): Promise<SwapOutcome> {
    const current = Math.max(0, ...(await generations(directory)));
    if (expected !== (current === 0 ? undefined : pointerVersion(`${current}`))) {
      return { kind: 'conflict' };
    }
    const next = current + 1;
    const path = join(directory, `@${next}`);
    const made = await layout.withTemporary([content], (temporary) => layout.name(temporary, path));
    if (made === 'exists') return { kind: 'conflict' };
    const all = await generations(directory);
    const highest = Math.max(next, ...all);
    if (highest >= next + KEEP) throw overtaken(directory, next);
    await directories.sync(directory);
    syncedGenerations.set(directory, next);
    await prune(
      directory,
      all.filter((generation) => generation <= next - KEEP),
    );
    return { kind: 'swapped', version: pointerVersion(`${next}`) };
  }

  /** After the sync, so that no crash leaves fewer than the newest. Another may remove the same ones. */
  async function prune(directory: string, old: readonly number[]): Promise<void> {
    for (const generation of old) {
      try {
        await files.unlink(join(directory, `@${generation}`));
      } catch {
        // The swap has happened and must be reported; the next one removes what is left.
      }
    }
  }

  async function* list(folder: string): AsyncGenerator<string> {
    const entries = await files.list(join(layout.pointers, folder)).catch(absentAsEmpty);
    if (entries.some((entry) => parseGeneration(entry.name) !== undefined)) yield folder;
    for (const entry of entries) {
      if (entry.kind === 'directory') yield* list(`${folder}/${entry.name}`);
    }
  }

  return {
    readPointer: (key) => guarded(`read ${key}`, () => read(join(layout.pointers, key))),
    swapPointer: (key, expected, content) =>
      guarded(`move ${key}`, async () => {
        refuseEmptyPointer(key, content);
        return await swap(join(layout.pointers, key), expected, content);
      }),
    async *listPointers(folder) {
      const keys = await guarded(`list ${folder}`, () => Array.fromAsync(list(folder)));
      yield* keys
        .filter((key) => isObjectKey(key))
        .filter((key) => key !== folder)
        .toSorted();
    },
  };
}

function parseGeneration(name: string): number | undefined {
  return /^@[1-9][0-9]{0,14}$/.test(name) ? Number(name.slice(1)) : undefined;
}

function absentAsEmpty(error: unknown): [] {
  if (isErrno(error, 'ENOENT')) return [];
  throw error;
}

function corrupt(directory: string, generation: number, what: string): GatehouseError {
  return new GatehouseError(
    'store-corrupt',
    `a pointer's newest generation ${what}: ${directory}/@${generation}`,
    { hint: 'Restore the file from a copy of the store.' },
  );
}

function overtaken(directory: string, generation: number): GatehouseError {
  const message = `others moved a pointer on during a swap, whether it counted is unknown: ${directory}/@${generation}`;
  return new GatehouseError('store-unavailable', message, { hint: 'Read the pointer again.' });
}
