import { GatehouseError } from '../model/errors.ts';
import type { Ecosystem, ProjectName } from '../model/subject.ts';
import { findCondaFile } from './conda/filenames.ts';
import { findMatchSpec, type MatchSpec, matchesRecord } from './conda/match-spec.ts';
import { isSubdir } from './conda/names.ts';
import { compareCondaVersions, type CondaVersion, findCondaVersion } from './conda/versions.ts';
import type { ArtifactName } from './pypi/filenames.ts';
import { normaliseExtra } from './pypi/names.ts';
import type { Requirement } from './pypi/requirements.ts';
import { parseSpecifierSet, pins, satisfies, type SpecifierSet } from './pypi/specifiers.ts';
import { compareVersions, findVersion, isPrerelease, type Version } from './pypi/versions.ts';

/** A version of a release, as its ecosystem orders it. Those of one project are always of one ecosystem. */
export type ReleaseVersion = Version | CondaVersion;

/** What the file name of an artifact says. */
export type ReleaseName = ArtifactName | CondaName;

/** What the file name of a conda artifact says, and its folder. */
export interface CondaName {
  readonly kind: 'conda';
  readonly project: ProjectName;
  readonly version: CondaVersion;
  readonly build: string;
  readonly format: 'conda' | 'tar.bz2';
  readonly subdir: string;
}

/** Which artifacts of a project an entry of the policy or a requirement takes. */
export type ReleaseRange = SpecifierSet | CondaRange;

/** Which builds of a conda package (CEP 29, MatchSpec) are taken. */
export interface CondaRange {
  readonly kind: 'conda';
  /** Empty: any. */
  readonly text: string;
  readonly spec: MatchSpec | undefined;
}

/** What an artifact needs of one other project. */
export type ReleaseNeed = (Requirement & { readonly forExtra?: never }) | CondaNeed;

/** An entry of a conda record's `depends`. */
export interface CondaNeed {
  readonly text: string;
  readonly name: ProjectName;
  /** CEP 44. */
  readonly extras: readonly string[];
  /** Asked for with this extra only; absent: always. */
  readonly forExtra?: string;
  readonly specifiers: CondaRange;
  readonly url?: never;
  readonly marker?: never;
}

export const ANY_PYPI_RANGE: SpecifierSet = parseSpecifierSet('');
export const ANY_CONDA_RANGE: CondaRange = { kind: 'conda', text: '', spec: undefined };

/** Reads the file name of an artifact of a conda package, with its folder; absent: it is none of that package. */
export function findCondaName(filename: string, project: ProjectName): CondaName | undefined {
  const [subdir = '', file = '', ...more] = filename.split('/');
  const read = more.length === 0 && isSubdir(subdir) ? findCondaFile(file) : undefined;
  const version = read && findCondaVersion(read.version);
  if (read?.name !== project || version === undefined) return undefined;
  const { build, format } = read;
  return { kind: 'conda', project, version, build, format, subdir };
}

/** Reads an entry of a conda record's `depends`; absent: it asks the system (`__glibc`), or cannot be read. */
export function findCondaNeed(text: string, forExtra?: string): CondaNeed | undefined {
  const spec = findMatchSpec(text);
  if (spec === undefined || spec.name.startsWith('__')) return undefined;
  const range = text.trim().slice(spec.name.length).trim();
  return {
    text: text.trim(),
    name: spec.name,
    extras: spec.extras.map(normaliseExtra),
    ...(forExtra === undefined ? {} : { forExtra }),
    specifiers: { kind: 'conda', text: range === '' ? '' : ` ${range}`, spec },
  };
}

/**
 * Reads version and build as a person writes them behind a name (`>=1.26,<3`, `1.26.* py312*`); absent: they cannot be
 * read, or not as they look.
 */
export function findCondaRange(text: string): CondaRange | undefined {
  const written = text.trim();
  if (written === '') return ANY_CONDA_RANGE;
  const spec = isMisleading(written) ? undefined : findMatchSpec(`any ${written}`);
  // A condition holds for what asks, and here nobody does.
  if (spec === undefined || spec.when !== undefined || spec.extras.length > 0) return undefined;
  return { kind: 'conda', text: written, spec };
}

/**
 * Whether conda reads a range otherwise than whoever reviews it. `==2.*` alone means what PEP 440 says, beside other
 * clauses the star is dropped; and what is in brackets replaces what stands before them.
 */
function isMisleading(written: string): boolean {
  const isStarDropped = /==\s*[^,|\s]*\*/.test(written) && /[,|]/.test(written);
  const [before = ''] = written.split('[', 1);
  const isReplaced =
    (before !== '' && /\[.*\bversion\s*=/.test(written)) ||
    (/\[.*\bbuild\s*=/.test(written) && findMatchSpec(`any ${before}`)?.build !== undefined);
  return isStarDropped || isReplaced;
}

/** As `findCondaRange`; throws `invalid-specifier` where that gives nothing. */
export function parseCondaRange(text: string): CondaRange {
  const range = findCondaRange(text);
  if (range !== undefined) return range;
  throw new GatehouseError(
    'invalid-specifier',
    `not versions of a conda package such as ">=1.26,<3": ${JSON.stringify(text.slice(0, 80))}`,
  );
}

/** Epoch and the leading numbers of a version, for ranges that people read; what does not begin with a number: none. */
export function numbersOf(version: ReleaseVersion): {
  readonly epoch: number;
  readonly release: readonly number[];
} {
  if (isPypi(version)) return version;
  const [, epoch = '0', release = ''] = /^(?:(\d+)!)?(\d+(?:\.\d+)*)/.exec(version.text) ?? [];
  return { epoch: Number(epoch), release: release.split('.').map(Number) };
}

// conda's versions have no such notion, and letters mostly mean something else (`9e`, `2024a`).
const CONDA_PRERELEASE = /(?:^|[^a-z])(?:dev|alpha|beta|pre(?:view)?(?![a-z])|rc|[abc](?=\d))/;

/** An alpha, a beta, a candidate or a development release; of conda by the words that builders use. */
export function isPrereleaseVersion(version: ReleaseVersion): boolean {
  return isPypi(version) ? isPrerelease(version) : CONDA_PRERELEASE.test(version.text);
}

/** Reads a version of an ecosystem; absent: it is none. */
export function findReleaseVersion(text: string, ecosystem: Ecosystem): ReleaseVersion | undefined {
  return ecosystem === 'pypi' ? findVersion(text) : findCondaVersion(text);
}

/** Negative where `left` is older; 0 where both are the same version, however spelled. */
export function compareReleases(left: ReleaseVersion, right: ReleaseVersion): number {
  if (isPypi(left)) return isPypi(right) ? compareVersions(left, right) : -1;
  return isPypi(right) ? 1 : compareCondaVersions(left, right);
}

function isPypi(version: ReleaseVersion): version is Version {
  return 'release' in version;
}

/**
 * Whether the range takes the artifact. Clauses of PEP 440 take a conda artifact by the text of its version; absent:
 * that cannot be said.
 */
export function takesOrUnknown(range: ReleaseRange, name: ReleaseName): boolean | undefined {
  if ('clauses' in range) {
    const version = name.kind === 'conda' ? findVersion(name.version.text) : name.version;
    return version && satisfies(range, version);
  }
  if (range.spec === undefined) return true;
  if (name.kind !== 'conda') return undefined;
  return matchesRecord(
    { ...range.spec, name: name.project },
    {
      name: name.project,
      version: name.version.text,
      build: name.build,
      subdir: name.subdir,
    },
  );
}

/** Whether the range surely takes the artifact. */
export function takes(range: ReleaseRange, name: ReleaseName): boolean {
  return takesOrUnknown(range, name) === true;
}

/** Whether the range names one version exactly, which takes what is yanked too (PEP 592). Of conda nothing is yanked. */
export function namesOne(range: ReleaseRange): boolean {
  return 'clauses' in range && pins(range);
}

/** The version that a range names, for the nearest to it; absent: none. */
export function namedIn(range: ReleaseRange): ReleaseVersion | undefined {
  if (!('clauses' in range)) return undefined;
  return range.clauses
    .filter((clause) => clause.kind === 'version' || clause.kind === 'compatible')
    .map((clause) => clause.version)
    .find((version) => version !== undefined);
}
