import type { PolicyPlace } from '../model/decision.ts';
import { GatehouseError } from '../model/errors.ts';

/** What stops a policy file from being used, and where it stands. */
export interface PolicyProblem extends PolicyPlace {
  readonly message: string;
  /** What to write instead, one sentence. */
  readonly hint?: string;
}

const SHOWN = 50;

/** Makes a problem at a place; an empty hint counts as none. */
export function problemAt(place: PolicyPlace, message: string, hint = ''): PolicyProblem {
  return hint === '' ? { ...place, message } : { ...place, message, hint };
}

/** One line for people and editors: `policy.yaml:12:7: message; hint`. */
export function formatProblem(problem: PolicyProblem): string {
  const place = `${problem.file}:${problem.line}:${problem.column}`;
  return `${place}: ${problem.message}${problem.hint === undefined ? '' : `; ${problem.hint}`}`;
}

/** The `invalid-policy` error that says all problems, one a line, in the order of the file. */
export function policyError(problems: readonly PolicyProblem[]): GatehouseError {
  const lines = problems.slice(0, SHOWN).map(formatProblem);
  const rest = problems.length - lines.length;
  const message = [...lines, ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n');
  return new GatehouseError('invalid-policy', message, { data: { problems: problems.length } });
}

/** Sorted as the file reads. */
export function inFileOrder(problems: readonly PolicyProblem[]): readonly PolicyProblem[] {
  return problems.toSorted((left, right) => left.line - right.line || left.column - right.column);
}
