import { findNearest } from '../policy/nearest.ts';
import type { Policy, Remark } from '../policy/policy.ts';
import { CLOSURE_CODES } from '../validation/close.ts';
import { RULES } from '../validation/rules/index.ts';

const IDS = RULES.map(({ id }) => id);
const CODES = RULES.flatMap(({ codes }) => codes.map(({ code }) => code));

/** What the policy says of rules and codes that there are not: it does nothing, and nobody would notice. */
export function findUnknownRules(policy: Policy): readonly Remark[] {
  const modes = [...policy.rules].map(([id, { place }]) => ({ id, place, known: IDS }));
  const waived = policy.waivers.map(({ rule, place }) => ({
    id: rule,
    place,
    known: rule.includes('/') ? CODES : IDS,
  }));
  return [...modes, ...waived]
    .filter(({ id, known }) => !known.some((name) => name === id))
    .map(({ id, place, known }) => ({
      code: 'policy/unknown-rule',
      message: messageFor(id, known),
      place,
    }));
}

function messageFor(id: string, known: readonly string[]): string {
  if (id === 'closure' || CLOSURE_CODES.some((code) => code === id)) {
    return `${id} has no effect: what an approved package needs is approved by an entry, never by a waiver`;
  }
  const near = findNearest(id, known);
  const hint = near === undefined ? `the rules are ${IDS.join(', ')}` : `did you mean ${near}?`;
  return `${id} has no effect, because there is no such rule; ${hint}`;
}
