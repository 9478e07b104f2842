import type { Finding } from '../../model/decision.ts';
import { type Candidate, targetsOf } from './candidate.ts';
import type { Node } from './graph.ts';
import { type Solved, describe, reasonOf } from './reasons.ts';

/** One finding for each need that takes targets away from an approved artifact. */
export function targetsUnmet(solved: Solved, node: Node): readonly Finding[] {
  return (solved.solution.unmet.get(node) ?? []).map(({ mask }) => {
    const reason = reasonOf(solved, node, mask & -mask);
    const targets = targetsOf(solved.input, mask).map(({ id }) => id);
    return {
      code: 'closure/target-unmet',
      verdict: 'approve',
      effect: 'approve',
      message: `${describe(node.candidate)} cannot be installed on ${targets.join(', ')}: ${reason.text}`,
      policy: reason.place,
    };
  });
}

/** It would be approved if what waits for a person were. */
export function needsReview(solved: Solved, node: Node): Finding {
  const what = describe(node.candidate);
  const waits = { code: 'closure/needs-review', verdict: 'review', effect: 'review' } as const;
  if (solved.solution.unmet.has(node)) {
    const { text, place } = reasonOf(solved, node);
    const message = `${what} waits for a person: ${text}`;
    return { ...waits, message, policy: place };
  }
  const message = `${what} waits for a person, because all that needs it does`;
  return { ...waits, message, policy: solved.input.closurePlace };
}

/** Nothing meets one of its needs on any target. */
export function unmet(solved: Solved, node: Node): Finding {
  const { text, place } = reasonOf(solved, node);
  const message = `${describe(node.candidate)} cannot be installed: ${text}`;
  return { ...DENY, code: 'closure/unmet', message, policy: place };
}

/** Nothing brings it along: newer versions do for who asks, or nobody asks. */
export function unreached(solved: Solved, candidate: Candidate): Finding {
  const { input } = solved;
  const isRoot = input.roots.has(candidate.project);
  if (isRoot || isCrowdedOut(solved, candidate)) {
    const newest =
      input.keep === 1 ? 'newest approved version' : `${input.keep} newest approved versions`;
    const whom = isRoot ? '' : ' that what needs it can use';
    const message = `${describe(candidate)} is older than the ${newest}${whom} (versions.keep: ${input.keep})`;
    return { ...DENY, code: 'closure/beyond-keep', message, policy: input.keepPlace };
  }
  const message = `${describe(candidate)} is not approved: packages.allow has no entry for ${candidate.project}, and ${whyNotNeeded(solved, candidate)}`;
  return { ...DENY, code: 'closure/not-needed', message, policy: input.closurePlace };
}

const DENY = { verdict: 'deny', effect: 'deny' } as const;

/** Somebody asks for it, and no window has room for it. */
function isCrowdedOut({ input, graph }: Solved, candidate: Candidate): boolean {
  return input.closure === 'follow' && graph.wanted.has(candidate) && !graph.bases.has(candidate);
}

function whyNotNeeded({ input, graph }: Solved, candidate: Candidate): string {
  if (input.closure === 'listed') return 'dependencies.closure is "listed"';
  const asker = graph.bases.get(candidate)?.askedBy;
  return asker === undefined
    ? 'no approved package needs this version'
    : `what needs it, ${describe(asker.candidate)}, is not approved either`;
}
