import { GatehouseError } from '../../model/errors.ts';
import { holdsVersion, markerText, operandName, readMarker } from './marker-syntax.ts';
import type { Comparison, MarkerNode, MarkerOperator, MarkerVariable } from './marker-syntax.ts';
import { normaliseExtra } from './names.ts';
import { patchLevels } from './python-patches.ts';
import { scan } from './scanner.ts';
import type { Scanner } from './scanner.ts';
import { clauseHolds, findClause } from './specifier-clauses.ts';
import type { Clause } from './specifier-clauses.ts';
import type { TargetEnvironment } from './target-environment.ts';
import { findVersion } from './versions.ts';

export type { MarkerVariable } from './marker-syntax.ts';

/** An environment marker of PEP 508. */
export interface Marker {
  /** The normal form. */
  readonly text: string;
  readonly node: MarkerNode;
}

/** The values of variables; a comparison that reads an absent one counts as true. */
type World = Readonly<Partial<Record<MarkerVariable, string>>>;

/** Texts have no order: `<` and `>` never hold between them, `<=` and `>=` where they are equal. */
const TEXT_HOLDS: Readonly<
  Record<Exclude<MarkerOperator, '~=' | '==='>, (left: string, right: string) => boolean>
> = {
  '==': (left, right) => left === right,
  '<=': (left, right) => left === right,
  '>=': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': () => false,
  '>': () => false,
  in: (left, right) => right.includes(left),
  'not in': (left, right) => !right.includes(left),
};

/** Reads a marker; throws `invalid-requirement`, also for one that no environment could evaluate. */
export function parseMarker(text: string): Marker {
  const scanner = scan(text, 'marker');
  const marker = takeMarker(scanner);
  if (!scanner.atEnd()) throw scanner.error('"and", "or" or the end');
  return marker;
}

/** Reads a marker that is part of a longer text, up to where it ends; throws `invalid-requirement`. */
export function takeMarker(scanner: Scanner): Marker {
  const node = readMarker(scanner);
  return { text: markerText(node), node };
}

/**
 * Whether the marker is true; `extra` is empty for none. Throws `invalid-requirement` where `~=` or `===`
 * meets a value that is not a version.
 */
export function evaluateMarker(
  marker: Marker,
  environment: Readonly<Record<MarkerVariable, string>>,
): boolean {
  return holds(marker.node, { ...environment, extra: normaliseExtra(environment.extra) });
}

/**
 * Whether the marker is true in at least one world of a target: for some final patch release of its Python,
 * and whatever its kernel is. Without an extra, `extra == "x"` is false.
 */
export function canHold(
  marker: Marker,
  environment: TargetEnvironment,
  extra: string | undefined,
): boolean {
  const world = { ...environment.fixed, extra: normaliseExtra(extra ?? '') };
  const patchTexts = comparisonsOf(marker.node)
    .filter((comparison) => reads(comparison, 'python_full_version', 'implementation_version'))
    .flatMap(({ left, right }) => [operandName(left), operandName(right)]);
  if (patchTexts.length === 0) return holds(marker.node, world);
  for (const level of patchLevels(patchTexts.join(' '))) {
    const full = `${environment.python}.${level}`;
    const patched = { ...world, python_full_version: full, implementation_version: full };
    if (holds(marker.node, patched)) return true;
  }
  return false;
}

/** The names, normalised and in written order, with which the marker compares `extra`. */
export function extrasNamed(marker: Marker): readonly string[] {
  const named = comparisonsOf(marker.node)
    .filter((comparison) => reads(comparison, 'extra'))
    .flatMap(({ left, right }) => [left, right])
    .flatMap((operand) => (operand.kind === 'text' ? [operand.text] : []));
  return [...new Set(named)];
}

/** Evaluates every comparison even where one decides, because each can throw. */
function holds(node: MarkerNode, world: World): boolean {
  if (node.kind === 'comparison') return comparisonHolds(node, world);
  const results = node.operands.map((operand) => holds(operand, world));
  return node.kind === 'and' ? results.every(Boolean) : results.some(Boolean);
}

function comparisonHolds(comparison: Comparison, world: World): boolean {
  const { left, operator, right } = comparison;
  if (left.kind === 'variable') {
    const value = world[left.name];
    if (value === undefined) return true;
    if (comparison.clause !== undefined) return versionFits(value, comparison.clause);
    return textFits(value, operator, operandName(right));
  }
  if (right.kind === 'text') return false;
  const value = world[right.name];
  if (value === undefined) return true;
  const clause = holdsVersion(right.name) ? findClause(operator + value) : undefined;
  if (clause !== undefined) return versionFits(left.text, clause);
  return textFits(left.text, operator, value);
}

function versionFits(text: string, clause: Clause): boolean {
  if (clause.kind === 'identity') return text.toLowerCase() === clause.literal;
  const version = findVersion(text);
  return version !== undefined && clauseHolds(clause, version);
}

function textFits(left: string, operator: MarkerOperator, right: string): boolean {
  if (operator === '~=' || operator === '===') {
    throw new GatehouseError(
      'invalid-requirement',
      `marker compares what is not a version by "${operator}": ${JSON.stringify(left.slice(0, 80))} and ${JSON.stringify(right.slice(0, 80))}`,
    );
  }
  return TEXT_HOLDS[operator](left, right);
}

function reads(comparison: Comparison, ...names: readonly MarkerVariable[]): boolean {
  return [comparison.left, comparison.right].some(
    (operand) => operand.kind === 'variable' && names.includes(operand.name),
  );
}

function comparisonsOf(node: MarkerNode): readonly Comparison[] {
  return node.kind === 'comparison' ? [node] : node.operands.flatMap(comparisonsOf);
}
