import type { ProjectName } from '../model/subject.ts';
import type { Policy } from '../policy/policy.ts';
import { findProjectDenial } from '../policy/select.ts';
import {
  type Candidate,
  candidateFor,
  isApproved,
  isInstallable,
  type Judge,
  type Judgement,
  nextAttempt,
  ownOf,
  withEntries,
} from './entry-candidates.ts';
import { entryRange } from './entry-range.ts';
import type { Wanted } from './wanted.ts';

/** What becomes of something wanted. */
export interface Planned {
  readonly wanted: Wanted;
  /** `approved`: without any change. `follows`: comes along with `leader`, which is wanted as well. */
  readonly outcome: 'added' | 'approved' | 'follows' | 'refused';
  /** The version clauses of its new entries; empty: every version. */
  readonly ranges: readonly string[];
  readonly leader?: ProjectName;
  readonly reason?: string;
}

export interface Plan {
  /** The policy's text with all entries. */
  readonly text: string;
  readonly planned: readonly Planned[];
  readonly before: Judgement;
  readonly after: Judgement;
}

/**
 * Finds the fewest entries with which everything that can be is installable, and nothing is taken away that was
 * before. Of pins, what comes along with another one gets no entry.
 */
export async function planEntries(
  text: string,
  wanted: readonly Wanted[],
  judge: Judge,
): Promise<Plan> {
  const before = await judge(text, wanted);
  const open = wanted.filter((one) => !isApproved(before, one));
  const denied = new Map(open.flatMap((one) => denialOf(before.policy, one)));
  const candidates = open.filter((one) => !denied.has(one)).map((one) => candidateFor(one, before));
  const settled = await settle(text, { candidates, after: before, refused: denied }, judge);
  const ended = await endRanges(text, settled, judge);
  const reduced = await withoutFollowers(text, ended, judge);
  return {
    text: withEntries(text, reduced.candidates),
    before,
    after: reduced.after,
    planned: wanted.map((one) => plannedOf(one, reduced)),
  };
}

function plannedOf(wanted: Wanted, { candidates, leaders, refused }: Reduced): Planned {
  const reason = refused.get(wanted);
  if (reason !== undefined) return { wanted, outcome: 'refused', ranges: [], reason };
  if (leaders.has(wanted)) {
    return { wanted, outcome: 'follows', ranges: [], leader: lastLeader(wanted, leaders) };
  }
  const entries = candidates.find((candidate) => candidate.wanted === wanted)?.attempts[0];
  if (entries === undefined) return { wanted, outcome: 'approved', ranges: [] };
  return { wanted, outcome: 'added', ranges: entries.map((range) => range ?? '') };
}

function denialOf(policy: Policy, wanted: Wanted): readonly (readonly [Wanted, string])[] {
  const denial = findProjectDenial(policy, wanted.project);
  if (denial === undefined) return [];
  const instead = denial.instead === undefined ? '' : `; use ${denial.instead} instead`;
  return [[wanted, `${wanted.project} is denied: ${denial.reason}${instead}`]];
}

interface Settled {
  readonly candidates: readonly Candidate[];
  /** Judged with the entries of all candidates. */
  readonly after: Judgement;
  readonly refused: ReadonlyMap<Wanted, string>;
}

/** Tries the entries of each candidate until all that are left make it installable. */
async function settle(text: string, begun: Settled, judge: Judge): Promise<Settled> {
  if (begun.candidates.length === 0) return begun;
  const all = begun.candidates.map(({ wanted }) => wanted);
  const after = await judge(withEntries(text, begun.candidates), all);
  const failed = begun.candidates.filter(({ wanted }) => !isInstallable(after, wanted));
  if (failed.length === 0) return { ...begun, after };
  const refused = failed
    .filter(({ attempts }) => attempts.length === 1)
    .map(({ wanted }) => [wanted, after.reasons.get(wanted) ?? 'it is not approved'] as const);
  const candidates = begun.candidates.flatMap((candidate) =>
    failed.includes(candidate) ? nextAttempt(candidate) : [candidate],
  );
  const rest = { ...begun, candidates, refused: new Map([...begun.refused, ...refused]) };
  return settle(text, rest, judge);
}

interface Reduced extends Settled {
  /** What comes along, each with another that is wanted. */
  readonly leaders: ReadonlyMap<Wanted, Wanted>;
}

/** Leaves out the entries of pins that come along with others, as far as everything stays installable. */
async function withoutFollowers(text: string, settled: Settled, judge: Judge): Promise<Reduced> {
  const { candidates, after } = settled;
  let leaders = findLeaders(candidates, after);
  while (leaders.size > 0) {
    const left = candidates.filter(({ wanted }) => !leaders.has(wanted));
    const judged = await judge(
      withEntries(text, left),
      candidates.map(({ wanted }) => wanted),
    );
    const missing = candidates.filter(({ wanted }) => !isInstallable(judged, wanted));
    if (missing.length === 0) return { ...settled, candidates: left, after: judged, leaders };
    const kept = [...leaders].filter(([wanted]) => missing.every((one) => one.wanted !== wanted));
    // Something that has its entry is gone: no entry can be spared.
    leaders = new Map(kept.length === leaders.size ? [] : kept);
  }
  return { ...settled, leaders };
}

/** For each pin that comes along with another, that other one, which may itself come along with a third. */
function findLeaders(
  candidates: readonly Candidate[],
  { brought }: Judgement,
): ReadonlyMap<Wanted, Wanted> {
  const leaders = new Map<Wanted, Wanted>();
  for (const { wanted } of candidates.filter((candidate) => candidate.wanted.pin !== undefined)) {
    // Of those that need each other one must keep its entry.
    const leader = candidates.find(
      (other) =>
        other.wanted.project !== wanted.project &&
        !leaders.has(other.wanted) &&
        brought.get(other.wanted.project)?.some(({ project }) => project === wanted.project),
    );
    if (leader !== undefined) leaders.set(wanted, leader.wanted);
  }
  return leaders;
}

function lastLeader(wanted: Wanted, leaders: ReadonlyMap<Wanted, Wanted>): ProjectName {
  const leader = leaders.get(wanted);
  return leader === undefined ? wanted.project : lastLeader(leader, leaders);
}

/** Without a range, a new entry ends before the next major version, so that a person looks at that one first. */
async function endRanges(text: string, settled: Settled, judge: Judge): Promise<Settled> {
  const candidates = settled.candidates.map((candidate) => {
    const newest = ownOf(settled.after, candidate.wanted)?.versions[0];
    const isOpen = candidate.ends && candidate.attempts[0]?.[0] === undefined;
    if (!isOpen || newest === undefined) return candidate;
    return { ...candidate, attempts: [[entryRange(newest)]] };
  });
  const isSame = candidates.every((candidate, index) => candidate === settled.candidates[index]);
  if (isSame) return settled;
  const all = candidates.map(({ wanted }) => wanted);
  return { ...settled, candidates, after: await judge(withEntries(text, candidates), all) };
}
