import { GatehouseError } from '../../model/errors.ts';
import { findExceptionIdentifier, findLicenseIdentifier } from './identifiers.ts';

/** An SPDX licence expression (SPDX 2.3 annex D, PEP 639), its identifiers in the spelling of the SPDX list. */
export type LicenseExpression = License | CompoundLicense;

/** One licence: an identifier of the list that is not deprecated, or an opaque `LicenseRef-`. */
export interface License {
  readonly kind: 'license';
  readonly id: string;
  /** A `+` stands after it. The GNU licences say `-or-later` in their id instead. */
  readonly orLater: boolean;
  /** `WITH` this exception, which only ever adds permission. */
  readonly exception?: string;
}

/** Several: `and` asks for all of them, `or` lets whoever is licensed choose. At least two, none of the same kind. */
export interface CompoundLicense {
  readonly kind: 'and' | 'or';
  readonly operands: readonly LicenseExpression[];
}

const MAXIMUM_LENGTH = 4096;
const MAXIMUM_DEPTH = 64;

/**
 * Reads an expression, identifiers and operators in any case; deprecated identifiers become what replaces
 * them. Throws `invalid-expression` with the column, which counts from 1.
 */
export function parseLicenseExpression(text: string): LicenseExpression {
  if (text.length > MAXIMUM_LENGTH) {
    throw invalid(
      MAXIMUM_LENGTH + 1,
      `expected at most ${MAXIMUM_LENGTH} characters, got ${text.length}`,
    );
  }
  const source = { tokens: tokenize(text), end: text.length + 1 };
  const { expression, next } = parseChain('or', source, { at: 0, depth: 0 });
  if (next < source.tokens.length) throw unexpected(source, next, 'AND, OR or the end');
  return expression;
}

/** Reads an expression that must be one licence; throws `invalid-expression`. */
export function parseLicense(text: string): License {
  const expression = parseLicenseExpression(text);
  if (expression.kind === 'license') return expression;
  throw invalid(1, 'expected one licence, got several');
}

/** Writes an expression canonically: operators in capitals, only the parentheses that are needed. */
export function formatLicenseExpression(expression: LicenseExpression): string {
  if (expression.kind === 'license') return formatLicense(expression);
  return expression.kind === 'or'
    ? expression.operands.map(formatLicenseExpression).join(' OR ')
    : expression.operands.map(formatOperandOfAnd).join(' AND ');
}

/** Whether two expressions say the same, whatever the order of operands and the case of a `LicenseRef-`. */
export function equalExpressions(left: LicenseExpression, right: LicenseExpression): boolean {
  return keyOf(left) === keyOf(right);
}

/** The licences that an expression is made of, in written order. */
export function licensesOf(expression: LicenseExpression): readonly License[] {
  return expression.kind === 'license' ? [expression] : expression.operands.flatMap(licensesOf);
}

/** Joins expressions, of which there must be one; what is nested in the same kind is raised, what repeats is dropped. */
export function joinExpressions(
  kind: 'and' | 'or',
  expressions: readonly [LicenseExpression, ...LicenseExpression[]],
): LicenseExpression {
  const operands = new Map<string, LicenseExpression>();
  for (const expression of expressions) {
    for (const operand of expression.kind === kind ? expression.operands : [expression]) {
      const key = keyOf(operand);
      if (!operands.has(key)) operands.set(key, operand);
    }
  }
  return operands.size === 1 ? expressions[0] : { kind, operands: [...operands.values()] };
}

interface Token {
  readonly text: string;
  readonly column: number;
}

interface Source {
  readonly tokens: readonly Token[];
  /** The column after the last character. */
  readonly end: number;
}

interface Position {
  readonly at: number;
  readonly depth: number;
}

interface Parsed {
  readonly expression: LicenseExpression;
  readonly next: number;
}

function tokenize(text: string): readonly Token[] {
  return [...text.matchAll(/[()]|[^ \t\r\n()]+/g)].map((match) => ({
    text: match[0],
    column: match.index + 1,
  }));
}

function parseChain(kind: 'and' | 'or', source: Source, start: Position): Parsed {
  const first = parseOperand(kind, source, start);
  const rest: LicenseExpression[] = [];
  let next = first.next;
  while (source.tokens[next]?.text.toLowerCase() === kind) {
    const operand = parseOperand(kind, source, { at: next + 1, depth: start.depth });
    rest.push(operand.expression);
    next = operand.next;
  }
  return { expression: joinExpressions(kind, [first.expression, ...rest]), next };
}

function parseOperand(kind: 'and' | 'or', source: Source, position: Position): Parsed {
  return kind === 'or' ? parseChain('and', source, position) : parseUnit(source, position);
}

function parseUnit(source: Source, { at, depth }: Position): Parsed {
  const token = source.tokens[at];
  if (token?.text !== '(') return parseLicenseUnit(source, at);
  if (depth === MAXIMUM_DEPTH) {
    throw invalid(token.column, `expected at most ${MAXIMUM_DEPTH} parentheses within each other`);
  }
  const { expression, next } = parseChain('or', source, { at: at + 1, depth: depth + 1 });
  if (source.tokens[next]?.text !== ')') throw unexpected(source, next, 'AND, OR or ")"');
  return { expression, next: next + 1 };
}

function parseLicenseUnit(source: Source, at: number): Parsed {
  const token = source.tokens[at];
  if (token === undefined || isReserved(token)) throw unexpected(source, at, 'a licence');
  const license = readLicense(token);
  if (source.tokens[at + 1]?.text.toLowerCase() !== 'with') {
    return { expression: license, next: at + 1 };
  }
  if (license.exception !== undefined) {
    throw invalid(token.column, `${quote(token.text)} already contains an exception`);
  }
  return { expression: { ...license, exception: readException(source, at + 2) }, next: at + 3 };
}

function readLicense(token: Token): License {
  const plus = token.text.endsWith('+');
  const found = findLicenseIdentifier(plus ? token.text.slice(0, -1) : token.text);
  if (found === undefined) throw invalid(token.column, `unknown licence ${quote(token.text)}`);
  const { id, replaced, ...exception } = found;
  if (!plus) return { kind: 'license', id, orLater: false, ...exception };
  if (/^(?:licenseref|documentref)-/i.test(id) || (!replaced && /-(?:only|or-later)$/.test(id))) {
    throw invalid(token.column, `"+" cannot follow ${quote(id)}`);
  }
  const later = id.replace(/-only$/, '-or-later');
  return { kind: 'license', id: later, orLater: !later.endsWith('-or-later'), ...exception };
}

function readException(source: Source, at: number): string {
  const token = source.tokens[at];
  if (token === undefined || isReserved(token)) throw unexpected(source, at, 'an exception');
  const exception = findExceptionIdentifier(token.text);
  if (exception === undefined)
    throw invalid(token.column, `unknown exception ${quote(token.text)}`);
  return exception;
}

function isReserved(token: Token): boolean {
  return /^(?:[()]|and|or|with)$/i.test(token.text);
}

function formatLicense({ id, orLater, exception }: License): string {
  return `${id}${orLater ? '+' : ''}${exception === undefined ? '' : ` WITH ${exception}`}`;
}

function formatOperandOfAnd(operand: LicenseExpression): string {
  const text = formatLicenseExpression(operand);
  return operand.kind === 'or' ? `(${text})` : text;
}

function keyOf(expression: LicenseExpression): string {
  if (expression.kind === 'license') return formatLicense(expression).toLowerCase();
  const keys = expression.operands.map(keyOf).toSorted();
  return `(${keys.join(` ${expression.kind} `)})`;
}

function unexpected(source: Source, at: number, expected: string): GatehouseError {
  const token = source.tokens[at];
  const got = token === undefined ? 'the end' : quote(token.text);
  return invalid(token?.column ?? source.end, `expected ${expected}, got ${got}`);
}

function invalid(column: number, problem: string): GatehouseError {
  return new GatehouseError(
    'invalid-expression',
    `not an SPDX licence expression: column ${column}: ${problem}`,
    {
      hint: 'write identifiers of the SPDX licence list, joined by AND, OR and WITH',
      data: { column },
    },
  );
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
