import { GatehouseError } from '../../model/errors.ts';
import { clauseHolds, findClause } from './specifier-clauses.ts';
import type { Clause } from './specifier-clauses.ts';
import { findVersion, isPrerelease } from './versions.ts';
import type { Version } from './versions.ts';
import { strip } from './whitespace.ts';

/** Version clauses that must all hold (PEP 440). */
export interface SpecifierSet {
  /** The clauses in normal form, in written order, joined by `,`; empty: any version. */
  readonly text: string;
  readonly clauses: readonly Clause[];
}

const MAX_SPECIFIER_LENGTH = 2048;

/** Reads clauses separated by commas; an empty text is any version. Throws `invalid-specifier`. */
export function parseSpecifierSet(text: string): SpecifierSet {
  const set = findSpecifierSet(text);
  if (set === undefined) {
    throw new GatehouseError(
      'invalid-specifier',
      `not version clauses of PEP 440 such as ">=1.2,<2": ${JSON.stringify(text.slice(0, 80))}`,
    );
  }
  return set;
}

/** As `parseSpecifierSet`; absent where that throws. */
export function findSpecifierSet(text: string): SpecifierSet | undefined {
  if (text.length > MAX_SPECIFIER_LENGTH) return undefined;
  const clauses: Clause[] = [];
  for (const part of text.split(',').map(strip)) {
    if (part === '') continue;
    const clause = findClause(part);
    if (clause === undefined) return undefined;
    clauses.push(clause);
  }
  return { text: clauses.map((clause) => clause.text).join(','), clauses };
}

/** Whether all clauses hold. Pre-releases count like any version: policy, not a requirement, opens them. */
export function satisfies(set: SpecifierSet, version: Version): boolean {
  return set.clauses.every((clause) => clauseHolds(clause, version));
}

export function isAny(set: SpecifierSet): boolean {
  return set.clauses.length === 0;
}

/** Whether a clause other than `!=` names a pre-release, which PEP 440 takes as asking for them. */
export function namesPrerelease(set: SpecifierSet): boolean {
  return set.clauses.some((clause) => {
    const version = clause.operator === '!=' ? undefined : namedVersion(clause);
    return version !== undefined && isPrerelease(version);
  });
}

/** Whether it pins a version in the sense of PEP 592: by `===`, or by `==` without `.*`. */
export function pins(set: SpecifierSet): boolean {
  return set.clauses.some(
    (clause) =>
      clause.kind === 'identity' || (clause.kind === 'version' && clause.operator === '=='),
  );
}

function namedVersion(clause: Clause): Version | undefined {
  if (clause.kind === 'prefix') return undefined;
  return clause.kind === 'identity' ? findVersion(clause.literal) : clause.version;
}
