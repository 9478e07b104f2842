import { GatehouseError } from '../model/errors.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { decodeEntry, type LedgerEntry } from './entries.ts';
import { planFlush } from './flush.ts';
import { type Head, headRoot } from './head.ts';
import { HASH_BYTES, leafHash, type TreeHash } from './merkle.ts';
import type { TileReader } from './proofs.ts';
import {
  decodeBundle,
  decodeTile,
  encodeBundle,
  encodeTile,
  TILE_WIDTH,
  tileKey,
  type TileLevel,
  type TileName,
} from './tiles.ts';

/** An entry with its place. */
export interface IndexedEntry {
  readonly index: number;
  readonly entry: LedgerEntry;
}

/** The ledger as of one head: full tiles from the store, everything else from the head. */
export interface LogReader {
  readonly size: number;
  readonly root: () => TreeHash;
  /** The first hashes of a tile, or entries of a bundle, as bytes; undefined: the tree does not reach that far. */
  tile(name: TileName): Promise<Uint8Array | undefined>;
  /** The first hashes of a tile that the tree reaches; throws `invalid-request` otherwise. */
  readonly hashes: TileReader;
  /** Entries from `from` to `to`, exclusive, in order; what the ledger does not have is left out. */
  entries(from: number, to: number): AsyncGenerator<IndexedEntry>;
}

/** Reads the ledger as of a head. */
export function readLog(store: ObjectStore, at: Head): LogReader {
  // What is complete and not yet flushed is laid out as if it were, without writing it.
  const { objects, head } = planFlush(at);
  const pending = new Map(objects.map(({ key, content }) => [key, content]));

  async function tile({ level, index, width }: TileName): Promise<Uint8Array | undefined> {
    if (!isTileName(level, index, width)) return undefined;
    const members = membersAt(level, head.size);
    if (index * TILE_WIDTH + width > members) return undefined;
    if (index === Math.floor(members / TILE_WIDTH)) return unfinishedTile(head, level, width);
    return truncate(level, await fullTile(level, index), width);
  }

  async function fullTile(level: TileLevel, index: number): Promise<Uint8Array> {
    const key = tileKey(level, index);
    const content = pending.get(key) ?? (await store.read(key));
    if (content === undefined) {
      throw new GatehouseError('store-corrupt', `a part of the ledger is missing: ${key}`);
    }
    return content;
  }

  async function hashes(level: number, index: number, width: number): Promise<readonly TreeHash[]> {
    const content = await tile({ level, index, width });
    if (content !== undefined) return decodeTile(content);
    const size = `its size is ${head.size}`;
    throw new GatehouseError('invalid-request', `the ledger does not reach that far: ${size}`);
  }

  async function* entries(from: number, to: number): AsyncGenerator<IndexedEntry> {
    const end = Math.min(to, head.size);
    let index = Math.max(from, 0);
    while (index < end) {
      const start = Math.floor(index / TILE_WIDTH) * TILE_WIDTH;
      const bundle = await bundleEntries(start);
      for (const entry of bundle.slice(index - start, end - start)) {
        yield { index, entry };
        index += 1;
      }
    }
  }

  async function bundleEntries(start: number): Promise<readonly LedgerEntry[]> {
    if (start === head.flushed) return head.inline.map(({ entry }) => entry);
    const texts = decodeBundle(await fullTile('entries', start / TILE_WIDTH));
    if (texts.length !== TILE_WIDTH) {
      throw new GatehouseError(
        'store-corrupt',
        `a bundle of ${TILE_WIDTH} entries has: ${texts.length}`,
      );
    }
    return texts.map(decodeEntry);
  }

  return { size: head.size, root: () => headRoot(head), tile, hashes, entries };
}

function isTileName(level: TileLevel, index: number, width: number): boolean {
  return (
    (level === 'entries' || (Number.isSafeInteger(level) && level >= 0)) &&
    Number.isSafeInteger(index) &&
    index >= 0 &&
    Number.isSafeInteger(width) &&
    width >= 1 &&
    width <= TILE_WIDTH
  );
}

/** How many members the tiles of a level have together. */
function membersAt(level: TileLevel, size: number): number {
  return level === 'entries' ? size : Math.floor(size / TILE_WIDTH ** level);
}

function unfinishedTile(head: Head, level: TileLevel, width: number): Uint8Array {
  const texts = head.inline.slice(0, width).map(({ text }) => text);
  if (level === 'entries') return encodeBundle(texts);
  if (level === 0) return encodeTile(texts.map((text) => leafHash(Buffer.from(text))));
  return encodeTile((head.edge[level - 1] ?? []).slice(0, width));
}

function truncate(level: TileLevel, content: Uint8Array, width: number): Uint8Array {
  if (width === TILE_WIDTH) return content;
  if (level === 'entries') return encodeBundle(decodeBundle(content).slice(0, width));
  return content.subarray(0, width * HASH_BYTES);
}
