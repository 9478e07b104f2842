import { GatehouseError } from '../model/errors.ts';
import { type RetryTiming, retry } from './retry.ts';

/** How long upstream may take for what, in milliseconds. */
export interface Deadlines {
  readonly connectMs: number;
  /** Until the headers of an answer; an index may have to make a page first. */
  readonly headersMs: number;
  readonly pageHeadersMs: number;
  /** Longest pause within a body. */
  readonly idleMs: number;
  /** A body that is slower than 1 KiB/s over such a time ends. */
  readonly slowMs: number;
  /** A page, a sidecar or a range, with all tries and pauses. */
  readonly totalMs: number;
}

export const DEADLINES: Deadlines = {
  connectMs: 10_000,
  headersMs: 15_000,
  pageHeadersMs: 30_000,
  idleMs: 30_000,
  slowMs: 30_000,
  totalMs: 60_000,
};

export interface BoundedWork {
  /** What is asked for, for the message. */
  readonly what: string;
  readonly totalMs: number;
  readonly timing: RetryTiming;
  readonly signal: AbortSignal | undefined;
}

/**
 * Does retried work within a total time. Throws `upstream-unavailable` when the time is up, the reason of the
 * caller's signal when that aborts, and otherwise what the last try threw.
 */
export async function withinTotal<Value>(
  work: (signal: AbortSignal) => Promise<Value>,
  bounds: BoundedWork,
): Promise<Value> {
  bounds.signal?.throwIfAborted();
  const time = AbortSignal.timeout(bounds.totalMs);
  const either = bounds.signal === undefined ? time : AbortSignal.any([bounds.signal, time]);
  try {
    return await retry(async () => work(either), bounds.timing, either);
  } catch (error) {
    bounds.signal?.throwIfAborted();
    if (!time.aborted) throw error;
    const message = `no whole answer within ${bounds.totalMs / 1000} s: ${bounds.what}`;
    throw new GatehouseError('upstream-unavailable', message, { cause: error });
  }
}
