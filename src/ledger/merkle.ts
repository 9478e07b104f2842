import { createHash } from 'node:crypto';

import { GatehouseError } from '../model/errors.ts';

/** The 32 bytes of one node's hash (RFC 6962 §2.1). */
export type TreeHash = Uint8Array;

export const HASH_BYTES = 32;

/** Consecutive entries from `start` (0-based) to `end`, exclusive. */
export interface EntryRange {
  readonly start: number;
  readonly end: number;
}

/** The hash of one entry. */
export function leafHash(entry: Uint8Array): TreeHash {
  return createHash('sha256').update(LEAF).update(entry).digest();
}

/** The hash over two neighbours. */
export function nodeHash(left: TreeHash, right: TreeHash): TreeHash {
  return createHash('sha256').update(NODE).update(left).update(right).digest();
}

/** The root over neighbouring subtrees of one size, of which the last may be smaller. No subtree: the empty root. */
export function treeRoot(hashes: readonly TreeHash[]): TreeHash {
  const [first] = hashes;
  if (first === undefined) return createHash('sha256').digest();
  if (hashes.length === 1) return first;
  const split = largestPowerBelow(hashes.length);
  return nodeHash(treeRoot(hashes.slice(0, split)), treeRoot(hashes.slice(split)));
}

/** The subtrees whose hashes prove that the entry at `index` is in the tree of `size` (RFC 6962 §2.1.1), in order. */
export function inclusionRanges(index: number, size: number): readonly EntryRange[] {
  if (!isCount(index) || !isCount(size) || index >= size) {
    throw outside(`an entry at ${index} in a tree of ${size}`);
  }
  return pathRanges(index, { start: 0, end: size });
}

/** The subtrees whose hashes prove that the tree of `to` extends the tree of `from` (RFC 6962 §2.1.2), in order. */
export function consistencyRanges(from: number, to: number): readonly EntryRange[] {
  if (!isCount(from) || !isCount(to) || from > to) {
    throw outside(`a tree of ${from} as the beginning of a tree of ${to}`);
  }
  if (from === 0 || from === to) return [];
  return subproofRanges(from, { start: 0, end: to });
}

/** The largest power of two below a number of at least 2. */
export function largestPowerBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

function pathRanges(index: number, tree: EntryRange): readonly EntryRange[] {
  if (tree.end - tree.start === 1) return [];
  const [left, right] = halves(tree);
  return index < left.end
    ? [...pathRanges(index, left), right]
    : [...pathRanges(index, right), left];
}

function subproofRanges(from: number, tree: EntryRange): readonly EntryRange[] {
  // A subtree that is whole in both trees. The one at the very left is the old root, which the verifier has.
  if (from === tree.end) return tree.start === 0 ? [] : [tree];
  const [left, right] = halves(tree);
  return from <= left.end
    ? [...subproofRanges(from, left), right]
    : [...subproofRanges(from, right), left];
}

function halves(tree: EntryRange): readonly [EntryRange, EntryRange] {
  const middle = tree.start + largestPowerBelow(tree.end - tree.start);
  return [
    { start: tree.start, end: middle },
    { start: middle, end: tree.end },
  ];
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function outside(what: string): GatehouseError {
  return new GatehouseError('invalid-request', `no proof exists for: ${what}`);
}
