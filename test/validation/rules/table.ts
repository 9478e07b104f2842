import { judge } from '../../../src/validation/judge.ts';
import type { Rule } from '../../../src/validation/rules/rule.ts';
import { type Differences, ruleInput } from '../../fixtures/rule-input.ts';

/** What one rule says of one artifact. */
export interface Row {
  /** A sentence: what the rule does. */
  readonly it: string;
  /** How the artifact differs from one that every rule approves. */
  readonly of: Differences;
  /** Nothing: it says nothing, which approves. */
  readonly says: readonly Said[];
}

export interface Said {
  /** `deny age/too-young`. */
  readonly finding: string;
  readonly message: string;
  /** The text of the policy line that decided; absent: none did. */
  readonly line?: string;
  readonly until?: string;
  readonly evidence?: readonly string[];
}

/** Rows of one rule, each judged on the contents. */
export interface RuleTable {
  readonly rule: Rule;
  readonly rows: readonly Row[];
}

/** What a rule says under a policy that enforces it. */
export function saidBy(rule: Rule, differences: Differences): readonly Said[] {
  const input = ruleInput(differences);
  const lines = input.policy.text.split('\n');
  return judge(input, 'contents', [rule]).findings.map(
    ({ code, effect, message, policy, until, evidence }) => ({
      finding: `${effect} ${code}`,
      message,
      ...(policy && { line: lines[policy.line - 1] ?? '' }),
      ...(until !== undefined && { until: new Date(until).toISOString() }),
      ...(evidence && { evidence }),
    }),
  );
}
