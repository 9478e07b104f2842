import { type SpecifierSet, satisfies } from '../../ecosystems/pypi/specifiers.ts';
import type { Version } from '../../ecosystems/pypi/versions.ts';
import type { ProjectName } from '../../model/subject.ts';
import type { Candidate, CandidateProject } from './candidate.ts';

/** The candidates of one version. A version that is spelled in two ways makes two. */
export interface Release {
  readonly version: Version;
  readonly candidates: readonly Candidate[];
}

/** The releases of a project that a specifier set takes, newest first. */
export type ReleasesOf = (
  project: CandidateProject,
  specifiers: SpecifierSet,
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
    const key = `${project.project}${specifiers.text}`;
    const known = matching.get(key);
    if (known !== undefined) return known;
    const releases = all(project).filter(({ version }) => satisfies(specifiers, version));
    matching.set(key, releases);
    return releases;
  };
}

/** Candidates stand newest first, so that equal versions are neighbours. */
function groupByVersion(candidates: readonly Candidate[]): readonly Release[] {
  const groups: { readonly version: Version; readonly candidates: Candidate[] }[] = [];
  for (const candidate of candidates) {
    const { version } = candidate.name;
    const last = groups.at(-1);
    if (last?.version.text === version.text) last.candidates.push(candidate);
    else groups.push({ version, candidates: [candidate] });
  }
  return groups;
}
