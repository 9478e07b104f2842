import { canHold } from '../ecosystems/pypi/markers.ts';
import type { Requirement } from '../ecosystems/pypi/requirements.ts';
import { parseSpecifierSet, pins, type SpecifierSet } from '../ecosystems/pypi/specifiers.ts';
import { targetEnvironment } from '../ecosystems/pypi/target-environment.ts';
import { findVersion, type Version } from '../ecosystems/pypi/versions.ts';
import type { ProjectName } from '../model/subject.ts';
import { pythonTargets, type Target } from '../model/target.ts';
import type { ReadItem } from './read-requirements.ts';

/** Something that is to become installable. */
export interface Wanted {
  readonly project: ProjectName;
  readonly extras: readonly string[];
  readonly specifiers: SpecifierSet;
  /** The one version that is asked for. */
  readonly pin: Version | undefined;
  /** Where it is asked for first. */
  readonly place: string;
}

/** Something in a file for which nothing is written. */
export interface LeftOut {
  /** `refused`: it is asked for, and no entry could approve it. */
  readonly outcome: 'refused' | 'ignored';
  readonly text: string;
  readonly place: string;
  readonly reason: string;
}

export interface Sorted {
  /** In the order of the file, each project and range once. */
  readonly wanted: readonly Wanted[];
  readonly leftOut: readonly LeftOut[];
}

/** Sorts what a file says: what the targets need, narrowed by the constraints, and what is left out. */
export function sortItems(items: readonly ReadItem[], targets: readonly Target[]): Sorted {
  const requirements = items.flatMap(({ item, place, isConstraint }) =>
    item.kind === 'requirement' ? [{ ...item, place, isConstraint }] : [],
  );
  const constraints = requirements.filter(({ isConstraint }) => isConstraint);
  const asked = requirements.filter(({ isConstraint }) => !isConstraint);
  const [needed, unneeded] = partition(asked, ({ requirement }) => isNeeded(requirement, targets));
  const wanted = new Map<string, Wanted>();
  for (const { requirement, place } of needed) {
    const next = wantedOf(requirement, place, narrowing(requirement, constraints, targets));
    const key = `${next.project} ${next.specifiers.text}`;
    const known = wanted.get(key) ?? next;
    wanted.set(key, {
      ...known,
      extras: [...new Set([...known.extras, ...next.extras])].toSorted(),
    });
  }
  const reason = 'no declared target needs it';
  const unneededItems = unneeded.map(({ requirement: { text }, place }): LeftOut => ({
    outcome: 'ignored',
    text,
    place,
    reason,
  }));
  return {
    wanted: [...wanted.values()],
    leftOut: [...items.flatMap(leftOutOf), ...unneededItems],
  };
}

function leftOutOf({ item, place }: ReadItem): readonly LeftOut[] {
  if (item.kind === 'requirement') return [];
  const outcome = item.kind === 'unapprovable' ? 'refused' : 'ignored';
  return [{ outcome, text: item.text, place, reason: item.reason }];
}

function wantedOf(requirement: Requirement, place: string, constraints: readonly string[]): Wanted {
  const { name: project, extras } = requirement;
  const texts = [requirement.specifiers.text, ...constraints].filter((text) => text !== '');
  const specifiers = parseSpecifierSet([...new Set(texts)].join(','));
  return { project, extras, specifiers, pin: findPin(specifiers), place };
}

function narrowing(
  requirement: Requirement,
  constraints: readonly { readonly requirement: Requirement }[],
  targets: readonly Target[],
): readonly string[] {
  return constraints
    .filter((constraint) => constraint.requirement.name === requirement.name)
    .filter((constraint) => isNeeded(constraint.requirement, targets))
    .map((constraint) => constraint.requirement.specifiers.text);
}

function isNeeded({ marker }: Requirement, targets: readonly Target[]): boolean {
  if (marker === undefined) return true;
  return pythonTargets(targets).some((target) =>
    canHold(marker, targetEnvironment(target), undefined),
  );
}

function findPin(specifiers: SpecifierSet): Version | undefined {
  const pin = specifiers.clauses.find((clause) => pins({ text: clause.text, clauses: [clause] }));
  return pin === undefined ? undefined : findVersion(pin.text.replace(/^={2,3}/, ''));
}

function partition<Item>(
  items: readonly Item[],
  isFirst: (item: Item) => boolean,
): readonly [readonly Item[], readonly Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}
