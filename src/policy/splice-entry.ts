import { byHand, type ListText, type Splice, writeScalar } from './splice.ts';
import { type ListNode, type MapNode, type PolicyNode, valueOf } from './yaml-tree.ts';

/** Where a new entry goes. */
export interface EntryPosition {
  /** How many items stand before it. */
  readonly index: number;
  /** An offset in the line under which a block list begins. */
  readonly listKey: number;
}

/** Puts an entry into a list, on a line of its own in a block list. */
export function insertEntry(source: ListText, entry: string, position: EntryPosition): Splice {
  const { list } = source;
  const values = list.items.map(valueOf).toSpliced(position.index, 0, entry);
  const place = list.flow
    ? inFlowList(source, entry, position.index)
    : inBlockList(source, entry, position);
  return { start: place.start, end: place.start, written: place.written, values };
}

type Insertion = Pick<Splice, 'start' | 'written'>;

function inFlowList({ list }: ListText, entry: string, index: number): Insertion {
  const scalar = writeScalar(entry, 'flow');
  const previous = list.items[index - 1];
  if (previous !== undefined) return { start: previous.end, written: `, ${scalar}` };
  const next = list.items[0];
  return next === undefined
    ? { start: list.start + 1, written: scalar }
    : { start: next.start, written: `${scalar}, ` };
}

// After the line of the item before, so that comments above the next item stay with it.
function inBlockList(
  { text, list }: ListText,
  entry: string,
  { index, listKey }: EntryPosition,
): Insertion {
  const indent = text.slice(text.lastIndexOf('\n', list.start - 1) + 1, list.start);
  if (/[^ ]/.test(indent)) throw byHand('packages.allow does not begin on a line of its own');
  const line = `${indent}- ${writeScalar(entry, 'block')}`;
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const previous = list.items[index - 1];
  const end = text.indexOf('\n', previous === undefined ? listKey : lastOffsetOf(text, previous));
  return end === -1
    ? { start: text.length, written: `${newline}${line}` }
    : { start: end + 1, written: `${line}${newline}` };
}

// A block list or map reaches to what comes after it, empty lines and comments included.
function lastOffsetOf(text: string, node: PolicyNode): number {
  const last = node.kind === 'scalar' || node.flow ? undefined : childrenOf(node).at(-1);
  return last === undefined ? text.slice(0, node.end).trimEnd().length : lastOffsetOf(text, last);
}

function childrenOf(node: ListNode | MapNode): readonly PolicyNode[] {
  return node.kind === 'list' ? node.items : [...node.entries.values()].map(({ value }) => value);
}
