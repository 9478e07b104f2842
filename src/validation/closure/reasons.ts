import type { PolicyPlace } from '../../model/decision.ts';
import type { ProjectName } from '../../model/subject.ts';
import {
  type Candidate,
  type CandidateProject,
  type CloseInput,
  type Root,
  targetsOf,
} from './candidate.ts';
import type { Graph, Need, Node } from './graph.ts';
import { describeNearest } from './nearest.ts';
import { firstLost, pathOf } from './path.ts';
import { within } from './releases.ts';
import type { Solution, Unmet } from './solve.ts';

/** A closed graph, as messages speak of it. */
export interface Solved {
  readonly input: CloseInput;
  readonly graph: Graph;
  readonly solution: Solution;
}

/** Why an artifact cannot be installed. */
export interface Reason {
  /**
   * Why nothing meets the last requirement and the nearest approved alternative; then, in parentheses, the path of
   * requirements down to it and the target. pip and uv cut messages, so that the cause stands first.
   */
  readonly text: string;
  /** The policy line that stands in the way. */
  readonly place: PolicyPlace;
}

/** The reason on one target that the artifact lost; by default the first. */
export function reasonOf(
  solved: Solved,
  node: Node,
  bit: number = firstLost(solved.solution, node),
): Reason {
  const path = pathOf(solved.solution, node, bit);
  const last = path.at(-1);
  if (last === undefined)
    return { text: describe(node.candidate), place: solved.input.closurePlace };
  const [target] = targetsOf(solved.input, bit).map(({ id }) => `; ${id}`);
  const steps = shorten(path.map(describeHop)).join(', ');
  const { text, place } = endOf(solved, last.need, bit);
  const cause = `${text}${describeNearest(solved, last.need, bit)}`;
  return { text: `${cause} (${steps}${target ?? ''})`, place };
}

/** `torch 2.9.1`. */
export function describe({ project, name }: Candidate): string {
  return `${project} ${name.version.text}`;
}

function describeHop({ node, need }: Unmet): string {
  return `${describe(node.candidate)} needs ${need.text}`;
}

/** From this many requirements on, a message leaves out those in the middle. */
const LONG_PATH = 7;

function shorten(steps: readonly string[]): readonly string[] {
  if (steps.length < LONG_PATH) return steps;
  return [...steps.slice(0, 3), '...', ...steps.slice(-2)];
}

function endOf(solved: Solved, need: Need, bit: number): Reason {
  const { input } = solved;
  const place = input.closurePlace;
  const root = input.roots.get(need.name);
  if (input.closure === 'listed' && root === undefined && need.own === undefined) {
    const text = `packages.allow has no entry for ${need.name}, and dependencies.closure is "listed"`;
    return { text, place };
  }
  const state = input.projects.get(need.name)?.state ?? 'unvisited';
  if (state === 'known') return endAmong(solved, { need, root, bit });
  return { text: UNKNOWN[state](need.name), place };
}

const UNKNOWN: Readonly<
  Record<Exclude<CandidateProject['state'], 'known'>, (name: ProjectName) => string>
> = {
  unvisited: (name) => `${name} has not been looked at yet`,
  absent: (name) => `upstream has no project ${name}`,
  unavailable: (name) => `upstream did not answer for ${name}`,
};

interface End {
  readonly need: Need;
  readonly root: Root | undefined;
  readonly bit: number;
}

/** Why none of the versions of a known project meets a need. */
function endAmong({ input, graph }: Solved, { need, root, bit }: End): Reason {
  const { name, matching } = need;
  const place = input.closurePlace;
  if (matching.length === 0) return { text: noMatch(need), place };
  const open = root === undefined ? matching : within(matching, root.ranges);
  if (root !== undefined && open.length === 0) {
    const text = `the entry of ${name} in packages.allow leaves out every version of ${need.text}`;
    return { text, place: root.place };
  }
  const fitting = open
    .flatMap((release) => release.candidates)
    .filter(({ fits }) => (fits & bit) !== 0);
  // A wheel says more than an sdist, whose format refuses it whatever else is wrong.
  const wheels = fitting.filter(({ name: read }) => read.kind === 'wheel');
  const speaking = wheels.length > 0 ? wheels : fitting;
  const [newest] = speaking;
  if (newest === undefined) return { text: `no artifact of ${need.text} fits the target`, place };
  const refusing = speaking
    .flatMap(({ decision }) => decision.findings)
    .find(({ effect }) => effect !== 'approve');
  if (refusing !== undefined) return { text: refusing.message, place: refusing.policy ?? place };
  if (!graph.wanted.has(newest)) {
    return { text: `${describe(newest)} is yanked, which only == and === take`, place };
  }
  return { text: `nothing brings ${describe(newest)} along that is approved itself`, place };
}

function noMatch({ name, own, specifiers }: Need): string {
  if (own !== undefined) {
    return `a requirement on its own name is met only by ${name} ${own.text} itself`;
  }
  return specifiers.text === ''
    ? `upstream lists no artifact of ${name} with a SHA-256`
    : `no version of ${name} matches ${specifiers.text.trim()}`;
}
