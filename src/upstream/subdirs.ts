import { setTimeout as wait } from 'node:timers/promises';

import { GatehouseError, isGatehouseError } from '../model/errors.ts';
import { coalesce } from './coalesce.ts';
import { withinTotal } from './deadlines.ts';
import type { RetryTiming } from './retry.ts';
import { askSubdirIndex, type IndexPlace } from './subdir-index.ts';
import { type FoundName, INDEX_FILES, NO_SUBDIR, type SubdirState } from './subdir-state.ts';

export interface SubdirOptions extends IndexPlace {
  readonly timing: RetryTiming;
  readonly now: () => number;
  /** For a whole index with all tries and pauses. */
  readonly totalMs: number;
  /** So long a question waits for a newer index when there is one already; its transfer goes on. */
  readonly patienceMs: number;
}

/** One subdir of a channel, as its index said last; asked again when that is a minute ago. */
export interface Subdir extends AsyncDisposable {
  /** Absent: the subdir has no such name. Throws as `Ask` does where nothing is known of the subdir. */
  find(name: string, signal: AbortSignal): Promise<FoundName | undefined>;
  /** Makes the next question ask upstream. */
  forget(): void;
}

const MINUTE = 60_000;
// Where nothing tells whether it changed, or what came was of no use, all of it would come each time; and a subdir that
// is not there rarely appears.
const LONG = 10 * MINUTE;
const DAY = 24 * 60 * MINUTE;
// A failure is not asked for again at once by everybody who waits.
const AFTER_FAILURE = 5000;
const FEW = 100;

export function openSubdir(options: SubdirOptions): Subdir {
  const { now, timing, totalMs, subdir } = options;
  const closing = new AbortController();
  let good: SubdirState | undefined;
  let due = -Infinity;
  let searched = -Infinity;
  let failed: { readonly at: number; readonly error: unknown } | undefined;

  const refresh = coalesce(async (_key: 'index', signal) => {
    const either = AbortSignal.any([signal, closing.signal]);
    try {
      const next = await withinTotal(load, {
        what: `the index of ${subdir}`,
        totalMs,
        timing,
        signal: either,
      });
      await take(next);
    } catch (error) {
      either.throwIfAborted();
      failed = { at: now(), error };
      if (good === undefined || !isGatehouseError(error)) throw error;
      due = now() + (error.code === 'upstream-unavailable' ? MINUTE : LONG);
      options.report(error);
    }
  });

  async function renew(signal: AbortSignal): Promise<void> {
    const renewing = refresh('index', closing.signal);
    // Who asks next sees what became of it.
    renewing.catch(() => {});
    const pause = wait(options.patienceMs, undefined, { signal, ref: false });
    await Promise.race([renewing, pause]).catch((error: unknown) => {
      signal.throwIfAborted();
      throw error;
    });
  }

  async function load(signal: AbortSignal): Promise<SubdirState> {
    const known = good;
    if (known?.file !== undefined && now() - searched < DAY) {
      const request = { file: known.file, known: known.validators, signal };
      const next = await askSubdirIndex(options, request);
      if (next === 'unchanged') return known;
      if (next !== 'absent') return next;
    }
    for (const file of INDEX_FILES) {
      const validators = file === known?.file ? known.validators : undefined;
      const next = await askSubdirIndex(options, { file, known: validators, signal });
      if (next !== 'absent') searched = now();
      if (next === 'unchanged' && known !== undefined) return known;
      if (typeof next === 'object') return next;
    }
    if (subdir === 'noarch') throw noChannel(options);
    return NO_SUBDIR;
  }

  async function take(next: SubdirState): Promise<void> {
    if (next !== good && good !== undefined && isShrunk(good, next)) {
      await next[Symbol.asyncDispose]();
      throw shrunk(options, good, next);
    }
    const before = good;
    const isKept = next.file === undefined || Object.keys(next.validators).length === 0;
    [good, due, failed] = [next, now() + (isKept ? LONG : MINUTE), undefined];
    if (before !== next) await before?.[Symbol.asyncDispose]();
  }

  return {
    async find(name, signal) {
      if (good === undefined && failed !== undefined && now() - failed.at < AFTER_FAILURE) {
        throw failed.error;
      }
      if (now() >= due) await (good === undefined ? refresh('index', signal) : renew(signal));
      return good?.find(name);
    },
    forget() {
      due = -Infinity;
    },
    async [Symbol.asyncDispose]() {
      closing.abort(new DOMException('the channel is closed', 'AbortError'));
      await good?.[Symbol.asyncDispose]();
    },
  };
}

// Names where one of the two does not say how many records it has.
function isShrunk(before: SubdirState, now: SubdirState): boolean {
  const isCounted = before.records !== undefined && now.records !== undefined;
  const [had, has] = isCounted ? [before.records, now.records] : [before.names, now.names];
  return had - has > FEW && has * 2 < had;
}

function shrunk(place: IndexPlace, before: SubdirState, now: SubdirState): GatehouseError {
  const [had, has] = [describe(before), describe(now)];
  return new GatehouseError(
    'upstream-mismatch',
    `${place.channel.url}${place.subdir}/: shrank from ${had} to ${has}: the last good index stays in use`,
    { hint: 'If upstream means it, restart Gatehouse; it then takes what it finds.' },
  );
}

function describe({ names, records }: SubdirState): string {
  return records === undefined ? `${names} names` : `${names} names in ${records} records`;
}

function noChannel({ channel }: IndexPlace): GatehouseError {
  return new GatehouseError(
    'upstream-mismatch',
    `${channel.url}: not a channel: noarch/repodata.json is not there`,
    {
      hint: 'Check that the upstream setting names a channel, not the host or a folder of channels.',
    },
  );
}
