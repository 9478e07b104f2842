import type { Ecosystem } from '../model/subject.ts';
import { condaTargets } from '../model/target.ts';
import type { Policy } from './policy.ts';

const views = new WeakMap<Policy, Policy>();

/** The policy as it is for one ecosystem: its packages and targets, and what holds for all. The same each time. */
export function policyFor(policy: Policy, ecosystem: Ecosystem): Policy {
  if (policy.ecosystem === ecosystem) return policy;
  const known = views.get(policy);
  if (known !== undefined) return known;
  const view = { ...policy, ecosystem, ...policy.of[ecosystem] };
  views.set(policy, view);
  return view;
}

/** The platform subdirs of the declared conda targets. */
export function subdirsOf(policy: Policy): readonly string[] {
  return condaTargets(policy.of.conda.targets).map(({ subdir }) => subdir);
}
