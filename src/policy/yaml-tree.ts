import type { PolicyPlace } from '../model/decision.ts';
import type { PolicyProblem } from './problem.ts';
import { plainValueOf } from './scalars.ts';
import type { PlaceOf } from './source-text.ts';

/** A value of the file with the offsets at which it starts and ends. */
export type PolicyNode = ScalarNode | ListNode | MapNode;

/** Offsets in UTF-16 units, the end exclusive. */
export interface NodeSpan {
  readonly start: number;
  readonly end: number;
}

export interface ScalarNode extends NodeSpan {
  readonly kind: 'scalar';
  /** The text, quotes and escapes resolved. */
  readonly text: string;
  readonly plain: boolean;
}

export interface ListNode extends NodeSpan {
  readonly kind: 'list';
  readonly flow: boolean;
  readonly items: readonly PolicyNode[];
}

export interface MapNode extends NodeSpan {
  readonly kind: 'map';
  readonly flow: boolean;
  readonly entries: ReadonlyMap<string, MapEntry>;
}

export interface MapEntry {
  readonly key: ScalarNode;
  readonly value: PolicyNode;
}

/** A policy file as a tree: absent when the problems say why there is none. */
export interface PolicyTree {
  readonly root?: MapNode;
  readonly problems: readonly PolicyProblem[];
  readonly placeOf: PlaceOf;
}

/** The place that stands for a value in messages: where a scalar is written, and where the key of a list or map is. */
export function placeAt(tree: PolicyTree, path: readonly PropertyKey[]): PolicyPlace {
  let offset = tree.root?.start ?? 0;
  let node: PolicyNode | undefined = tree.root;
  for (const step of path) {
    const child: Child | undefined = node === undefined ? undefined : childOf(node, step);
    if (child === undefined) break;
    node = child.value;
    offset = node.kind === 'scalar' ? node.start : (child.key ?? node).start;
  }
  return tree.placeOf(offset);
}

/** The node at a path; absent: nothing stands there. */
export function nodeAt(tree: PolicyTree, path: readonly PropertyKey[]): PolicyNode | undefined {
  let node: PolicyNode | undefined = tree.root;
  for (const step of path) {
    if (node === undefined) return undefined;
    node = childOf(node, step)?.value;
  }
  return node;
}

/** The tree as plain values for the schema; maps have no prototype. */
export function valueOf(node: PolicyNode): unknown {
  if (node.kind === 'scalar') return node.plain ? plainValueOf(node.text) : node.text;
  if (node.kind === 'list') return node.items.map(valueOf);
  const value: Record<string, unknown> = Object.create(null);
  for (const [key, entry] of node.entries) value[key] = valueOf(entry.value);
  return value;
}

interface Child {
  readonly key?: ScalarNode;
  readonly value: PolicyNode;
}

function childOf(node: PolicyNode, step: PropertyKey): Child | undefined {
  if (node.kind === 'map') return node.entries.get(String(step));
  if (node.kind !== 'list' || typeof step !== 'number') return undefined;
  const value = node.items[step];
  return value === undefined ? undefined : { value };
}
