import { GatehouseError } from '../model/errors.ts';
import type { ObjectKey, ObjectStore } from '../store/object-store.ts';
import { admissionOf, encodeMarker, markerKey } from './admissions.ts';
import type { Head, InlineEntry } from './head.ts';
import { leafHash, type TreeHash, treeRoot } from './merkle.ts';
import { encodeBundle, encodeTile, TILE_WIDTH, tileKey } from './tiles.ts';

/** An object that a committed head determines. */
export interface DeterminedObject {
  readonly key: ObjectKey;
  readonly content: Uint8Array;
}

/** What must be in the store before a head may drop its complete entries, and the head without them. */
export interface Flush {
  readonly objects: readonly DeterminedObject[];
  readonly head: Head;
}

/** Full tiles, bundles and admission markers of a head, as long as it has 256 entries inline. */
export function planFlush(head: Head): Flush {
  if (head.inline.length < TILE_WIDTH) return { objects: [], head };
  const entries = head.inline.slice(0, TILE_WIDTH);
  const flushed = head.flushed + TILE_WIDTH;
  const leaves = entries.map(({ text }) => leafHash(Buffer.from(text)));
  const { edge, tiles } = raise(head.edge, { leaves, flushed });
  const bundle = {
    key: tileKey('entries', head.flushed / TILE_WIDTH),
    content: encodeBundle(entries.map(({ text }) => text)),
  };
  const inline = head.inline.slice(TILE_WIDTH);
  const rest = planFlush({ ...head, flushed, edge, inline });
  const objects = [bundle, ...tiles, ...markers(entries, head.flushed), ...rest.objects];
  return { objects, head: rest.head };
}

/**
 * Writes the objects, synced. Others may be writing the same; since a committed head determines them, what is
 * there already must be equal, else `ledger-inconsistent`.
 */
export async function writeFlush(store: ObjectStore, flush: Flush): Promise<void> {
  for (let start = 0; start < flush.objects.length; start += WRITES_AT_ONCE) {
    const group = flush.objects.slice(start, start + WRITES_AT_ONCE);
    await Promise.all(group.map((object) => writeObject(store, object)));
  }
}

const WRITES_AT_ONCE = 16;

/** Adds a full tile of leaves to the levels above, which may complete their tiles in turn. */
function raise(
  edge: Head['edge'],
  added: { readonly leaves: readonly TreeHash[]; readonly flushed: number },
): { readonly edge: Head['edge']; readonly tiles: readonly DeterminedObject[] } {
  const levels = [...edge];
  const tiles: DeterminedObject[] = [];
  let full = added.leaves;
  for (let level = 0; full.length === TILE_WIDTH; level += 1) {
    const index = added.flushed / TILE_WIDTH ** (level + 1) - 1;
    tiles.push({ key: tileKey(level, index), content: encodeTile(full) });
    full = [...(levels[level] ?? []), treeRoot(full)];
    levels[level] = full.length === TILE_WIDTH ? [] : full;
  }
  return { edge: levels, tiles };
}

function markers(entries: readonly InlineEntry[], first: number): readonly DeterminedObject[] {
  return entries.flatMap(({ entry }, index) => {
    const admission = admissionOf(entry, first + index);
    if (admission === undefined) return [];
    return { key: markerKey(admission.subject), content: encodeMarker(admission) };
  });
}

async function writeObject(store: ObjectStore, { key, content }: DeterminedObject): Promise<void> {
  if ((await store.put(key, content, { durability: 'synced' })) === 'created') return;
  const existing = await store.read(key);
  if (existing === undefined || Buffer.compare(existing, content) !== 0) {
    throw new GatehouseError(
      'ledger-inconsistent',
      `the store has something else than the ledger's head determines, at: ${key}`,
      { data: { key } },
    );
  }
}
