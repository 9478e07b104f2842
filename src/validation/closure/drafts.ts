import type { ReleaseNeed } from '../../ecosystems/releases.ts';
import type { Target } from '../../model/target.ts';
import { createAskedOn } from './asked.ts';
import type { Candidate } from './candidate.ts';
import type { Edge, Need, Node, Step } from './graph.ts';
import type { Release } from './releases.ts';

/** A node while the graph is built. */
export interface NodeDraft extends Node {
  readonly extras: Map<string, NodeDraft>;
  mask: number;
  readonly edges: readonly EdgeDraft[];
  readonly serves: Need[];
}

/** An edge while the graph is built. */
export interface EdgeDraft extends Edge {
  readonly need: NeedDraft;
}

/** A need while the graph is built. */
export interface NeedDraft extends Need {
  mask: number;
  matching: readonly Release[];
  readonly window: Step[];
  readonly meets: Step[];
  readonly askers: Set<Node>;
}

/** Makes each node and each need of a graph once. */
export interface Drafts {
  readonly nodes: readonly NodeDraft[];
  readonly needs: readonly NeedDraft[];
  readonly bases: ReadonlyMap<Candidate, NodeDraft>;
  base(candidate: Candidate, askedBy: Node | undefined): NodeDraft;
  /** The same artifact with an extra. */
  withExtra(base: NodeDraft, extra: string, askedBy: Node | undefined): NodeDraft;
}

/** Starts a graph for the targets, with nothing in it. */
export function createDrafts(targets: readonly Target[]): Drafts {
  const askedOn = createAskedOn(targets);
  const nodes: NodeDraft[] = [];
  const needs: NeedDraft[] = [];
  const bases = new Map<Candidate, NodeDraft>();
  const needsByKey = new Map<string, NeedDraft>();
  const edges = new Map<ReleaseNeed, Map<string | undefined, EdgeDraft>>();

  function base(candidate: Candidate, askedBy: Node | undefined): NodeDraft {
    const known = bases.get(candidate);
    if (known !== undefined) return known;
    const node = addNode({
      candidate,
      base: undefined,
      askedBy,
      edges: edgesOf(candidate, undefined),
    });
    bases.set(candidate, node);
    return node;
  }

  function withExtra(from: NodeDraft, extra: string, askedBy: Node | undefined): NodeDraft {
    const known = from.extras.get(extra);
    if (known !== undefined) return known;
    const { candidate } = from;
    const node = addNode({ candidate, base: from, askedBy, edges: edgesOf(candidate, extra) });
    from.extras.set(extra, node);
    return node;
  }

  function addNode(fields: Pick<NodeDraft, 'candidate' | 'base' | 'askedBy' | 'edges'>): NodeDraft {
    const node = { ...fields, index: nodes.length, extras: new Map(), mask: 0, serves: [] };
    nodes.push(node);
    return node;
  }

  /** Direct URLs are for the rules to judge: no version meets them. */
  function edgesOf(candidate: Candidate, extra: string | undefined): readonly EdgeDraft[] {
    return candidate.requirements
      .filter(({ url }) => url === undefined)
      .map((requirement) => edgeOf(candidate, requirement, extra))
      .filter(({ mask }) => mask !== 0);
  }

  /** Artifacts of one release mostly share their requirements, so that these are asked about once. */
  function edgeOf(
    candidate: Candidate,
    requirement: ReleaseNeed,
    extra: string | undefined,
  ): EdgeDraft {
    // The same text is another need to the project that it names: only its own version meets it there.
    const isShared = requirement.name !== candidate.project;
    const known = isShared ? edges.get(requirement)?.get(extra) : undefined;
    if (known !== undefined) return known;
    const edge = { need: needOf(candidate, requirement), mask: askedOn(requirement, extra) };
    if (isShared) edges.set(requirement, (edges.get(requirement) ?? new Map()).set(extra, edge));
    return edge;
  }

  function needOf(candidate: Candidate, requirement: ReleaseNeed): NeedDraft {
    const own = requirement.name === candidate.project ? candidate.name.version : undefined;
    const text = textOf(requirement);
    const key = own === undefined ? text : `${text} of ${own.text}`;
    const known = needsByKey.get(key);
    if (known !== undefined) return known;
    const { name, extras, specifiers } = requirement;
    const asked = { index: needs.length, text, name, extras, specifiers, own };
    const unlinked = { mask: 0, matching: [], window: [], meets: [], askers: new Set<Node>() };
    const need: NeedDraft = { ...asked, ...unlinked };
    needs.push(need);
    needsByKey.set(key, need);
    return need;
  }

  return { nodes, needs, bases, base, withExtra };
}

function textOf({ name, extras, specifiers }: ReleaseNeed): string {
  return `${name}${extras.length === 0 ? '' : `[${extras.join(',')}]`}${specifiers.text}`;
}
