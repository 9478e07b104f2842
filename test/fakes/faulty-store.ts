import { GatehouseError } from '../../src/model/errors.ts';
import type { ObjectStore } from '../../src/store/object-store.ts';

/**
 * What happens to one call of a store. `lost`: done, but the answer is an error. `late`: an error, and the call
 * arrives only just before the next swap of the pointer. `crash-…`: the process ends there; no later call does anything.
 */
export type Fault = 'none' | 'fail' | 'lost' | 'late' | 'crash-before' | 'crash-after';

export interface StoreCall {
  /** Counts the calls of this wrapper from 0. */
  readonly index: number;
  readonly operation: 'put' | 'read' | 'list' | 'readPointer' | 'swapPointer';
  /** What it is about: an object, a folder or a pointer. */
  readonly key: string;
}

/** Chooses the fault of each call, and may wait to let others go first. */
export type Faults = (call: StoreCall) => Fault | Promise<Fault>;

/** An error that stands for the end of the process that made the call. */
export class Crash extends Error {}

/** One process's view of a store that others use too; `late` is only for `swapPointer`. */
export function openFaultyStore(inner: ObjectStore, faults: Faults): ObjectStore {
  let calls = 0;
  let dead = false;
  let arriving: (() => Promise<unknown>) | undefined;

  async function call<Result>(
    { operation, key }: Omit<StoreCall, 'index'>,
    perform: () => Promise<Result>,
  ): Promise<Result> {
    const index = calls;
    calls += 1;
    const fault = await faults({ index, operation, key });
    if (operation === 'swapPointer') await arrive();
    if (dead) throw new Crash();
    if (fault === 'late') arriving = perform;
    if (fault === 'late' || fault === 'fail') throw unavailable();
    if (fault === 'crash-before') throw crash();
    const result = await perform();
    if (fault === 'crash-after') throw crash();
    if (fault === 'lost') throw unavailable();
    return result;
  }

  async function arrive(): Promise<void> {
    const late = arriving;
    arriving = undefined;
    await late?.();
  }

  function crash(): Crash {
    dead = true;
    return new Crash();
  }

  return {
    ...inner,
    put: (key, content, options) =>
      call({ operation: 'put', key }, () => inner.put(key, content, options)),
    read: (key) => call({ operation: 'read', key }, () => inner.read(key)),
    async *list(folder) {
      yield* await call({ operation: 'list', key: folder }, () =>
        Array.fromAsync(inner.list(folder)),
      );
    },
    readPointer: (key) => call({ operation: 'readPointer', key }, () => inner.readPointer(key)),
    swapPointer: (key, expected, content) =>
      call({ operation: 'swapPointer', key }, () => inner.swapPointer(key, expected, content)),
  };
}

function unavailable(): GatehouseError {
  return new GatehouseError('store-unavailable', 'the store is away');
}
