import { GatehouseError } from '../model/errors.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Head } from './head.ts';
import { foldEntry } from './state.ts';
import { TILE_WIDTH } from './tiles.ts';

/**
 * Throws `ledger-inconsistent` unless `newer` can have come from `seen` by appending: the same ledger, not
 * smaller, with the same entries and hashes where both have them. What is in neither head takes a proof.
 */
export function requireSuccessor(seen: Head, newer: Head): void {
  if (seen.origin !== newer.origin || seen.publicKey !== newer.publicKey) {
    throw inconsistent(`it is another ledger's, of origin: ${JSON.stringify(newer.origin)}`);
  }
  if (newer.size < seen.size || newer.flushed < seen.flushed) {
    throw inconsistent(`it has ${newer.size} entries, a head seen before had: ${seen.size}`);
  }
  requireSameEntries(seen, newer);
  requireSameHashes(seen, newer);
  requireSameState(seen, newer);
}

function requireSameEntries(seen: Head, newer: Head): void {
  for (let index = newer.flushed; index < seen.size; index += 1) {
    if (seen.inline[index - seen.flushed]?.text !== newer.inline[index - newer.flushed]?.text) {
      throw inconsistent(`it has another entry than a head seen before at: ${index}`);
    }
  }
}

/** A level's unfinished tile only grows until it is finished. */
function requireSameHashes(seen: Head, newer: Head): void {
  for (const [index, level] of seen.edge.entries()) {
    const tileSpan = TILE_WIDTH ** (index + 2);
    const isSameTile = Math.floor(seen.flushed / tileSpan) === Math.floor(newer.flushed / tileSpan);
    const hashes = newer.edge[index] ?? [];
    if (isSameTile && !level.every((hash, at) => equal(hash, hashes[at]))) {
      throw inconsistent(`it has another hash than a head seen before at level: ${index + 1}`);
    }
  }
}

/** The state can be computed again where every entry since is inline. */
function requireSameState(seen: Head, newer: Head): void {
  if (newer.flushed > seen.size) return;
  const added = newer.inline.slice(seen.size - newer.flushed);
  const state = added.reduce((before, { entry }) => foldEntry(before, entry), seen.state);
  if (canonicalJson(state) !== canonicalJson(newer.state)) {
    throw inconsistent(`its state is not what its entries amount to, at size: ${newer.size}`);
  }
}

function equal(left: Uint8Array, right: Uint8Array | undefined): boolean {
  return right !== undefined && Buffer.compare(left, right) === 0;
}

function inconsistent(what: string): GatehouseError {
  return new GatehouseError(
    'ledger-inconsistent',
    `the ledger's head cannot be a later one: ${what}`,
    {
      hint: 'Somebody restored or changed the store. Stop, keep both, and compare checkpoints.',
    },
  );
}
