import {
  consistencyRanges,
  type EntryRange,
  inclusionRanges,
  largestPowerBelow,
  nodeHash,
  type TreeHash,
  treeRoot,
} from './merkle.ts';
import { TILE_WIDTH } from './tiles.ts';

/** Gives the first `width` hashes of a tile, or throws. */
export type TileReader = (
  level: number,
  index: number,
  width: number,
) => Promise<readonly TreeHash[]>;

/** The hashes that prove an entry's place in the tree of `size`; throws `invalid-request` outside of it. */
export function proveInclusion(
  read: TileReader,
  index: number,
  size: number,
): Promise<readonly TreeHash[]> {
  return rangeHashes(read, inclusionRanges(index, size));
}

/** The hashes that prove that the tree of `to` extends that of `from`; throws `invalid-request` if `from` is larger. */
export function proveConsistency(
  read: TileReader,
  from: number,
  to: number,
): Promise<readonly TreeHash[]> {
  return rangeHashes(read, consistencyRanges(from, to));
}

function rangeHashes(
  read: TileReader,
  ranges: readonly EntryRange[],
): Promise<readonly TreeHash[]> {
  return Promise.all(ranges.map((range) => rangeHash(read, range)));
}

async function rangeHash(read: TileReader, { start, end }: EntryRange): Promise<TreeHash> {
  const count = end - start;
  const split = count === 1 ? 1 : largestPowerBelow(count);
  if (count === 1 || split * 2 === count) return wholeSubtree(read, { start, end });
  return nodeHash(
    await wholeSubtree(read, { start, end: start + split }),
    await rangeHash(read, { start: start + split, end }),
  );
}

/** A power of two of entries lies side by side in one tile of the highest level whose nodes are not larger. */
async function wholeSubtree(read: TileReader, { start, end }: EntryRange): Promise<TreeHash> {
  let level = 0;
  let span = 1;
  while (span * TILE_WIDTH <= end - start) {
    level += 1;
    span *= TILE_WIDTH;
  }
  const index = Math.floor(start / span / TILE_WIDTH);
  const first = start / span - index * TILE_WIDTH;
  const last = first + (end - start) / span;
  return treeRoot((await read(level, index, last)).slice(first, last));
}
