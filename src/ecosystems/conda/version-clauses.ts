import { beginsWith } from './version-order.ts';
import { compareCondaVersions, findCondaVersion } from './versions.ts';
import type { CondaVersion } from './versions.ts';

type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=';

/** One clause of a version spec. */
export type VersionClause =
  | { readonly kind: 'any' }
  | { readonly kind: 'compare'; readonly operator: Operator; readonly version: CondaVersion }
  /** `1.2.*`, `=1.2`, and `!=1.2.*` for all other versions. */
  | { readonly kind: 'prefix' | 'other-prefix'; readonly prefix: CondaVersion }
  /** `~=1.2.3`: at least this version, and it begins as `1.2`. */
  | {
      readonly kind: 'compatible';
      readonly version: CondaVersion;
      readonly prefix: CondaVersion;
    }
  /** A regular expression, which is never run, or a form that conda and rattler read in different ways. */
  | { readonly kind: 'unsupported'; readonly text: string };

const HOLDS: Readonly<Record<Operator, (order: number) => boolean>> = {
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

const CLAUSE = /^(==|!=|<=|>=|~=|=|<|>|)([^=<>!~^$\s][^=<>~^$\s]*)$/;

/** Reads one clause, without `,`, `|` and parentheses; absent: it is none. */
export function findClause(text: string): VersionClause | undefined {
  // As conda takes it: it begins with `^` or ends with `$`, and has both.
  if (/^\^[^\s]*\$$/.test(text)) return { kind: 'unsupported', text };
  const [, operator, operand] = CLAUSE.exec(text) ?? [];
  if (operator === undefined || operand === undefined) return undefined;
  if (operand === '*') return operator === '' ? { kind: 'any' } : { kind: 'unsupported', text };
  if (operand.includes('*')) return findStarred(operator, operand, text);
  return operandClause(operator, operand, text);
}

/** Whether the clause holds; undefined: it is unsupported. */
export function clauseHolds(clause: VersionClause, version: CondaVersion): boolean | undefined {
  if (clause.kind === 'any') return true;
  if (clause.kind === 'unsupported') return undefined;
  if (clause.kind === 'compare') {
    return HOLDS[clause.operator](compareCondaVersions(version, clause.version));
  }
  const begins = beginsWith(version.order, clause.prefix.order);
  if (clause.kind === 'compatible') {
    return begins && compareCondaVersions(version, clause.version) >= 0;
  }
  return begins === (clause.kind === 'prefix');
}

function findStarred(operator: string, operand: string, text: string): VersionClause | undefined {
  const dotted = operand.endsWith('.*');
  const bare = operand.slice(0, dotted ? -2 : -1);
  // A star elsewhere, or several of them: conda matches the text, rattler refuses.
  if (!operand.endsWith('*') || bare.includes('*')) return { kind: 'unsupported', text };
  const prefix = findCondaVersion(bare);
  if (prefix === undefined) return undefined;
  if (operator === '' || (dotted && operator === '=')) return { kind: 'prefix', prefix };
  if (dotted && operator === '!=') return { kind: 'other-prefix', prefix };
  // Both clients leave the star out of these.
  if (dotted && isOneOf(operator, ['==', '>=', '<', '<='])) {
    return { kind: 'compare', operator, version: prefix };
  }
  return { kind: 'unsupported', text };
}

function operandClause(operator: string, operand: string, text: string): VersionClause | undefined {
  const version = findCondaVersion(operand);
  if (version === undefined) return undefined;
  if (operator === '') return { kind: 'compare', operator: '==', version };
  if (operator === '=') return { kind: 'prefix', prefix: version };
  if (isOneOf(operator, ['==', '!=', '<', '<=', '>', '>='])) {
    return { kind: 'compare', operator, version };
  }
  // Without a dot conda fails and rattler takes every later version.
  const prefix = findCondaVersion(operand.slice(0, Math.max(operand.lastIndexOf('.'), 0)));
  if (prefix === undefined) return { kind: 'unsupported', text };
  return { kind: 'compatible', version, prefix };
}

function isOneOf<const Text extends string>(text: string, texts: readonly Text[]): text is Text {
  return texts.some((one) => one === text);
}
