import { type Finding, type Verdict, worse } from '../model/decision.ts';
import type { ProjectName } from '../model/subject.ts';
import type { Instant } from '../model/time.ts';
import { buildGraph } from './closure/build-graph.ts';
import { type Candidate, type CloseInput, targetsOf } from './closure/candidate.ts';
import { needsReview, targetsUnmet, unmet, unreached } from './closure/findings.ts';
import type { Graph, Missing, Node } from './closure/graph.ts';
import { projectsThatWait } from './closure/pending.ts';
import type { Solved as Messages } from './closure/reasons.ts';
import { type Solution, maskOf, solve } from './closure/solve.ts';
import { type UntilOf, createApprovedUntil, untilMet } from './closure/until.ts';

/** Closure codes, documented in `docs/rules/closure.md`. No waiver lifts them: an entry does. */
export const CLOSURE_CODES = [
  'closure/beyond-keep',
  'closure/needs-review',
  'closure/not-needed',
  'closure/target-unmet',
  'closure/unmet',
] as const;

/** What the closure makes of one artifact. */
export interface ClosureOutcome {
  /** The worse of the artifact's own decision and what its needs leave. */
  readonly verdict: Verdict;
  /** The closure's own findings; those of the decision are not repeated. */
  readonly findings: readonly Finding[];
  /** The declared targets on which it can be installed. */
  readonly targets: readonly string[];
  /** The next instant at which what it rests on can change by time alone. */
  readonly until?: Instant;
}

/** Plain data, so that a worker can hand it back. */
export interface Closure {
  /** For every project given, in the order of its candidates. */
  readonly outcomes: ReadonlyMap<ProjectName, readonly ClosureOutcome[]>;
  /** Projects whose outcome rests on something that nobody has asked upstream yet. */
  readonly pending: ReadonlySet<ProjectName>;
  /** Projects that the policy names or that something reached asks for. */
  readonly reached: ReadonlySet<ProjectName>;
  readonly missing: Missing;
}

/**
 * Closes a set of candidates over their requirements (DESIGN §4.3): what can be installed, on which targets,
 * from the roots that the policy names. Pure; whole for each call.
 */
export function close(input: CloseInput): Closure {
  const graph = buildGraph(input);
  const strict = solve(graph, isApproved);
  // All nodes are candidates here: what is denied is in no window.
  const lenient = graph.nodes.every(isApproved) ? strict : solve(graph, () => true);
  const solved = { input, graph, strict, lenient, untilOf: createApprovedUntil(graph, strict) };
  const outcomes = [...input.projects.values()].map(
    ({ project, candidates }) =>
      [project, candidates.map((candidate) => outcomeOf(solved, candidate))] as const,
  );
  return {
    outcomes: new Map(outcomes),
    pending: projectsThatWait(graph, input),
    reached: reachedBy(graph, input),
    missing: graph.missing,
  };
}

function isApproved({ candidate }: Node): boolean {
  return candidate.decision.verdict === 'approve';
}

function reachedBy(graph: Graph, input: CloseInput): ReadonlySet<ProjectName> {
  const asked = graph.needs.filter(({ mask }) => mask !== 0);
  return new Set([...input.roots.keys(), ...asked.map(({ name }) => name)]);
}

interface Solved {
  readonly input: CloseInput;
  readonly graph: Graph;
  /** Of what is approved. */
  readonly strict: Solution;
  /** As if what waits for a person were approved. */
  readonly lenient: Solution;
  readonly untilOf: UntilOf;
}

function outcomeOf(solved: Solved, candidate: Candidate): ClosureOutcome {
  const node = solved.graph.bases.get(candidate);
  if (node !== undefined && maskOf(solved.strict.left, node) !== 0) return approved(solved, node);
  if (candidate.decision.verdict === 'deny') return refused(candidate, []);
  if (node === undefined)
    return refused(candidate, [unreached(solvedAs(solved, 'lenient'), candidate)]);
  return maskOf(solved.lenient.left, node) === 0 ? denied(solved, node) : waiting(solved, node);
}

function approved(solved: Solved, node: Node): ClosureOutcome {
  const { input, strict, untilOf } = solved;
  return {
    verdict: 'approve',
    findings: targetsUnmet(solvedAs(solved, 'strict'), node),
    targets: targetsOf(input, maskOf(strict.left, node)).map(({ id }) => id),
    ...placedUntil(untilOf(node)),
  };
}

/** What waits for a person itself says so in its decision. */
function waiting(solved: Solved, node: Node): ClosureOutcome {
  const { candidate } = node;
  if (candidate.decision.verdict === 'review') return refused(candidate, []);
  const finding = needsReview(solvedAs(solved, 'strict'), node);
  return refused(candidate, [finding], untilMet(solved.strict, node));
}

function denied(solved: Solved, node: Node): ClosureOutcome {
  const { candidate } = node;
  const lenient = solvedAs(solved, 'lenient');
  if (!solved.lenient.unmet.has(node)) return refused(candidate, [unreached(lenient, candidate)]);
  return refused(candidate, [unmet(lenient, node)], untilMet(solved.lenient, node));
}

function refused(
  { decision }: Candidate,
  findings: readonly Finding[],
  until: Instant | undefined = decision.until,
): ClosureOutcome {
  const verdict = findings.reduce(
    (worst: Verdict, { effect }) => worse(worst, effect),
    decision.verdict,
  );
  return { verdict, findings, targets: [], ...placedUntil(until) };
}

function placedUntil(until: Instant | undefined): Pick<ClosureOutcome, 'until'> {
  return until === undefined ? {} : { until };
}

function solvedAs({ input, graph, ...solutions }: Solved, which: 'strict' | 'lenient'): Messages {
  return { input, graph, solution: solutions[which] };
}
