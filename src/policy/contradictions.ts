import type { ReleaseRange } from '../ecosystems/releases.ts';
import type { NamedProject, WrittenVersions } from './entry.ts';
import { problemAt, type PolicyProblem } from './problem.ts';
import type { PolicyFile } from './schema.ts';
import { placeAt, type PolicyTree } from './yaml-tree.ts';

/** Values that are right by themselves and wrong together. */
export function findContradictions(file: PolicyFile, tree: PolicyTree): readonly PolicyProblem[] {
  return [
    ...findSpellings(file, tree, 'allow'),
    ...findSpellings(file, tree, 'deny'),
    ...findTwoChannels(file, tree),
    ...findDoubleClaims(file, tree),
    ...findMisplaced(file, tree),
    ...findOtherVersions(file, tree),
    ...findClaimsOfChannels(file, tree),
    ...findOtherKindsKeys(file, tree),
  ];
}

// Two spellings of one project look like two projects to a reviewer.
function findSpellings(
  file: PolicyFile,
  tree: PolicyTree,
  list: 'allow' | 'deny',
): readonly PolicyProblem[] {
  const first = new Map<string, { readonly name: NamedProject; readonly index: number }>();
  const problems: PolicyProblem[] = [];
  for (const [index, { name }] of file.packages[list].entries()) {
    // Of conda there is one spelling only.
    if (name.source !== undefined) continue;
    const known = first.get(name.project);
    if (known === undefined) {
      first.set(name.project, { name, index });
    } else if (known.name.spelling !== name.spelling) {
      const { line } = placeAt(tree, ['packages', list, known.index]);
      const message = `${name.spelling} is ${known.name.spelling} of line ${line} in another spelling`;
      const hint = `write ${name.project} in both`;
      problems.push(problemAt(placeAt(tree, ['packages', list, index]), message, hint));
    }
  }
  return problems;
}

/** A name comes from one channel: with a second one, what a line lets in from the first would come from the other. */
function findTwoChannels({ packages }: PolicyFile, tree: PolicyTree): readonly PolicyProblem[] {
  const first = new Map<string, { readonly source: string; readonly index: number }>();
  return packages.allow.flatMap(({ name: { project, source, spelling } }, index) => {
    if (source === undefined) return [];
    const known = first.get(project) ?? { source, index };
    first.set(project, known);
    if (known.source === source) return [];
    const { line } = placeAt(tree, ['packages', 'allow', known.index]);
    const message = `${spelling} is allowed from ${known.source} already, in line ${line}: a name comes from one channel`;
    return [problemAt(placeAt(tree, ['packages', 'allow', index]), message, 'remove one of them')];
  });
}

function findDoubleClaims(file: PolicyFile, tree: PolicyTree): readonly PolicyProblem[] {
  const claimants = new Map<string, string>();
  const problems: PolicyProblem[] = [];
  for (const [id, { claims }] of Object.entries(file.sources)) {
    for (const [index, claim] of claims.entries()) {
      const other = claimants.get(claim);
      const place = placeAt(tree, ['sources', id, 'claims', index]);
      if (other === undefined) claimants.set(claim, id);
      else
        problems.push(problemAt(place, `${claim} is claimed by two sources: ${other} and ${id}`));
    }
  }
  return problems;
}

/** Every list of entries that name a package, with where it stands. */
function namedEntries(file: PolicyFile): readonly NamedEntry[] {
  const lists: readonly (readonly [
    readonly string[],
    readonly Pick<NamedEntry, 'entry'>['entry'][],
  ])[] = [
    [['packages', 'allow'], file.packages.allow],
    [['packages', 'deny'], file.packages.deny],
    [['licenses', 'clarify'], file.licenses.clarify],
    [['licenses', 'bundled', 'clarify'], file.licenses.bundled.clarify],
    [['waivers'], file.waivers],
  ];
  return lists.flatMap(([path, entries]) =>
    entries.map((entry, index) => ({ path: [...path, index], entry })),
  );
}

interface NamedEntry {
  readonly path: readonly PropertyKey[];
  readonly entry: {
    readonly name: NamedProject;
    readonly versions?: ReleaseRange | WrittenVersions | undefined;
  };
}

/** A channel before `::` is a source of kind conda. */
function findMisplaced(file: PolicyFile, tree: PolicyTree): readonly PolicyProblem[] {
  return namedEntries(file).flatMap(({ path, entry: { name } }) => {
    if (name.source === undefined || file.sources[name.source]?.kind === 'conda') return [];
    const message = `${name.spelling} is of the channel ${name.source}, which is no source of kind conda`;
    const hint = `add it to sources: ${name.source}: { kind: conda }`;
    return [problemAt(placeAt(tree, path), message, hint)];
  });
}

/** Versions that are read one way only must be of the entry's ecosystem. */
function findOtherVersions(file: PolicyFile, tree: PolicyTree): readonly PolicyProblem[] {
  return namedEntries(file).flatMap(({ path, entry: { name, versions } }) => {
    if (versions === undefined || 'clauses' in versions || 'kind' in versions) return [];
    const isConda = name.source !== undefined;
    if ((isConda ? versions.conda : versions.pypi) !== undefined) return [];
    const message = isConda
      ? `not versions of a conda package: ${JSON.stringify(versions.text.slice(0, 80))}`
      : `not version clauses of PEP 440: ${JSON.stringify(versions.text.slice(0, 80))}`;
    return [problemAt(placeAt(tree, [...path, 'versions']), message, 'write them like ">=1.2,<2"')];
  });
}

/** A conda package is named with its channel, so that no channel needs to claim it. */
function findClaimsOfChannels(file: PolicyFile, tree: PolicyTree): readonly PolicyProblem[] {
  return Object.entries(file.sources).flatMap(([id, { kind, claims }]) => {
    if (kind === 'pypi' || claims.length === 0) return [];
    const message = `claims are for sources of kind pypi: ${id} is a conda channel`;
    const hint = `name its packages as ${id}::name under packages.allow`;
    return [problemAt(placeAt(tree, ['sources', id, 'claims']), message, hint)];
  });
}

/** A key that has no effect would look like a promise. Those at their defaults say nothing. */
function findOtherKindsKeys(file: PolicyFile, tree: PolicyTree): readonly PolicyProblem[] {
  return Object.entries(file.sources).flatMap(([id, source]) => {
    const [key, kind] =
      source.kind === 'pypi' ? (['first-look', 'conda'] as const) : (['hashes', 'pypi'] as const);
    if (source[key] === (key === 'hashes' ? 'required' : 'first-seen')) return [];
    const message = `${key} is for sources of kind ${kind}: ${id} is of kind ${source.kind}`;
    return [problemAt(placeAt(tree, ['sources', id, key]), message, 'leave it out')];
  });
}
