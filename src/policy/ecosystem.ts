import type { Ecosystem } from '../model/subject.ts';
import type { Policy } from './policy.ts';

/** The policy as it is for one ecosystem: its packages and targets, and what holds for all. */
export function policyFor(policy: Policy, ecosystem: Ecosystem): Policy {
  if (ecosystem === 'pypi') return policy;
  return policy;
}
