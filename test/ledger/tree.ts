import { createHash } from 'node:crypto';

import type { TreeHash } from '../../src/ledger/merkle.ts';

// Written from RFC 6962 §2.1 and RFC 9162 §2.1.3.2, §2.1.4.2, apart from the code under test.

export function naiveRoot(entries: readonly string[]): TreeHash {
  if (entries.length === 0) return hash();
  if (entries.length === 1) return hash(Uint8Array.of(0), Buffer.from(entries[0] ?? ''));
  const split = 2 ** Math.floor(Math.log2(entries.length - 1));
  return node(naiveRoot(entries.slice(0, split)), naiveRoot(entries.slice(split)));
}

export interface Inclusion {
  readonly index: number;
  readonly size: number;
  readonly leaf: TreeHash;
  readonly proof: readonly TreeHash[];
}

export function rootByInclusion({ index, size, leaf, proof }: Inclusion): TreeHash | undefined {
  let position = index;
  let last = size - 1;
  let root = leaf;
  for (const sibling of proof) {
    if (last === 0) return undefined;
    if (position % 2 === 1 || position === last) {
      root = node(sibling, root);
      while (position % 2 === 0 && position !== 0) [position, last] = [position / 2, half(last)];
    } else {
      root = node(root, sibling);
    }
    [position, last] = [half(position), half(last)];
  }
  return last === 0 ? root : undefined;
}

export interface Consistency {
  readonly from: number;
  readonly to: number;
  readonly oldRoot: TreeHash;
  readonly proof: readonly TreeHash[];
}

/** Both roots that a proof leads to; to be equal to the known ones. For 0 < from < to. */
export function rootsByConsistency({ from, to, oldRoot, proof }: Consistency) {
  const path = Number.isInteger(Math.log2(from)) ? [oldRoot, ...proof] : [...proof];
  let [position, last] = [from - 1, to - 1];
  while (position % 2 === 1) [position, last] = [half(position), half(last)];
  const first = path.shift() ?? hash();
  let [before, after] = [first, first];
  for (const sibling of path) {
    if (last === 0) return undefined;
    if (position % 2 === 1 || position === last) {
      before = node(sibling, before);
      after = node(sibling, after);
      while (position % 2 === 0 && position !== 0) [position, last] = [position / 2, half(last)];
    } else {
      after = node(after, sibling);
    }
    [position, last] = [half(position), half(last)];
  }
  return last === 0 ? { before, after } : undefined;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function node(left: TreeHash, right: TreeHash): TreeHash {
  return hash(Uint8Array.of(1), left, right);
}

function hash(...parts: readonly Uint8Array[]): TreeHash {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}
