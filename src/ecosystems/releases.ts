import { type ArtifactName } from './pypi/filenames.ts';
import type { Requirement } from './pypi/requirements.ts';
import { pins, satisfies, type SpecifierSet } from './pypi/specifiers.ts';
import { compareVersions, type Version } from './pypi/versions.ts';

/** A version of a release, as its ecosystem orders it. Those of one project are always of one ecosystem. */
export type ReleaseVersion = Version;

/** Which artifacts of a project an entry of the policy or a requirement takes. */
export type ReleaseRange = SpecifierSet;

/** What the file name of an artifact says. */
export type ReleaseName = ArtifactName;

/** What an artifact needs of one other project. */
export type ReleaseNeed = Requirement;

/** Negative where `left` is older; 0 where both are the same version, however spelled. */
export function compareReleases(left: ReleaseVersion, right: ReleaseVersion): number {
  return compareVersions(left, right);
}

/** Whether the range takes the artifact. */
export function takes(range: ReleaseRange, name: ReleaseName): boolean {
  return satisfies(range, name.version);
}

/** Whether the range names one version exactly, which takes what is yanked too (PEP 592). */
export function namesOne(range: ReleaseRange): boolean {
  return pins(range);
}

/** The version that a range names, for the nearest to it; absent: none. */
export function namedIn(range: ReleaseRange): ReleaseVersion | undefined {
  return range.clauses
    .filter((clause) => clause.kind === 'version' || clause.kind === 'compatible')
    .map((clause) => clause.version)
    .find((version) => version !== undefined);
}
