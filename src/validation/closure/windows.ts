import { namesOne, type ReleaseRange } from '../../ecosystems/releases.ts';
import type { Candidate, CandidateProject, CloseInput } from './candidate.ts';
import { type Release, type ReleasesOf, within } from './releases.ts';

/** The artifacts that one entry or one requirement may reach: for each, the targets. */
export type Window = ReadonlyMap<Candidate, number>;

/**
 * The windows of DESIGN §4.3: per target the newest `keep` versions of a project in a range, looked for among
 * the newest `4 × keep` that pass the record rules. An artifact whose metadata is not known yet counts as
 * passing, so that gathering asks for no more than it must; asked again when it is known, the window is exact.
 */
export interface Windows {
  /** What the project's own entry reaches; empty when it has none. */
  ofEntry(project: CandidateProject): Window;
  /** What a requirement reaches. A name with its own entry never leaves that entry's range. */
  ofRequirement(project: CandidateProject, specifiers: ReleaseRange): Window;
}

/** How far beyond `keep` a window looks for versions that pass. */
const LOOK_AHEAD = 4;

/** Makes the windows of an input from the releases that its projects have. */
export function createWindows(input: CloseInput, releasesOf: ReleasesOf): Windows {
  function inEntry(project: CandidateProject, releases: readonly Release[]): readonly Release[] {
    const root = input.roots.get(project.project);
    return root === undefined ? releases : within(releases, root.ranges);
  }

  /** Each range of an entry has a window of its own, so that a second line keeps an older one alive. */
  function ofEntry(project: CandidateProject): Window {
    const window = new Map<Candidate, number>();
    for (const range of input.roots.get(project.project)?.ranges ?? []) {
      const field = { releases: releasesOf(project, range), takesYanked: true };
      for (const [candidate, mask] of windowOf(input, field)) {
        window.set(candidate, (window.get(candidate) ?? 0) | mask);
      }
    }
    return window;
  }

  function ofRequirement(project: CandidateProject, specifiers: ReleaseRange): Window {
    const releases = inEntry(project, releasesOf(project, specifiers));
    return windowOf(input, { releases, takesYanked: namesOne(specifiers) });
  }

  return { ofEntry, ofRequirement };
}

/** What a window is cut from. */
interface Field {
  /** Newest first. */
  readonly releases: readonly Release[];
  /** Whether it takes what is yanked and was never admitted; the policy let that through. */
  readonly takesYanked: boolean;
}

function windowOf(input: CloseInput, field: Field): Window {
  const window = new Map<Candidate, number>();
  for (const index of input.targets.keys()) {
    const bit = 1 << index;
    for (const candidate of choose(field, input.keep, bit)) {
      window.set(candidate, (window.get(candidate) ?? 0) | bit);
    }
  }
  return window;
}

function* choose(
  { releases, takesYanked }: Field,
  keep: number,
  bit: number,
): Generator<Candidate> {
  const budget = createBudget(keep);
  const oldestAdmitted = releases.findLastIndex(isAdmitted);
  for (const [place, release] of releases.entries()) {
    if (budget.isSpent() && place > oldestAdmitted) return;
    // What was admitted once stays, however old: lock files live on.
    if (budget.isSpent() && !isAdmitted(release)) continue;
    const fitting = release.candidates.filter(
      (candidate) =>
        (candidate.fits & bit) !== 0 &&
        candidate.recordVerdict !== 'deny' &&
        (takesYanked || candidate.admitted || !candidate.yanked),
    );
    budget.count(fitting);
    yield* fitting.filter(({ decision }) => decision.verdict !== 'deny');
  }
}

function isAdmitted(release: Release): boolean {
  return release.candidates.some((candidate) => candidate.admitted);
}

interface Budget {
  isSpent(): boolean;
  /** Counts a version by its artifacts that fit; yanked ones do not push others out. */
  count(fitting: readonly Candidate[]): void;
}

function createBudget(keep: number): Budget {
  let looked = 0;
  let passed = 0;
  return {
    isSpent: () => passed >= keep || looked >= LOOK_AHEAD * keep,
    count(fitting) {
      const usual = fitting.filter((candidate) => !candidate.yanked);
      if (usual.length === 0) return;
      looked += 1;
      if (usual.some((candidate) => candidate.decision.verdict === 'approve')) passed += 1;
    },
  };
}
