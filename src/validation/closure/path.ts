import type { Node, Step } from './graph.ts';
import type { Solution, Unmet } from './solve.ts';

/**
 * From an artifact that lost a target down to the need that nothing there could ever meet: at each hop the
 * newest artifact that would have met the need, had it not lost the target before.
 */
export function pathOf(solution: Solution, node: Node, bit: number): readonly Unmet[] {
  const path: Unmet[] = [];
  let hop = findLoss(solution, node, bit);
  while (hop !== undefined) {
    path.push(hop);
    hop = findCause(solution, hop, bit);
  }
  return path;
}

/** The lowest of the targets that a node lost for want of something; 0: none. */
export function firstLost({ unmet }: Solution, node: Node): number {
  const lost = (unmet.get(node) ?? []).reduce((mask, loss) => mask | loss.mask, 0);
  return lost & -lost;
}

function findCause(solution: Solution, { need, order }: Unmet, bit: number): Unmet | undefined {
  for (const step of need.meets) {
    const loss = findFirstLoss(solution, step, bit);
    if (loss !== undefined && loss.order < order) return loss;
  }
  return undefined;
}

function findFirstLoss(solution: Solution, { base, extras }: Step, bit: number): Unmet | undefined {
  let first = findLoss(solution, base, bit);
  for (const extra of extras) {
    const loss = findLoss(solution, extra, bit);
    if (loss !== undefined && loss.order < (first?.order ?? Infinity)) first = loss;
  }
  return first;
}

/** An extra's loss of its artifact is its artifact's. */
function findLoss({ unmet }: Solution, node: Node, bit: number): Unmet | undefined {
  return unmet.get(node)?.find(({ mask }) => (mask & bit) !== 0);
}
