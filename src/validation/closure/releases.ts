import { type ReleaseRange, type ReleaseVersion, takes } from '../../ecosystems/releases.ts';
import type { ProjectName } from '../../model/subject.ts';
import type { Candidate, CandidateProject } from './candidate.ts';

/** The candidates of one version. A version that is spelled in two ways makes two. */
export interface Release {
  readonly version: ReleaseVersion;
  readonly candidates: readonly Candidate[];
}

/** What a range takes of the releases of a project, newest first. */
export type ReleasesOf = (
  project: CandidateProject,
  specifiers: ReleaseRange,
) => readonly Release[];

/** Makes a ReleasesOf that answers each text once: matching versions is what a closure costs. */
export function createReleases(): ReleasesOf {
  const grouped = new Map<ProjectName, readonly Release[]>();
  const matching = new Map<string, readonly Release[]>();

  function all(project: CandidateProject): readonly Release[] {
    const known = grouped.get(project.project);
    if (known !== undefined) return known;
    const releases = groupByVersion(project.candidates);
    grouped.set(project.project, releases);
    return releases;
  }

  return function releasesOf(project, specifiers) {
    // With what no name has in between: `foo` with `12` is not `foo1` with `2`.
    const key = `${project.project} ${specifiers.text}`;
    const known = matching.get(key);
    if (known !== undefined) return known;
    const releases = within(all(project), [specifiers]);
    matching.set(key, releases);
    return releases;
  };
}

/** What is left of releases by ranges of which one must take it: mostly whole releases, of conda also single builds. */
export function within(
  releases: readonly Release[],
  ranges: readonly ReleaseRange[],
): readonly Release[] {
  return releases.flatMap((release) => {
    const taken = release.candidates.filter(({ name }) =>
      ranges.some((range) => takes(range, name)),
    );
    if (taken.length === release.candidates.length) return [release];
    return taken.length === 0 ? [] : [{ version: release.version, candidates: taken }];
  });
}

/** Candidates stand newest first, so that equal versions are neighbours. */
function groupByVersion(candidates: readonly Candidate[]): readonly Release[] {
  const groups: { readonly version: ReleaseVersion; readonly candidates: Candidate[] }[] = [];
  for (const candidate of candidates) {
    const { version } = candidate.name;
    const last = groups.at(-1);
    if (last?.version.text === version.text) last.candidates.push(candidate);
    else groups.push({ version, candidates: [candidate] });
  }
  return groups;
}
