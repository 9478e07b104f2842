import { parseProjectName } from '../ecosystems/pypi/names.ts';
import { GatehouseError } from '../model/errors.ts';
import type { ProjectName } from '../model/subject.ts';

const PREFIX = /^[a-z0-9](?:[a-z0-9]|-(?!-))*$/;

/**
 * Reads a project's name, or the beginning of names and one star: `nvidia-*`. Gives it in normal form, so
 * that `Acme.*` is `acme-*`. Throws `invalid-name`.
 */
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

/** A number that is higher the fewer names a pattern means; of patterns for one project no two have the same. */
export function narrownessOf(pattern: string): number {
  return pattern.endsWith('*') ? pattern.length : Number.POSITIVE_INFINITY;
}
