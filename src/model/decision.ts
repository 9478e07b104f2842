import type { Instant } from './time.ts';

/** `review` is served to nobody: a person must add a waiver, grant or clarification. */
export type Verdict = 'approve' | 'review' | 'deny';

/** What a rule's findings do: `enforce` as they say, `warn` and `audit` only report. */
export type Mode = 'enforce' | 'warn' | 'audit';

/** How much was known when a decision was made. */
export type Basis = 'record' | 'metadata' | 'contents';

/** A place in a policy file; line and column count from 1. */
export interface PolicyPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A stable `<rule>/<kebab-reason>`. */
export type FindingCode = `${string}/${string}`;

/** One statement of one rule. */
export interface Finding {
  readonly code: FindingCode;
  /** What the rule says. */
  readonly verdict: Verdict;
  /** What the policy's mode, waivers included, leaves of it. */
  readonly effect: Verdict;
  /** One sentence that names project, version, the value that decided and what was expected. */
  readonly message: string;
  /** The policy line that decided; absent when none did. */
  readonly policy?: PolicyPlace;
  /** The facts behind it, each one line. */
  readonly evidence?: readonly string[];
  /** The next instant at which this finding can change by time alone; absent: never. */
  readonly until?: Instant;
}

export interface Decision {
  readonly verdict: Verdict;
  readonly basis: Basis;
  readonly findings: readonly Finding[];
  /** The next instant at which the decision can change by time alone; absent: never. */
  readonly until?: Instant;
}

const SEVERITY: Readonly<Record<Verdict, number>> = { approve: 0, review: 1, deny: 2 };

/** The worse of two verdicts: `deny` over `review` over `approve`. */
export function worse(left: Verdict, right: Verdict): Verdict {
  return SEVERITY[left] >= SEVERITY[right] ? left : right;
}
