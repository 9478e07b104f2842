import { SECOND_MS, type Instant } from '../model/time.ts';
import type { Refused, Wanted } from './open.ts';
import type { MirrorState } from './state.ts';

/** Refusals of files in memory, the least used dropped first: whoever asks again and again costs next to nothing. */
export interface KeptRefusals {
  /** The refusal, if the gate would say the same now. */
  find(wanted: Wanted): Refused | undefined;
  keep(wanted: Wanted, refused: Refused, asked: Moment): void;
}

/** When a question was put, before anything was awaited for its answer. */
export interface Moment {
  readonly generation: number;
  readonly now: Instant;
}

/** What a refusal can depend on besides what is known: it is asked anew when one of them moved on. */
type Time = Pick<MirrorState, 'generation' | 'clock'>;

const MOST_KEPT = 4096;
/** The gate is asked again this often even if nothing changed: what was asked for is what the walk refreshes. */
const LONGEST_KEPT_MS = 10 * SECOND_MS;

/** Now. */
export function momentOf({ generation, clock }: Time): Moment {
  return { generation, now: clock() };
}

/** Makes an empty memory of refusals. */
export function createKeptRefusals(state: Time): KeptRefusals {
  const kept = new Map<string, Kept>();
  return {
    find(wanted) {
      const key = keyOf(wanted);
      const found = kept.get(key);
      if (found === undefined) return undefined;
      kept.delete(key);
      if (!stands(found, momentOf(state))) return undefined;
      kept.set(key, found);
      return found.refused;
    },
    keep(wanted, refused, asked) {
      kept.set(keyOf(wanted), { refused, asked });
      for (const oldest of kept.keys()) {
        if (kept.size <= MOST_KEPT) return;
        kept.delete(oldest);
      }
    },
  };
}

interface Kept {
  readonly refused: Refused;
  readonly asked: Moment;
}

/** A clock that went back takes with it what was said in between. */
function stands({ refused: { until }, asked }: Kept, { generation, now }: Moment): boolean {
  return (
    generation === asked.generation &&
    now >= asked.now &&
    now < asked.now + LONGEST_KEPT_MS &&
    (until === undefined || now < until)
  );
}

function keyOf({ project, sha256, filename, source }: Wanted): string {
  return `${sha256 ?? ''}/${source ?? ''}/${project}/${filename}`;
}
