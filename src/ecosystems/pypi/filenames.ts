import { GatehouseError } from '../../model/errors.ts';
import type { ArtifactFilename, ProjectName } from '../../model/subject.ts';
import { findProjectName } from './names.ts';
import { findVersion, type Version } from './versions.ts';

/** What the file name of a wheel says (binary distribution format, "File name convention"). */
export interface WheelName {
  readonly kind: 'wheel';
  readonly project: ProjectName;
  readonly version: Version;
  readonly build?: string;
  /** Each `python-abi-platform` triple that the compressed tag set stands for, lower-case, once. */
  readonly tags: readonly string[];
}

/** What the file name of a source distribution says. */
export interface SdistName {
  readonly kind: 'sdist';
  readonly project: ProjectName;
  readonly version: Version;
  readonly extension: '.tar.gz' | '.zip';
}

export type ArtifactName = WheelName | SdistName;

/**
 * Reads the file name of one of the project's artifacts. Absent: no standard reads it, or it is another
 * project's. The project is needed because a dash may be in the name and in the version of an sdist:
 * `foo-1.0-1.tar.gz` is version 1.0.post1 of foo and version 1 of foo-1-0.
 */
export function findArtifactName(filename: string, project: ProjectName): ArtifactName | undefined {
  if (!isArtifactFilename(filename)) return undefined;
  if (filename.endsWith('.whl')) return findWheelName(filename.slice(0, -4), project);
  if (filename.endsWith('.tar.gz')) return findSdistName(filename, project, '.tar.gz');
  if (filename.endsWith('.zip')) return findSdistName(filename, project, '.zip');
  return undefined;
}

/** The format that a file name claims, which is not yet a promise that the name can be read. */
export function classifyFormat(filename: ArtifactFilename): 'wheel' | 'sdist' | 'other' {
  if (filename.endsWith('.whl')) return 'wheel';
  if (filename.endsWith('.tar.gz') || filename.endsWith('.zip')) return 'sdist';
  return 'other';
}

/** True for what may name a file of a Python project; spaces are refused because version parsers drop them. */
export function isArtifactFilename(text: string): text is ArtifactFilename {
  return text.length <= 255 && /^[!-~]+$/.test(text) && !/^\.|[/\\%]/.test(text);
}

/** Reads a file name from outside; throws `invalid-filename`. */
export function parseArtifactFilename(text: string): ArtifactFilename {
  if (!isArtifactFilename(text)) {
    throw new GatehouseError(
      'invalid-filename',
      `not a file name of at most 255 visible ASCII characters without "/", "\\", "%" and a leading dot: ${JSON.stringify(text.slice(0, 80))}`,
    );
  }
  return text;
}

function findWheelName(stem: string, project: ProjectName): WheelName | undefined {
  const parts = stem.split('-');
  if (parts.length !== 5 && parts.length !== 6) return undefined;
  const [name = '', versionText = ''] = parts;
  // The format writes every run of "-", "_" and "." as one "_", so a double one is not a wheel's name.
  if (name.includes('__') || findProjectName(name) !== project) return undefined;
  const version = findVersion(versionText);
  const tags = expandTags(parts.slice(-3));
  if (version === undefined || tags === undefined) return undefined;
  if (parts.length === 5) return { kind: 'wheel', project, version, tags };
  const build = parts[2];
  if (build === undefined || !/^[0-9]/.test(build)) return undefined;
  return { kind: 'wheel', project, version, build, tags };
}

// A name of 255 characters can stand for half a million tags; real ones stand for fewer than a hundred.
const MAXIMUM_TAGS = 1000;

function expandTags(components: readonly string[]): readonly string[] | undefined {
  const [pythons = [], abis = [], platforms = []] = components.map((component) =>
    component.toLowerCase().split('.'),
  );
  if (pythons.length * abis.length * platforms.length > MAXIMUM_TAGS) return undefined;
  if (!pythons.every((python) => /^[a-z_][a-z0-9_]*$/.test(python))) return undefined;
  if (abis.includes('') || platforms.includes('')) return undefined;
  const tags = pythons.flatMap((python) =>
    abis.flatMap((abi) => platforms.map((platform) => `${python}-${abi}-${platform}`)),
  );
  return [...new Set(tags)];
}

function findSdistName(
  filename: string,
  project: ProjectName,
  extension: SdistName['extension'],
): SdistName | undefined {
  const stem = filename.slice(0, -extension.length);
  for (let dash = stem.indexOf('-'); dash !== -1; dash = stem.indexOf('-', dash + 1)) {
    // At most one prefix is the project's name: a longer one has more letters or ends with a dash.
    if (findProjectName(stem.slice(0, dash)) !== project) continue;
    const version = findVersion(stem.slice(dash + 1));
    return version === undefined ? undefined : { kind: 'sdist', project, version, extension };
  }
  return undefined;
}
