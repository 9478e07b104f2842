import { findCondaName } from '../ecosystems/conda/names.ts';
import { normaliseExtra, parseProjectName } from '../ecosystems/pypi/names.ts';
import {
  findSpecifierSet,
  parseSpecifierSet,
  type SpecifierSet,
} from '../ecosystems/pypi/specifiers.ts';
import {
  type CondaRange,
  findCondaRange,
  parseCondaRange,
  type ReleaseRange,
} from '../ecosystems/releases.ts';
import { GatehouseError } from '../model/errors.ts';
import type { ProjectName, SourceId } from '../model/subject.ts';
import { splitChannel } from './pattern.ts';

/** What a name stands for, and how it was written. */
export interface NamedProject {
  readonly spelling: string;
  readonly project: ProjectName;
  /** Of a conda package: the source, which is its channel; absent: a project of PyPI. */
  readonly source?: SourceId;
}

/** The short form of an entry: `jupyterlab[all] >=4,<5`, or of conda `conda-forge::numpy >=1.26,<3`. */
export interface ShortEntry {
  readonly name: NamedProject;
  readonly extras: readonly string[];
  readonly versions: ReleaseRange;
}

const SHORT = /^(?<name>[^\s[\]<>=!~,;@]+)[ \t]*(?:\[(?<extras>[^\]]*)\])?(?<range>.*)$/;

/** Reads a short entry; throws `invalid-name` or `invalid-specifier`. */
export function parseShortEntry(text: string): ShortEntry {
  if (text.includes('::')) return parseCondaEntry(text);
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

const CONDA = /^(?<name>\S+::[^\s<>=!~]+)[ \t]*(?<range>.*)$/;

function parseCondaEntry(text: string): ShortEntry {
  const { name = text, range = '' } = CONDA.exec(text)?.groups ?? {};
  const named = parseName(name);
  return { name: named, extras: [], versions: parseCondaRange(range) };
}

/** Versions as somebody wrote them, read in each way that they can be: the name beside them says which is meant. */
export interface WrittenVersions {
  readonly text: string;
  /** Absent: they are no clauses of PEP 440. */
  readonly pypi?: SpecifierSet;
  /** Absent: they are no version spec of conda. */
  readonly conda?: CondaRange;
}

/** Reads the versions of an entry; throws `invalid-specifier` where no ecosystem can read them. */
export function parseVersions(text: string): WrittenVersions {
  const pypi = findSpecifierSet(text);
  const conda = findCondaRange(text);
  if (pypi === undefined && conda === undefined) parseSpecifierSet(text);
  // To YAML an unquoted >1 begins a block of lines, which is then empty. It must not mean every version.
  if (text.trim() !== '') {
    return {
      text,
      ...(pypi === undefined ? {} : { pypi }),
      ...(conda === undefined ? {} : { conda }),
    };
  }
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
  const { channel, rest } = splitChannel(text);
  if (channel === undefined) return { spelling: text, project: parsePypiName(text) };
  const project = findCondaName(rest);
  if (project !== undefined) return { spelling: text, project, source: channel };
  throw new GatehouseError(
    'invalid-name',
    `not the name of a conda package: ${JSON.stringify(rest.slice(0, 80))}`,
    { hint: 'names of conda packages are written in lower case' },
  );
}

function parsePypiName(text: string): ProjectName {
  if (!text.includes(':')) return parseProjectName(text);
  throw new GatehouseError(
    'invalid-name',
    `not a project name: ${JSON.stringify(text.slice(0, 80))}`,
    {
      hint: 'a conda package is written channel::name',
    },
  );
}

/** Reads the name of an extra and gives its normal form (PEP 685); throws `invalid-name`. */
export function parseExtra(text: string): string {
  return normaliseExtra(parseProjectName(text));
}
