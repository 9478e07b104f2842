import { GatehouseError } from '../model/errors.ts';
import { SECOND_MS, type Clock } from '../model/time.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { type AppendOutcome, planBatch, type Propose, type WaitingCall } from './batch.ts';
import type { Random } from './checkpoint.ts';
import { planFlush, writeFlush } from './flush.ts';
import type { HeadPointer, SeenHead } from './head-pointer.ts';
import { extendHead, type Head } from './head.ts';
import { readLog } from './log-reader.ts';

/** What an appender works with. */
export interface AppenderParts {
  readonly store: ObjectStore;
  readonly pointer: HeadPointer;
  readonly actor: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** Appends what is proposed; see `Ledger.append` for the contract. */
export type Append = (propose: Propose) => Promise<AppendOutcome>;

/** One process's way to append: one compare-and-swap at a time, for all calls that came meanwhile. */
export function createAppender(parts: AppenderParts): Append {
  const { store, pointer, actor, clock, random } = parts;
  const waiting: WaitingCall[] = [];
  let busy = false;
  let flushed = 0;

  function append(propose: Propose): Promise<AppendOutcome> {
    const { promise, resolve, reject } = Promise.withResolvers<AppendOutcome>();
    waiting.push({ propose, resolve, reject });
    if (!busy) void work();
    return promise;
  }

  async function work(): Promise<void> {
    busy = true;
    while (waiting.length > 0) {
      const calls = waiting.splice(0, MAX_BATCH_ENTRIES);
      try {
        waiting.unshift(...(await commit(calls)));
      } catch (error) {
        for (const call of calls) call.reject(error);
      }
    }
    busy = false;
  }

  /** Commits what the calls propose, and returns those that did not fit. */
  async function commit(calls: readonly WaitingCall[]): Promise<readonly WaitingCall[]> {
    const batch = Buffer.from(random(BATCH_ID_BYTES)).toString('hex');
    for (let races = 0; races < MAX_RACES; races += 1) {
      const base = await pointer.refresh();
      const plan = await planBatch(calls, base.head, {
        store,
        stamp: () => ({ v: 1, time: new Date(clock()).toISOString(), actor, batch }),
        maxEntries: MAX_BATCH_ENTRIES,
        isOver: startTimer(clock),
      });
      if (plan.added.length === 0 || (await enter(base, plan.added, batch))) {
        for (const settle of plan.settle) settle();
        return plan.left;
      }
    }
    throw new GatehouseError(
      'store-unavailable',
      `the ledger's head was lost to other writers: ${MAX_RACES} times`,
    );
  }

  /** False: another writer was first. */
  async function enter(base: SeenHead, added: Head['inline'], batch: string): Promise<boolean> {
    const flush = planFlush(base.head);
    if (flush.head.flushed > flushed) await writeFlush(store, flush);
    flushed = Math.max(flushed, flush.head.flushed);
    return replaceSurely(base, extendHead(flush.head, added), batch);
  }

  /**
   * Replaces the head, and finds out what happened when the answer is lost. While the pointer has not moved, an
   * attempt may still arrive, so only the very same bytes are sent again; once it has, none can arrive any more.
   */
  async function replaceSurely(base: SeenHead, next: Head, batch: string): Promise<boolean> {
    let lost: unknown;
    for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts += 1) {
      try {
        const replaced = await pointer.replace(base, next);
        if (replaced || lost === undefined) return replaced;
      } catch (error) {
        lost = error;
      }
      const now = await pointer.refresh();
      if (now.version !== base.version) return hasBatch(now.head, base.head.size, batch);
    }
    throw lost;
  }

  /** Whoever replaced a head of this size put its batch right behind it. */
  async function hasBatch(head: Head, position: number, batch: string): Promise<boolean> {
    for await (const { entry } of readLog(store, head).entries(position, position + 1)) {
      if (entry.batch === batch) return true;
    }
    return false;
  }

  return append;
}

const MAX_BATCH_ENTRIES = 64;
const MAX_BATCH_MS = SECOND_MS / 5;
const BATCH_ID_BYTES = 12;

/** Each lost race is another writer's success, so this many in a row mean that something else is wrong. */
const MAX_RACES = 100;
const MAX_ATTEMPTS = 3;

function startTimer(clock: Clock): () => boolean {
  const end = clock() + MAX_BATCH_MS;
  return () => clock() >= end;
}
