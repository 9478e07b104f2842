import { normaliseExtra, parseProjectName } from '../ecosystems/pypi/names.ts';
import { isAny, parseSpecifierSet, type SpecifierSet } from '../ecosystems/pypi/specifiers.ts';
import { GatehouseError } from '../model/errors.ts';
import type { ProjectName } from '../model/subject.ts';

/** What a name stands for, and how it was written. */
export interface NamedProject {
  readonly spelling: string;
  readonly project: ProjectName;
}

/** The short form of an entry: `jupyterlab[all] >=4,<5`. */
export interface ShortEntry {
  readonly name: NamedProject;
  readonly extras: readonly string[];
  readonly versions: SpecifierSet;
}

const SHORT = /^(?<name>[^\s[\]<>=!~,;@]+)[ \t]*(?:\[(?<extras>[^\]]*)\])?(?<range>.*)$/;

/** Reads a short entry; throws `invalid-name` or `invalid-specifier`. */
export function parseShortEntry(text: string): ShortEntry {
  const { name, extras, range = '' } = SHORT.exec(text)?.groups ?? {};
  if (name === undefined) {
    const message = `an entry begins with the name of a project, got: ${JSON.stringify(text.slice(0, 80))}`;
    const hint = 'put an entry that has a comma in quotes where the list stands in [ ]';
    throw new GatehouseError('invalid-name', message, { hint });
  }
  return {
    name: parseName(name),
    extras: extras === undefined ? [] : extras.split(',').map((extra) => parseExtra(extra.trim())),
    versions: parseSpecifierSet(range),
  };
}

/** Reads the versions of an entry; throws `invalid-specifier`. */
export function parseVersions(text: string): SpecifierSet {
  const versions = parseSpecifierSet(text);
  // To YAML an unquoted >1 begins a block of lines, which is then empty. It must not mean every version.
  if (!isAny(versions)) return versions;
  throw new GatehouseError('invalid-specifier', 'no versions are written here', {
    hint: 'put versions that begin with > in quotes; for every version leave the key out',
  });
}

/** Reads the name of one project; throws `invalid-name`. */
export function parseName(text: string): NamedProject {
  if (text.includes('*')) {
    throw new GatehouseError(
      'invalid-name',
      `a pattern is not the name of one project: ${text.slice(0, 80)}`,
      {
        hint: 'write one entry for each project',
      },
    );
  }
  return { spelling: text, project: parseProjectName(text) };
}

/** Reads the name of an extra and gives its normal form (PEP 685); throws `invalid-name`. */
export function parseExtra(text: string): string {
  return normaliseExtra(parseProjectName(text));
}
