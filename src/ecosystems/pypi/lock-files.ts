import { parse } from 'smol-toml';

import { GatehouseError, isGatehouseError } from '../../model/errors.ts';
import { type FileItem, remarkOn } from './file-item.ts';
import { isTable, type Table, tableOf, tablesOf, textOf, textsOf } from './lock-tables.ts';
import { parseRequirement } from './requirements.ts';

/** The formats of locks, by the name that their files have. */
const FORMATS: readonly {
  readonly name: RegExp;
  readonly read: (text: string) => readonly FileItem[];
}[] = [
  { name: /^pylock(?:\.[^.]+)?\.toml$/, read: readPylock },
  { name: /^uv\.lock$/, read: readUvLock },
  { name: /^poetry\.lock$/, read: readPoetryLock },
  { name: /^pdm\.lock$/, read: readPdmLock },
  { name: /^Pipfile\.lock$/, read: readPipfileLock },
];

/** The reader of the lock files of this name; absent: no lock that is known here has it. */
export function findLockReader(
  filename: string,
): ((text: string) => readonly FileItem[]) | undefined {
  return FORMATS.find(({ name }) => name.test(filename))?.read;
}

/** PEP 751. */
function readPylock(text: string): readonly FileItem[] {
  const lock = readToml(text);
  requireVersion(textOf(lock, 'lock-version'), /^1\.\d+$/, 'lock-version 1');
  return tablesOf(lock, 'packages').flatMap((table) => {
    const directory = tableOf(table, 'directory');
    if (textOf(directory, 'path') === '.') return [];
    const elsewhere = ['vcs', 'directory', 'archive'].find((key) => key in table);
    return [itemOf(table, { elsewhere, markers: textsOf(table, 'marker') })];
  });
}

function readUvLock(text: string): readonly FileItem[] {
  const lock = readToml(text);
  requireVersion(String(lock['version']), /^1$/, 'version 1');
  const packages = tablesOf(lock, 'package');
  const members = textsOf(tableOf(lock, 'manifest'), 'members');
  const edges = packages.flatMap(uvEdges);
  return packages.flatMap((table) => {
    const name = textOf(table, 'name') ?? '';
    const source = tableOf(table, 'source') ?? {};
    const folder = textOf(source, 'editable') ?? textOf(source, 'virtual');
    // The projects of the workspace itself are what the lock is for.
    if (folder === '.' || (folder !== undefined && members.includes(name))) return [];
    const elsewhere = 'registry' in source ? undefined : Object.keys(source)[0];
    const forks = textsOf(table, 'resolution-markers');
    return [itemOf(table, { elsewhere, markers: forks.length > 0 ? forks : needing(name, edges) })];
  });
}

/** What a package of uv.lock needs, its extras and its groups need. */
function uvEdges(table: Table): readonly Table[] {
  const grouped = ['optional-dependencies', 'dev-dependencies'].flatMap((key) => {
    const groups = tableOf(table, key) ?? {};
    return Object.keys(groups).flatMap((group) => tablesOf(groups, group));
  });
  return [...tablesOf(table, 'dependencies'), ...grouped];
}

/** The markers under which a package is needed at all; none if something needs it always. */
function needing(name: string, edges: readonly Table[]): readonly string[] {
  const markers = edges
    .filter((edge) => textOf(edge, 'name') === name)
    .map((edge) => textOf(edge, 'marker'));
  return markers.some(isAlways) ? [] : markers.filter((marker) => marker !== undefined);
}

/** Of conflicting extras a marker speaks as of extras that no package has. */
function isAlways(marker: string | undefined): boolean {
  return marker === undefined || /\bextra\b/.test(marker);
}

function readPoetryLock(text: string): readonly FileItem[] {
  return tablesOf(readToml(text), 'package').map((table) => {
    const kind = textOf(tableOf(table, 'source'), 'type');
    const byGroup = Object.values(tableOf(table, 'markers') ?? {}).map(String);
    const markers = [...textsOf(table, 'markers'), ...byGroup];
    return itemOf(table, { elsewhere: kind === 'legacy' ? undefined : kind, markers });
  });
}

function readPdmLock(text: string): readonly FileItem[] {
  return tablesOf(readToml(text), 'package').map((table) => {
    const elsewhere = ['path', 'url', 'git', 'hg', 'svn', 'bzr'].find((key) => key in table);
    const extras = textsOf(table, 'extras');
    return itemOf(table, { elsewhere, extras, markers: textsOf(table, 'marker') });
  });
}

function readPipfileLock(text: string): readonly FileItem[] {
  const lock = readJson(text);
  const groups = Object.keys(lock).filter((key) => key !== '_meta');
  return groups.flatMap((group) =>
    Object.entries(tableOf(lock, group) ?? {}).flatMap(([name, value]) => {
      if (!isTable(value)) return [];
      const elsewhere = ['path', 'file', 'git', 'editable'].find((key) => key in value);
      const version = textOf(value, 'version')?.replace(/^==/, '');
      const extras = textsOf(value, 'extras');
      const markers = textsOf(value, 'markers');
      return [itemOf({ name, version }, { elsewhere, extras, markers })];
    }),
  );
}

interface LockedFrom {
  /** What it comes from instead of an index. */
  readonly elsewhere: string | undefined;
  readonly extras?: readonly string[];
  /** One of them has to hold. */
  readonly markers: readonly string[];
}

function itemOf(table: Table, { elsewhere, extras = [], markers }: LockedFrom): FileItem {
  const name = textOf(table, 'name') ?? 'a package without a name';
  const version = textOf(table, 'version');
  if (elsewhere !== undefined)
    return remarkOn('unapprovable', {
      text: name,
      reason: `it comes from ${elsewhere}, not an index`,
    });
  if (version === undefined)
    return remarkOn('unapprovable', { text: name, reason: 'the lock gives no version of it' });
  const named = `${name}${extras.length === 0 ? '' : `[${extras.join(',')}]`}==${version}`;
  const marker = markers.map((text) => `(${text})`).join(' or ');
  const item = requirementItem(marker === '' ? named : `${named} ; ${marker}`);
  // Markers can read what only locks know (PEP 751: `extras`, `dependency_groups`); then it is taken as needed.
  return item.kind === 'requirement' ? item : requirementItem(named);
}

function requirementItem(text: string): FileItem {
  try {
    return { kind: 'requirement', requirement: parseRequirement(text) };
  } catch (error) {
    if (!isGatehouseError(error)) throw error;
    return remarkOn('unapprovable', { text, reason: error.message });
  }
}

function readToml(text: string): Table {
  try {
    return parse(text);
  } catch (error) {
    throw unreadable('it is not TOML', error);
  }
}

function readJson(text: string): Table {
  try {
    const value: unknown = JSON.parse(text);
    if (isTable(value)) return value;
  } catch (error) {
    throw unreadable('it is not JSON', error);
  }
  throw unreadable('it is not a JSON object');
}

function requireVersion(got: string | undefined, known: RegExp, expected: string): void {
  if (got === undefined || !known.test(got))
    throw unreadable(`expected ${expected}, got: ${String(got).slice(0, 40)}`);
}

function unreadable(what: string, cause?: unknown): GatehouseError {
  const first = cause instanceof Error ? `: ${cause.message.split('\n')[0]}` : '';
  return new GatehouseError('invalid-requirement', `the lock cannot be read: ${what}${first}`, {
    cause,
  });
}
