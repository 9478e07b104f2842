import { longerReleaseKey } from './version-order.ts';
import type { VersionOrder } from './version-order.ts';
import { baseVersion, findVersion, isPrerelease } from './versions.ts';
import type { Version } from './versions.ts';
import { strip, WHITESPACE } from './whitespace.ts';

/** One clause of a specifier set. */
export type Clause = IdentityClause | PrefixClause | CompatibleClause | VersionClause;

/** `===`: the version's text is this text, whatever its case. */
export interface IdentityClause {
  readonly kind: 'identity';
  readonly operator: '===';
  readonly text: string;
  /** In lower case. */
  readonly literal: string;
}

/** `==1.2.*`: the release begins with these numbers. */
export interface PrefixClause {
  readonly kind: 'prefix';
  readonly operator: '==' | '!=';
  readonly text: string;
  readonly prefix: ReleasePrefix;
}

/** `~=1.2.3`: at least this version, and the release begins as its release without the last number. */
export interface CompatibleClause {
  readonly kind: 'compatible';
  readonly operator: '~=';
  readonly text: string;
  readonly version: Version;
  readonly prefix: ReleasePrefix;
}

export interface VersionClause {
  readonly kind: 'version';
  readonly operator: '==' | '!=' | '<=' | '>=' | '<' | '>';
  readonly text: string;
  readonly version: Version;
}

/** How the release keys of its versions look: exactly so, or beginning so. */
export interface ReleasePrefix {
  readonly exactly: string;
  readonly beginning: string;
}

const HOLDS: Readonly<
  Record<VersionClause['operator'], (order: VersionOrder, bound: Version) => boolean>
> = {
  '==': isSame,
  '!=': (order, bound) => !isSame(order, bound),
  '<=': (order, bound) => order.public <= bound.order.public,
  '>=': (order, bound) => order.public >= bound.order.public,
  '<': (order, bound) => order.public < bound.order.public && !isPrereleaseOf(order, bound),
  '>': (order, bound) => order.public > bound.order.public && !isPostReleaseOf(order, bound),
};

const CLAUSE = new RegExp(`^(===|~=|==|!=|<=|>=|<|>)[${WHITESPACE}]*([^${WHITESPACE}]*)$`);
const WILDCARD = /^(v?(?:[0-9]+!)?[0-9]+(?:\.[0-9]+)*)\.\*$/i;

/** Reads one clause, without comma; absent when it is not one of PEP 440. */
export function findClause(text: string): Clause | undefined {
  const [, operator, operand] = CLAUSE.exec(strip(text)) ?? [];
  if (operator === undefined || operand === undefined) return undefined;
  switch (operator) {
    case '===':
      // A `;` begins a marker, a `)` ends the parentheses of a requirement; control characters could forge
      // a line of a log, and no version has them.
      return /[;)\p{Cc}]/u.test(operand)
        ? undefined
        : { kind: 'identity', operator, text: operator + operand, literal: operand.toLowerCase() };
    case '==':
    case '!=':
      return findPrefixClause(operator, operand) ?? findVersionClause(operator, operand);
    case '~=':
      return findCompatibleClause(operand);
    case '<=':
    case '>=':
    case '<':
    case '>':
      return findVersionClause(operator, operand);
    default:
      return undefined;
  }
}

/** Whether the version satisfies the clause; pre-releases are versions like any other. */
export function clauseHolds(clause: Clause, version: Version): boolean {
  if (clause.kind === 'identity') return version.text === clause.literal;
  if (clause.kind === 'version') return HOLDS[clause.operator](version.order, clause.version);
  const fits = hasPrefix(version.order, clause.prefix);
  if (clause.kind === 'prefix') return fits === (clause.operator === '==');
  return fits && HOLDS['>='](version.order, clause.version);
}

function findPrefixClause(operator: '==' | '!=', operand: string): PrefixClause | undefined {
  const base = findVersion(WILDCARD.exec(operand)?.[1] ?? '');
  return (
    base && {
      kind: 'prefix',
      operator,
      text: `${operator}${base.text}.*`,
      prefix: releasePrefix(base),
    }
  );
}

function findCompatibleClause(operand: string): CompatibleClause | undefined {
  const version = findVersion(operand);
  if (version === undefined || version.local !== undefined || version.release.length < 2) {
    return undefined;
  }
  const shorter = findVersion(baseVersion(version).replace(/\.[0-9]+$/, ''));
  return (
    shorter && {
      kind: 'compatible',
      operator: '~=',
      text: `~=${version.text}`,
      version,
      prefix: releasePrefix(shorter),
    }
  );
}

function findVersionClause(
  operator: VersionClause['operator'],
  operand: string,
): VersionClause | undefined {
  const version = findVersion(operand);
  if (version === undefined) return undefined;
  const takesLocal = operator === '==' || operator === '!=';
  if (version.local !== undefined && !takesLocal) return undefined;
  return { kind: 'version', operator, text: operator + version.text, version };
}

function releasePrefix(version: Version): ReleasePrefix {
  const significant = version.release.findLastIndex((number) => number !== 0) + 1;
  const trailingZeros = version.release.length - significant;
  return {
    exactly: version.order.release,
    beginning: longerReleaseKey(version.order, trailingZeros),
  };
}

function hasPrefix(order: VersionOrder, prefix: ReleasePrefix): boolean {
  return order.release === prefix.exactly || order.release.startsWith(prefix.beginning);
}

/** A candidate's local version counts only where the clause has one. */
function isSame(order: VersionOrder, bound: Version): boolean {
  return bound.local === undefined
    ? order.public === bound.order.public
    : order.whole === bound.order.whole;
}

/** Of what sorts before the bound: `<1.0` excludes `1.0rc1`, and `<1.0.post1` excludes `1.0.post1.dev0`. */
function isPrereleaseOf(order: VersionOrder, bound: Version): boolean {
  if (isPrerelease(bound)) return false;
  return bound.post === undefined
    ? order.release === bound.order.release
    : order.post === bound.order.post;
}

/** Of what sorts after the bound: `>1.0` excludes `1.0.post1`, but `>1.0.post1` not `1.0.post2`. */
function isPostReleaseOf(order: VersionOrder, bound: Version): boolean {
  return bound.post === undefined && bound.dev === undefined && order.pre === bound.order.pre;
}
