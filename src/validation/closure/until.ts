import { type Instant, earliest } from '../../model/time.ts';
import type { Graph, Need, Node, Step } from './graph.ts';
import { firstLost, pathOf } from './path.ts';
import { type Solution, leftOf, maskOf } from './solve.ts';

/** When what an artifact's outcome rests on can change by time alone; absent: never. */
export type UntilOf = (node: Node) => Instant | undefined;

/**
 * For what can be installed: the earliest of its own decision and, for each need, of the last that meets it.
 * Counts an instant for all targets of an artifact: it may name one that changes nothing, and misses none.
 */
export function createApprovedUntil(graph: Graph, solution: Solution): UntilOf {
  const times = Float64Array.from(
    graph.nodes,
    ({ candidate }) => candidate.decision.until ?? NEVER,
  );
  if (times.some((time) => time !== NEVER)) settle({ graph, left: solution.left, times });
  return function untilOf({ index }) {
    const time = times[index] ?? NEVER;
    return time === NEVER ? undefined : time;
  };
}

/** For what an unmet need keeps away: the earliest of its own decision and of all that would meet a need on its path. */
export function untilMet(solution: Solution, node: Node): Instant | undefined {
  const tried = pathOf(solution, node, firstLost(solution, node))
    .flatMap(({ need }) => need.matching)
    .flatMap((release) => release.candidates);
  return earliestOf([node.candidate, ...tried].map(({ decision }) => decision.until));
}

/** The earliest of many instants. */
export function earliestOf(instants: Iterable<Instant | undefined>): Instant | undefined {
  let soonest: Instant | undefined;
  for (const instant of instants) soonest = earliest(soonest, instant);
  return soonest;
}

const NEVER = Number.POSITIVE_INFINITY;

interface Settling {
  readonly graph: Graph;
  readonly left: Int32Array;
  /** By node; instants only come earlier, so that the greatest fixpoint is reached. */
  readonly times: Float64Array;
}

function settle({ graph, left, times }: Settling): void {
  const nodes = graph.nodes.filter((node) => maskOf(left, node) !== 0).toReversed();
  for (let changed = true; changed;) {
    changed = false;
    const lasting = graph.needs.map((need) => lastingOf({ graph, left, times }, need));
    for (const node of nodes) {
      const before = timeOf(times, node);
      const after = node.edges.reduce(
        (soonest, edge) =>
          Math.min(
            soonest,
            soonestOf(lasting[edge.need.index] ?? [], maskOf(left, node) & edge.mask),
          ),
        before,
      );
      times[node.index] = after;
      changed ||= after !== before;
    }
  }
}

/** For each target of a need, by its bit's place: how long the last that meets it stays. */
function lastingOf({ left, times }: Settling, need: Need): readonly number[] {
  const lasting: number[] = [];
  for (const step of need.meets) {
    const time = stepTime(times, step);
    for (const place of placesOf(leftOf(step, left) & need.mask)) {
      lasting[place] = Math.max(lasting[place] ?? 0, time);
    }
  }
  return lasting;
}

function soonestOf(lasting: readonly number[], mask: number): number {
  let soonest = NEVER;
  for (const place of placesOf(mask)) soonest = Math.min(soonest, lasting[place] ?? NEVER);
  return soonest;
}

function stepTime(times: Float64Array, { base, extras }: Step): number {
  return Math.min(timeOf(times, base), ...extras.map((extra) => timeOf(times, extra)));
}

function timeOf(times: Float64Array, { index }: Node): number {
  return times[index] ?? NEVER;
}

function* placesOf(mask: number): Generator<number> {
  for (let rest = mask; rest !== 0; rest &= rest - 1) yield 31 - Math.clz32(rest & -rest);
}
