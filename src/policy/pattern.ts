import { findCondaName } from '../ecosystems/conda/names.ts';
import { parseProjectName } from '../ecosystems/pypi/names.ts';
import { GatehouseError } from '../model/errors.ts';
import { type Ecosystem, isSourceId, type ProjectName, type SourceId } from '../model/subject.ts';

const PREFIX = /^[a-z0-9](?:[a-z0-9]|-(?!-))*$/;

/**
 * Reads a project's name, or the beginning of names and one star: `nvidia-*`. Gives it in normal form, so
 * that `Acme.*` is `acme-*`. Before the name of a conda package stands its channel: `conda-forge::cuda-*`. Throws
 * `invalid-name`.
 */
export function parsePackagePattern(text: string): string {
  const { channel, rest } = splitChannel(text);
  if (channel === undefined) return parseNamePattern(text);
  const isWhole = !rest.includes('*');
  const start = rest.replace(/\*$/, '');
  if (isWhole ? findCondaName(rest) === undefined : !CONDA_PREFIX.test(start)) {
    throw new GatehouseError(
      'invalid-name',
      `not the name of a conda package, or the beginning of names and one star: ${JSON.stringify(rest.slice(0, 80))}`,
      { hint: 'write it like conda-forge::cuda-*' },
    );
  }
  return text;
}

const CONDA_PREFIX = /^[a-z0-9_][a-z0-9._-]*$/;

/** The same for names of PyPI alone. */
export function parseNamePattern(text: string): string {
  if (!text.includes('*')) return parseProjectName(text);
  const prefix = text
    .slice(0, -1)
    .toLowerCase()
    .replaceAll(/[-_.]+/g, '-');
  if (!text.endsWith('*') || !PREFIX.test(prefix)) {
    const shown = JSON.stringify(text.slice(0, 80));
    throw new GatehouseError(
      'invalid-name',
      `not a name or the beginning of names and one star: ${shown}`,
      {
        hint: 'write it like nvidia-*',
      },
    );
  }
  return `${prefix}*`;
}

/** Whether a pattern of `parseNamePattern` means the project. */
export function matchesName(pattern: string, project: ProjectName): boolean {
  return pattern.endsWith('*') ? project.startsWith(pattern.slice(0, -1)) : project === pattern;
}

/** What is before and after the `::` of a conda package; throws `invalid-name` where no source can be called so. */
export function splitChannel(text: string): {
  readonly channel?: SourceId;
  readonly rest: string;
} {
  const at = text.indexOf('::');
  if (at === -1) return { rest: text };
  const channel = text.slice(0, at);
  if (isSourceId(channel)) return { channel, rest: text.slice(at + 2) };
  throw new GatehouseError(
    'invalid-name',
    `not the id of a source before the "::": ${JSON.stringify(channel.slice(0, 80))}`,
    { hint: 'write it like conda-forge::numpy' },
  );
}

/**
 * Whether a pattern of `parsePackagePattern` means a package of a source. One without a channel means projects of
 * PyPI only.
 */
export function meansPackage(
  pattern: string,
  of: { readonly ecosystem: Ecosystem; readonly source: SourceId; readonly project: ProjectName },
): boolean {
  const { channel, rest } = splitChannel(pattern);
  if (channel === undefined) return of.ecosystem === 'pypi' && matchesName(rest, of.project);
  return of.ecosystem === 'conda' && channel === of.source && matchesName(rest, of.project);
}

/** A number that is higher the fewer names a pattern means; of patterns for one project no two have the same. */
export function narrownessOf(pattern: string): number {
  return pattern.endsWith('*') ? pattern.length : Number.POSITIVE_INFINITY;
}
