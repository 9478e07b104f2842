import { createHash } from 'node:crypto';

import { parseSha256, type Sha256 } from '../model/sha256.ts';
import { buildPolicy } from './build.ts';
import { findContradictions } from './contradictions.ts';
import { describeIssue } from './describe-issue.ts';
import type { Policy } from './policy.ts';
import { inFileOrder, policyError, type PolicyProblem } from './problem.ts';
import { readTree } from './read-tree.ts';
import { policyFileSchema } from './schema.ts';
import type { PolicyText } from './source-text.ts';
import { valueOf } from './yaml-tree.ts';

/** A policy, or the problems that stop the file from being one, in the order of the file. */
export interface PolicyReading {
  readonly policy?: Policy;
  readonly problems: readonly PolicyProblem[];
}

/** Reads a policy file; throws `invalid-policy`, whose message has a line `file:line:column: …` for each problem. */
export function loadPolicy(source: PolicyText): Policy {
  const { policy, problems } = findPolicyProblems(source);
  if (policy === undefined) throw policyError(problems);
  return policy;
}

/** Reads a policy file as far as it can be read. Never throws. */
export function findPolicyProblems(source: PolicyText): PolicyReading {
  const tree = readTree(source);
  if (tree.root === undefined) return { problems: tree.problems };
  const { data: file, error } = policyFileSchema.safeParse(valueOf(tree.root));
  const problems = [
    ...tree.problems,
    ...(error?.issues ?? []).flatMap((issue) => describeIssue(issue, tree)),
    ...(file === undefined ? [] : findContradictions(file, tree)),
  ];
  if (file === undefined || problems.length > 0) return { problems: inFileOrder(problems) };
  const digest = digestOf(source.text);
  return { policy: buildPolicy(file, { text: source.text, digest, tree }), problems };
}

// The text has been refused if it is not what its UTF-8 bytes say, so this is the digest of the file.
function digestOf(text: string): Sha256 {
  return parseSha256(createHash('sha256').update(text, 'utf8').digest('hex'));
}
