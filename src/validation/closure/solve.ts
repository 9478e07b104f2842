import type { Graph, Need, Node, Step } from './graph.ts';

/** What can be installed: for each node, by its index, the targets that are left. */
export interface Solution {
  readonly left: Int32Array;
  /** Why nodes lost targets; each node loses a target once. */
  readonly unmet: ReadonlyMap<Node, readonly Unmet[]>;
}

/** A need that nothing met, and for which a node lost the targets of the mask. */
export interface Unmet {
  readonly node: Node;
  readonly need: Need;
  readonly mask: number;
  /** Counts the losses of a solution: what caused one came before it. */
  readonly order: number;
}

/**
 * The closure of DESIGN §4.3, steps 2 and 3: the least fixpoint of what the roots reach, the greatest of what
 * has its needs met, repeated until stable. Windows are fixed, so each round only removes.
 */
export function solve(graph: Graph, isCandidate: (node: Node) => boolean): Solution {
  const losses: Unmet[] = [];
  const alive = graph.nodes.map((node) => (isCandidate(node) ? node.mask : 0));
  let left = reach(graph, Int32Array.from(alive));
  while (prune(graph, left, losses)) left = reach(graph, left);
  return { left, unmet: Map.groupBy(losses, ({ node }) => node) };
}

/** A node's targets in a solution. */
export function maskOf(masks: Int32Array, { index }: { readonly index: number }): number {
  return masks[index] ?? 0;
}

/** The targets on which a step is left with all its extras. */
export function leftOf(step: Step, left: Int32Array): number {
  let mask = maskOf(left, step.base);
  for (const extra of step.extras) mask &= maskOf(left, extra);
  return mask;
}

function reach(graph: Graph, alive: Int32Array): Int32Array<ArrayBuffer> {
  const reached = new Int32Array(graph.nodes.length);
  const asked = new Int32Array(graph.needs.length);
  const queue: { readonly node: Node; readonly mask: number }[] = [];

  function add(node: Node, mask: number): void {
    const added = mask & maskOf(alive, node) & ~maskOf(reached, node);
    if (added === 0) return;
    reached[node.index] = maskOf(reached, node) | added;
    queue.push({ node, mask: added });
  }

  function ask(need: Need, mask: number): void {
    const added = mask & ~maskOf(asked, need);
    if (added === 0) return;
    asked[need.index] = maskOf(asked, need) | added;
    for (const step of need.window) {
      for (const node of [step.base, ...step.extras]) add(node, added & step.mask);
    }
  }

  for (const { node, mask } of graph.seeds) add(node, mask);
  // The queue grows while it is read.
  for (const { node, mask } of queue) {
    for (const edge of node.edges) ask(edge.need, mask & edge.mask);
  }
  return reached;
}

/** Takes away, in place, what has an unmet need; whether anything was. */
function prune(graph: Graph, left: Int32Array, losses: Unmet[]): boolean {
  const met = Int32Array.from(graph.needs, (need) => metBy(need, left));
  // What is needed goes before what needs it, so that most nodes are looked at once.
  const queue = graph.nodes.toReversed();
  let pruned = false;

  function lose(node: Node): boolean {
    const before = maskOf(left, node);
    let kept = node.base === undefined ? before : before & maskOf(left, node.base);
    for (const { need, mask } of node.edges) {
      const lost = kept & mask & ~maskOf(met, need);
      if (lost === 0) continue;
      kept &= ~lost;
      losses.push({ node, need, mask: lost, order: losses.length });
    }
    left[node.index] = kept;
    return kept !== before;
  }

  function recheck(need: Need): void {
    const after = metBy(need, left);
    if (after === maskOf(met, need)) return;
    met[need.index] = after;
    for (const asker of need.askers) queue.push(asker);
  }

  for (const node of queue) {
    if (!lose(node)) continue;
    pruned = true;
    for (const extra of node.extras.values()) queue.push(extra);
    for (const need of node.serves) recheck(need);
  }
  return pruned;
}

/** The targets on which something that is left meets the need, extras included. */
function metBy(need: Need, left: Int32Array): number {
  let met = 0;
  for (const step of need.meets) {
    met |= leftOf(step, left) & need.mask;
    if (met === need.mask) break;
  }
  return met;
}
