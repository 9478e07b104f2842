import { setTimeout as wait } from 'node:timers/promises';

import { isGatehouseError } from '../model/errors.ts';

/** What makes the pauses between tries; tests give their own. */
export interface RetryTiming {
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** As `Math.random`. */
  readonly random: () => number;
}

export const REAL_TIMING: RetryTiming = {
  sleep: async (ms, signal) => wait(ms, undefined, { signal }),
  random: Math.random,
};

const TRIES = 3;
const FIRST_PAUSE_MS = 250;
const LONGEST_RETRY_AFTER_S = 30;

/**
 * Does work up to three times while it fails with `upstream-unavailable`, with growing, jittered pauses, or
 * those that upstream asks for. A longer one than 30 s is not waited for: the error goes to the caller at once.
 * An abort during a pause throws the signal's reason.
 */
export async function retry<Value>(
  work: () => Promise<Value>,
  timing: RetryTiming,
  signal: AbortSignal,
): Promise<Value> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const pauseMs = attempt === TRIES ? undefined : pauseAfter(error, attempt, timing.random());
      if (pauseMs === undefined) throw error;
      await timing.sleep(pauseMs, signal).catch((failure: unknown) => {
        throw signal.aborted ? signal.reason : failure;
      });
    }
  }
}

function pauseAfter(error: unknown, attempt: number, random: number): number | undefined {
  if (!isGatehouseError(error, 'upstream-unavailable')) return undefined;
  const asked = error.data['retryAfterSeconds'];
  const jitteredMs = FIRST_PAUSE_MS * 2 ** attempt * (0.5 + random / 2);
  if (typeof asked !== 'number') return jitteredMs;
  return asked > LONGEST_RETRY_AFTER_S ? undefined : asked * 1000 + jitteredMs;
}
