import { parseSpecifierSet } from '../ecosystems/pypi/specifiers.ts';
import type { ReleaseRange } from '../ecosystems/releases.ts';
import type { ProjectName } from '../model/subject.ts';
import { parseExtra, parseName, parseShortEntry, type ShortEntry } from './entry.ts';
import { loadPolicy } from './load.ts';
import { readTree } from './read-tree.ts';
import { insertEntry } from './splice-entry.ts';
import { applySplice, byHand } from './splice.ts';
import {
  type ListNode,
  type MapNode,
  placeAt,
  type PolicyNode,
  type PolicyTree,
  valueOf,
} from './yaml-tree.ts';

/** The entry to write. */
export interface NewAllowance {
  readonly project: ProjectName;
  readonly extras?: readonly string[];
  /** Version clauses, to be written as they are. Absent: every version. */
  readonly range?: string | undefined;
}

/** A policy's text after an edit. */
export interface PolicyEdit {
  /** The very text given when it approves the range already. */
  readonly text: string;
  /** The line of the entry. */
  readonly line: number;
}

/**
 * Writes an entry into `packages.allow`; every other byte stays. Entries of one project add up, so none is ever
 * changed: a further range gets a line behind them. A new project goes to its alphabetical place if the projects of
 * PyPI are sorted, else behind the last of them. Without a range, a project that has an entry stays as it is. Throws
 * `invalid-specifier`, and `invalid-policy` when the text is no policy or a person has to edit it.
 */
export function addAllowance(text: string, wanted: NewAllowance): PolicyEdit {
  const { project, extras = [] } = wanted;
  const range = (wanted.range ?? '').replaceAll(/\s+/g, ' ').trim();
  const before = readValidTree(text);
  const { list, listKey } = findAllowList(before);
  const own = list.items.flatMap((item, index) => ownEntry(item, index, project));
  const same = own.find((entry) => approves(entry, { extras, range }));
  if (same !== undefined) return { text, line: lineOf(before, same.index) };
  const index = own.at(-1)?.index;
  const place = index === undefined ? alphabeticalPlace(project, list) : index + 1;
  const named = `${own[0]?.spelling ?? project}${extras.length === 0 ? '' : `[${extras.join(',')}]`}`;
  const splice = insertEntry({ text, list }, `${named} ${range}`.trim(), { index: place, listKey });
  const edited = applySplice(text, splice);
  const after = readValidTree(edited);
  const expected = valueWith(before.root, list, splice.values);
  if (JSON.stringify(expected) !== JSON.stringify(valueOf(after.root))) {
    throw byHand('other entries would change too');
  }
  return { text: edited, line: lineOf(after, place) };
}

interface OwnEntry extends ShortEntry {
  readonly index: number;
  readonly spelling: string;
}

/** The entry at a place of the list, if it is the project's. */
function ownEntry(item: PolicyNode, index: number, project: ProjectName): readonly OwnEntry[] {
  const entry = readEntry(item);
  if (entry?.name.project !== project || entry.name.source !== undefined) return [];
  return [{ ...entry, index, spelling: entry.name.spelling }];
}

function readEntry(item: PolicyNode): ShortEntry | undefined {
  if (item.kind === 'scalar') return parseShortEntry(item.text);
  if (item.kind !== 'map') return undefined;
  const name = item.entries.get('name')?.value;
  if (name?.kind !== 'scalar') return undefined;
  const extras = item.entries.get('extras')?.value;
  const versions = item.entries.get('versions')?.value;
  return {
    name: parseName(name.text),
    extras: extras?.kind === 'list' ? extras.items.flatMap(extraOf) : [],
    versions: parseSpecifierSet(versions?.kind === 'scalar' ? versions.text : ''),
  };
}

function extraOf(item: PolicyNode): readonly string[] {
  return item.kind === 'scalar' ? [parseExtra(item.text)] : [];
}

function approves(
  entry: OwnEntry,
  { extras, range }: { readonly extras: readonly string[]; readonly range: string },
): boolean {
  const hasExtras = extras.every((extra) => entry.extras.includes(extra));
  const wanted = parseSpecifierSet(range);
  const hasRange =
    range === '' ||
    (entry.versions.text === '' && isOpenUpward(wanted)) ||
    entry.versions.text === wanted.text;
  return hasExtras && hasRange;
}

/** Its newest are the newest of every version. Any other range has a window of its own (docs/decisions/0011). */
function isOpenUpward(range: ReleaseRange): boolean {
  return (
    'clauses' in range &&
    range.clauses.every(({ operator }) => operator === '>=' || operator === '>')
  );
}

function lineOf(tree: PolicyTree, index: number): number {
  return placeAt(tree, ['packages', 'allow', index]).line;
}

function readValidTree(text: string): PolicyTree & { readonly root: MapNode } {
  const source = { text, file: 'policy.yaml' };
  loadPolicy(source);
  const tree = readTree(source);
  if (tree.root === undefined) throw byHand('it has no sections');
  return { ...tree, root: tree.root };
}

function findAllowList({ root }: { readonly root: MapNode }): {
  readonly list: ListNode;
  readonly listKey: number;
} {
  const packages = root.entries.get('packages')?.value;
  const allow = packages?.kind === 'map' ? packages.entries.get('allow') : undefined;
  if (allow?.value.kind !== 'list') throw byHand('it has no list packages.allow');
  return { list: allow.value, listKey: allow.key.start };
}

// Packages of channels may stand before, between and behind the projects of PyPI, and keep their comments.
function alphabeticalPlace(project: ProjectName, { items }: ListNode): number {
  const own = items.flatMap((item, index) => {
    const name = readEntry(item)?.name;
    return name?.source === undefined ? [{ name: name?.project ?? '', index }] : [];
  });
  const sorted = own.every(
    ({ name }, index) => index === 0 || (own[index - 1]?.name ?? '') <= name,
  );
  const next = sorted ? own.find(({ name }) => name >= project) : undefined;
  if (next !== undefined) return next.index;
  const last = own.at(-1);
  return last === undefined ? items.length : last.index + 1;
}

// The values of a tree in which one list has others.
function valueWith(node: PolicyNode, list: ListNode, values: readonly unknown[]): unknown {
  if (node === list) return values;
  if (node.kind !== 'map') return valueOf(node);
  const entries = [...node.entries].map(([key, { value }]) => [
    key,
    valueWith(value, list, values),
  ]);
  return Object.fromEntries(entries);
}
