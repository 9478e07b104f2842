import { isAny, parseSpecifierSet, satisfies } from '../ecosystems/pypi/specifiers.ts';
import { findVersion } from '../ecosystems/pypi/versions.ts';
import type { BroughtProject } from '../mirror/brings-along.ts';
import type { ProjectName } from '../model/subject.ts';
import { addAllowance } from '../policy/edit.ts';
import type { Policy } from '../policy/policy.ts';
import { findAllowance } from '../policy/select.ts';
import { entryRange } from './entry-range.ts';
import type { Wanted } from './wanted.ts';

/** What a policy makes of everything that is wanted. */
export interface Judgement {
  readonly policy: Policy;
  /** Of each wanted project itself, first, and what comes along with its entry. */
  readonly brought: ReadonlyMap<ProjectName, readonly BroughtProject[]>;
  /** Why the version or range that is wanted is refused; absent for what can be installed. */
  readonly reasons: ReadonlyMap<Wanted, string>;
  /** Every project with something approved. */
  readonly approved: readonly ProjectName[];
}

/** Judges by a policy's text. */
export type Judge = (text: string, wanted: readonly Wanted[]) => Promise<Judgement>;

/** A wanted thing under way: the entries that could be written for it, best first. */
export interface Candidate {
  readonly wanted: Wanted;
  readonly attempts: readonly Entries[];
  /** An entry without a range shall end before the next major version. */
  readonly ends: boolean;
}

/** Ranges, one for each entry; `undefined`: every version. */
type Entries = readonly (string | undefined)[];

/** The candidate without its first attempt; none when that was the last. */
export function nextAttempt(candidate: Candidate): readonly Candidate[] {
  const attempts = candidate.attempts.slice(1);
  return attempts.length === 0 ? [] : [{ ...candidate, attempts }];
}

/** The entries that could be written for something wanted, with the least change first. */
export function candidateFor(wanted: Wanted, before: Judgement): Candidate {
  const ranges = rangesFor(wanted);
  const hasEntry = findAllowance(before.policy, wanted.project) !== undefined;
  const comesAlong = (ownOf(before, wanted)?.versions.length ?? 0) > 0;
  if (hasEntry || !comesAlong)
    return { wanted, attempts: ranges.map((range) => [range]), ends: true };
  // A first entry shuts out every other version: what comes along today must stay.
  const last = ranges.at(-1);
  const attempts = last === undefined ? [[undefined]] : [[undefined], [undefined, last]];
  return { wanted, attempts, ends: false };
}

/** A pin says what one resolver chose on one day; its entry goes up to the next major version if that holds it. */
function rangesFor({ pin, specifiers }: Wanted): readonly (string | undefined)[] {
  if (pin === undefined) return [isAny(specifiers) ? undefined : specifiers.text];
  const line = entryRange(pin.text);
  const exact = `==${pin.text}`;
  return satisfies(parseSpecifierSet(line), pin) ? [line, exact] : [exact];
}

/** The policy's text with the first attempt of each candidate. */
export function withEntries(text: string, candidates: readonly Candidate[]): string {
  let edited = text;
  for (const { wanted, attempts } of candidates) {
    const { project, extras } = wanted;
    for (const range of attempts[0] ?? []) {
      edited = addAllowance(edited, { project, extras, range }).text;
    }
  }
  return edited;
}

/** Whether it is installable, extras and all, without any change. */
export function isApproved(before: Judgement, wanted: Wanted): boolean {
  const known = findAllowance(before.policy, wanted.project)?.extras ?? [];
  return isInstallable(before, wanted) && wanted.extras.every((extra) => known.includes(extra));
}

/** Whether an approved version is among those that are wanted. */
export function isInstallable(judgement: Judgement, wanted: Wanted): boolean {
  const versions = ownOf(judgement, wanted)?.versions ?? [];
  return versions.some((text) => {
    const version = findVersion(text);
    return version !== undefined && satisfies(wanted.specifiers, version);
  });
}

/** What is said of the wanted project itself. */
export function ownOf({ brought }: Judgement, { project }: Wanted): BroughtProject | undefined {
  return brought.get(project)?.find((known) => known.project === project);
}
