import { normaliseExtra } from './names.ts';
import type { Scanner } from './scanner.ts';
import { findClause } from './specifier-clauses.ts';
import type { Clause } from './specifier-clauses.ts';

/** What a marker can read. `extras` and `dependency_groups` are of lock files only and are refused. */
export type MarkerVariable =
  | 'os_name'
  | 'sys_platform'
  | 'platform_machine'
  | 'platform_python_implementation'
  | 'platform_release'
  | 'platform_system'
  | 'platform_version'
  | 'python_version'
  | 'python_full_version'
  | 'implementation_name'
  | 'implementation_version'
  | 'extra';

export type MarkerOperator = '===' | '==' | '~=' | '!=' | '<=' | '>=' | '<' | '>' | 'in' | 'not in';

export type MarkerNode = Comparison | Combination;

export interface Combination {
  readonly kind: 'and' | 'or';
  readonly operands: readonly MarkerNode[];
}

/** At least one side is a variable. */
export interface Comparison {
  readonly kind: 'comparison';
  readonly left: Operand;
  readonly operator: MarkerOperator;
  readonly right: Operand;
  /** Operator and right side as a version clause, where the left side is a variable that holds a version. */
  readonly clause?: Clause;
}

export type Operand =
  | { readonly kind: 'variable'; readonly name: MarkerVariable }
  | { readonly kind: 'text'; readonly text: string };

const MAX_DEPTH = 64;

/** Every spelling of a variable; those other than the name itself are from before PEP 508. */
const SPELLINGS: ReadonlyMap<string, MarkerVariable> = new Map<string, MarkerVariable>([
  ['os_name', 'os_name'],
  ['os.name', 'os_name'],
  ['sys_platform', 'sys_platform'],
  ['sys.platform', 'sys_platform'],
  ['platform_machine', 'platform_machine'],
  ['platform.machine', 'platform_machine'],
  ['platform_python_implementation', 'platform_python_implementation'],
  ['platform.python_implementation', 'platform_python_implementation'],
  ['python_implementation', 'platform_python_implementation'],
  ['platform_release', 'platform_release'],
  ['platform_system', 'platform_system'],
  ['platform_version', 'platform_version'],
  ['platform.version', 'platform_version'],
  ['python_version', 'python_version'],
  ['python_full_version', 'python_full_version'],
  ['implementation_name', 'implementation_name'],
  ['implementation_version', 'implementation_version'],
  ['extra', 'extra'],
]);

const VERSION_VARIABLES: ReadonlySet<MarkerVariable> = new Set<MarkerVariable>([
  'implementation_version',
  'platform_release',
  'python_full_version',
  'python_version',
]);

const OPERATORS: ReadonlyMap<string, MarkerOperator> = new Map<string, MarkerOperator>(
  (['===', '==', '~=', '!=', '<=', '>=', '<', '>', 'in', 'not in'] as const).map((operator) => [
    operator,
    operator,
  ]),
);

const SPACE = /[ \t]*/y;
const VARIABLE = new RegExp(
  `\\b(?:${[...SPELLINGS.keys()].join('|').replaceAll('.', '\\.')})\\b`,
  'y',
);
// PEP 508 has no backslash and no control character but tab in a string. What Python would read as an
// escape, and what could forge a line of a log, is refused.
const QUOTED = /'(?:[^'\\\p{Cc}]|\t)*'|"(?:[^"\\\p{Cc}]|\t)*"/uy;
const OPERATOR = /===|==|~=|!=|<=|>=|<|>|\bin\b|\bnot[ \t]+in\b/y;
const AND = /\band\b/y;
const OR = /\bor\b/y;
const OPEN = /\(/y;
const CLOSE = /\)/y;

/** Whether a variable is compared as a version where the other side is one. */
export function holdsVersion(variable: MarkerVariable): boolean {
  return VERSION_VARIABLES.has(variable);
}

/** Reads a marker up to where it ends; throws `invalid-requirement`. */
export function readMarker(scanner: Scanner): MarkerNode {
  return readAlternatives(scanner, 0);
}

/** The normal form of a marker, with no more parentheses than it needs. */
export function markerText(node: MarkerNode): string {
  if (node.kind === 'comparison') {
    return `${operandText(node.left)} ${node.operator} ${operandText(node.right)}`;
  }
  return node.operands
    .map((operand) =>
      node.kind === 'and' && operand.kind === 'or'
        ? `(${markerText(operand)})`
        : markerText(operand),
    )
    .join(` ${node.kind} `);
}

function readAlternatives(scanner: Scanner, depth: number): MarkerNode {
  const operands = [readConjunction(scanner, depth)];
  while (scanner.take(OR) !== undefined) operands.push(readConjunction(scanner, depth));
  return combine('or', operands);
}

function readConjunction(scanner: Scanner, depth: number): MarkerNode {
  const operands = [readAtom(scanner, depth)];
  while (scanner.take(AND) !== undefined) operands.push(readAtom(scanner, depth));
  return combine('and', operands);
}

function combine(kind: 'and' | 'or', operands: readonly MarkerNode[]): MarkerNode {
  const [first] = operands;
  return first !== undefined && operands.length === 1 ? first : { kind, operands };
}

function readAtom(scanner: Scanner, depth: number): MarkerNode {
  scanner.take(SPACE);
  if (scanner.take(OPEN) === undefined) return readComparison(scanner);
  if (depth === MAX_DEPTH) throw scanner.error(`at most ${MAX_DEPTH} nested parentheses`);
  const node = readAlternatives(scanner, depth + 1);
  scanner.expect(CLOSE, '")"');
  scanner.take(SPACE);
  return node;
}

function readComparison(scanner: Scanner): Comparison {
  const left = readOperand(scanner);
  const operator = readOperator(scanner);
  const right = readOperand(scanner);
  if (left.kind === 'text' && right.kind === 'text') {
    throw scanner.error('a variable in the comparison before this place');
  }
  const clause =
    left.kind === 'variable' && holdsVersion(left.name)
      ? findClause(operator + operandName(right))
      : undefined;
  if (isUndefined(left, operator, right) && clause === undefined) {
    throw scanner.error(`versions on both sides of the "${operator}" before this place`);
  }
  return {
    kind: 'comparison',
    left: isExtra(right) ? normalised(left) : left,
    operator,
    right: isExtra(left) ? normalised(right) : right,
    ...(clause && { clause }),
  };
}

function readOperand(scanner: Scanner): Operand {
  const quoted = scanner.take(QUOTED);
  if (quoted !== undefined) {
    scanner.take(SPACE);
    return { kind: 'text', text: quoted.slice(1, -1) };
  }
  const name = SPELLINGS.get(scanner.take(VARIABLE) ?? '');
  if (name === undefined) throw scanner.error('a marker variable or a quoted string');
  scanner.take(SPACE);
  return { kind: 'variable', name };
}

function readOperator(scanner: Scanner): MarkerOperator {
  const operator = OPERATORS.get((scanner.take(OPERATOR) ?? '').replace(/[ \t]+/, ' '));
  if (operator === undefined) throw scanner.error('a marker operator');
  scanner.take(SPACE);
  return operator;
}

/** `~=` and `===` compare versions only. What stands right of a text is known at evaluation. */
function isUndefined(left: Operand, operator: MarkerOperator, right: Operand): boolean {
  if (operator !== '~=' && operator !== '===') return false;
  return left.kind === 'variable' || (right.kind === 'variable' && !holdsVersion(right.name));
}

function isExtra(operand: Operand): boolean {
  return operand.kind === 'variable' && operand.name === 'extra';
}

function normalised(operand: Operand): Operand {
  return operand.kind === 'text' ? { kind: 'text', text: normaliseExtra(operand.text) } : operand;
}

function operandText(operand: Operand): string {
  if (operand.kind === 'variable') return operand.name;
  return operand.text.includes('"') ? `'${operand.text}'` : `"${operand.text}"`;
}

/** As the right side of two variables, packaging takes a variable's name as text. */
export function operandName(operand: Operand): string {
  return operand.kind === 'variable' ? operand.name : operand.text;
}
