import { loadPolicy } from '../../src/policy/load.ts';
import type { Policy } from '../../src/policy/policy.ts';

/** The sections that a policy must have, on lines 1 to 3. */
export const HEAD = [
  'version: 1',
  'targets: { python: ["3.12"], platforms: [manylinux_2_28_x86_64] }',
  'packages: { allow: [numpy] }',
].join('\n');

/** The smallest policy with these lines behind it, from line 4 on. */
export function policyWith(lines: string): Policy {
  return loadPolicy({ text: `${HEAD}\n${lines}\n`, file: 'policy.yaml' });
}

/** A policy with this text of `packages`, from line 3 on. */
export function textWithPackages(packages: string): string {
  return `${HEAD.split('\n').slice(0, 2).join('\n')}\npackages:${packages}`;
}
