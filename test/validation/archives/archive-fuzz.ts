import { isGatehouseError } from '../../../src/model/errors.ts';
import { type ArchiveKind, openPythonArchives, type PythonArchives } from './python-archives.ts';

/** What a run of mutated archives came to. */
export interface Fuzz {
  readonly mutants: number;
  readonly accepted: number;
  /** Mutants that we accept and Python reads otherwise, with both views. */
  readonly differences: readonly unknown[];
  /** The longest that one mutant took. */
  readonly slowestMs: number;
}

export interface FuzzPlan {
  readonly seed: number;
  readonly mutants: number;
  readonly seconds?: number;
}

/** A number from zero up to and without `sides`. */
export type Roll = (sides: number) => number;

/** One archive of a kind, made from the seeds of a subject. */
export interface Mutant {
  readonly kind: ArchiveKind;
  readonly bytes: Uint8Array;
}

/** What is fuzzed. */
export interface FuzzSubject {
  mutant(roll: Roll): Mutant;
  /** Rows as Python's oracle lists them; throws `archive-refused`. */
  list(mutant: Mutant): Promise<readonly unknown[]>;
}

/**
 * Makes mutants by a seeded generator until there are so many or the time is over, and compares what we accept with what
 * Python reads.
 */
export async function fuzz(plan: FuzzPlan, subject: FuzzSubject): Promise<Fuzz> {
  await using python = openPythonArchives();
  const roll = dice(plan.seed);
  const end = performance.now() + (plan.seconds ?? Number.POSITIVE_INFINITY) * 1000;
  let found: Fuzz = { mutants: 0, accepted: 0, differences: [], slowestMs: 0 };
  while (found.mutants < plan.mutants && performance.now() < end) {
    const count = Math.min(BATCH, plan.mutants - found.mutants);
    const mutants = Array.from({ length: count }, () => subject.mutant(roll));
    found = joined(found, await compare(python, subject, mutants));
  }
  return found;
}

/** Few enough to end in time, many enough that Python works while we do. */
const BATCH = 2000;

interface Accepted {
  readonly ours: readonly unknown[];
  readonly python: Promise<unknown>;
}

async function compare(
  python: PythonArchives,
  subject: FuzzSubject,
  mutants: readonly Mutant[],
): Promise<Fuzz> {
  const accepted: Accepted[] = [];
  let slowestMs = 0;
  for (const mutant of mutants) {
    const begun = performance.now();
    const ours = await ourListing(subject, mutant);
    slowestMs = Math.max(slowestMs, performance.now() - begun);
    if (ours !== undefined) accepted.push({ ours, python: python.list(mutant.kind, mutant.bytes) });
  }
  const both = await Promise.all(
    accepted.map(async (one) => ({ ours: one.ours, python: await one.python })),
  );
  const differences = both.filter(
    ({ ours, python: theirs }) => JSON.stringify(ours) !== JSON.stringify(theirs),
  );
  return { mutants: mutants.length, accepted: accepted.length, differences, slowestMs };
}

/** What we read; refused: undefined. */
async function ourListing(
  subject: FuzzSubject,
  mutant: Mutant,
): Promise<readonly unknown[] | undefined> {
  try {
    return await subject.list(mutant);
  } catch (error) {
    if (isGatehouseError(error, 'archive-refused')) return undefined;
    throw error;
  }
}

function joined(before: Fuzz, next: Fuzz): Fuzz {
  return {
    mutants: before.mutants + next.mutants,
    accepted: before.accepted + next.accepted,
    differences: [...before.differences, ...next.differences],
    slowestMs: Math.max(before.slowestMs, next.slowestMs),
  };
}

/** Small whole numbers, the same ones each run (mulberry32). */
function dice(seed: number): Roll {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}
