import type { ReleaseName, ReleaseNeed, ReleaseRange } from '../../ecosystems/releases.ts';
import type { Decision, PolicyPlace, Verdict } from '../../model/decision.ts';
import type { ArtifactFilename, ProjectName } from '../../model/subject.ts';
import type { Target } from '../../model/target.ts';

/** One artifact as the closure sees it. */
export interface Candidate {
  readonly project: ProjectName;
  readonly filename: ArtifactFilename;
  readonly name: ReleaseName;
  /** What the record rules alone say. */
  readonly recordVerdict: Verdict;
  /** On the best basis known. */
  readonly decision: Decision;
  /** `unknown`: nobody has asked yet; `failed`: it could not be had, and that refuses. */
  readonly metadata: 'known' | 'unknown' | 'failed';
  /** Empty while the metadata is not known. */
  readonly requirements: readonly ReleaseNeed[];
  /** Normalised; empty while the metadata is not known. */
  readonly extras: readonly string[];
  /** Bit i: it can be installed on target i, by what its name and its metadata say of platforms. */
  readonly fits: number;
  readonly yanked: boolean;
  readonly admitted: boolean;
}

/** A project with what is known of it. Candidates stand newest version first. */
export interface CandidateProject {
  readonly project: ProjectName;
  /** `unvisited`: nobody has asked upstream yet; `unavailable`: upstream did not answer and nothing older is known. */
  readonly state: 'known' | 'absent' | 'unavailable' | 'unvisited';
  readonly candidates: readonly Candidate[];
}

/** An entry of `packages`: where the closure starts. */
export interface Root {
  readonly project: ProjectName;
  readonly ranges: readonly ReleaseRange[];
  readonly extras: readonly string[];
  readonly place: PolicyPlace;
}

export interface CloseInput {
  /** At most 30. */
  readonly targets: readonly Target[];
  readonly keep: number;
  readonly keepPlace: PolicyPlace;
  readonly closure: 'follow' | 'listed';
  readonly closurePlace: PolicyPlace;
  readonly roots: ReadonlyMap<ProjectName, Root>;
  readonly projects: ReadonlyMap<ProjectName, CandidateProject>;
}

/** The declared targets that a mask names, in order. */
export function targetsOf(input: CloseInput, mask: number): readonly Target[] {
  return input.targets.filter((_, index) => (mask & (1 << index)) !== 0);
}
