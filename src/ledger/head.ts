import { z } from 'zod';

import { GatehouseError } from '../model/errors.ts';
import { isSha256, type Sha256 } from '../model/sha256.ts';
import { canonicalJson } from './canonical-json.ts';
import { decodeEntry, encodeEntry, type LedgerEntry } from './entries.ts';
import { leafHash, type TreeHash, treeRoot } from './merkle.ts';
import { EMPTY_STATE, foldEntry, type LedgerState } from './state.ts';
import { parseStored } from './stored-json.ts';
import { decodeTile, encodeTile, TILE_WIDTH } from './tiles.ts';

/** The format of heads that this program writes, and the newest that it reads. */
export const HEAD_FORMAT = 1;

/** Who a ledger is; fixed when it is created. */
export interface LedgerIdentity {
  readonly origin: string;
  /** The Ed25519 public key in base64. */
  readonly publicKey: string;
}

/** An entry with the text that is hashed. */
export interface InlineEntry {
  readonly text: string;
  readonly entry: LedgerEntry;
}

/** The edge of the ledger: all that is needed to append, to compute the root and to know the state. */
export interface Head extends LedgerIdentity {
  /** Entries in the ledger. */
  readonly size: number;
  /** How many of them are in full bundles of the store; a multiple of 256. The rest is inline. */
  readonly flushed: number;
  /** Hashes of the unfinished tile of level 1, 2, …, over the flushed entries. Level 0 is the inline entries. */
  readonly edge: readonly (readonly TreeHash[])[];
  readonly inline: readonly InlineEntry[];
  /** The fold over all entries. */
  readonly state: LedgerState;
}

/** The head of a ledger without entries. */
export function emptyHead(identity: LedgerIdentity): Head {
  const { origin, publicKey } = identity;
  return { origin, publicKey, size: 0, flushed: 0, edge: [], inline: [], state: EMPTY_STATE };
}

/** An entry with its text; throws `wrong-use` as `encodeEntry`. */
export function inlineEntry(entry: LedgerEntry): InlineEntry {
  return { text: encodeEntry(entry), entry };
}

/** The head after more entries. */
export function extendHead(head: Head, added: readonly InlineEntry[]): Head {
  return {
    ...head,
    size: head.size + added.length,
    inline: [...head.inline, ...added],
    state: added.reduce((state, { entry }) => foldEntry(state, entry), head.state),
  };
}

/** The root of a head that has less than 256 entries inline. */
export function headRoot(head: Head): TreeHash {
  const leaves = head.inline.map(({ text }) => leafHash(Buffer.from(text)));
  const root = [leaves, ...head.edge].reduce(addLevel, []);
  return treeRoot(root);
}

/** The head as stored: one line of canonical JSON, then one line for each inline entry. */
export function encodeHead(head: Head): Uint8Array {
  const { origin, publicKey, size, flushed, state } = head;
  const edge = head.edge.map((level) => Buffer.from(encodeTile(level)).toString('base64'));
  const first = { format: HEAD_FORMAT, origin, publicKey, size, flushed, edge, state };
  const lines = [canonicalJson(first), ...head.inline.map(({ text }) => text)];
  return Buffer.from(lines.map((line) => `${line}\n`).join(''));
}

/**
 * Reads a stored head; entries that `known` has inline too are taken from there. Throws `store-too-new` for a
 * newer format, `store-corrupt` for what nobody wrote.
 */
export function decodeHead(content: Uint8Array, known: Head): Head {
  const [first = '', ...texts] = Buffer.from(content).toString().split('\n');
  if (texts.pop() !== '') throw corrupt('it does not end with a line feed');
  const { origin, publicKey, size, flushed, state, edge: levels } = decodeFirstLine(first);
  const entries = new Map(known.inline.map((entry) => [entry.text, entry]));
  const inline = texts.map((text) => entries.get(text) ?? { text, entry: decodeEntry(text) });
  const edge = levels.map((level) => decodeTile(Buffer.from(level, 'base64')));
  const head = { origin, publicKey, size, flushed, edge, inline, state };
  requireWhole(head);
  return head;
}

const digest = z.custom<Sha256>((value) => typeof value === 'string' && isSha256(value));

const firstLine = z.strictObject({
  format: z.literal(HEAD_FORMAT),
  origin: z.string(),
  publicKey: z.string(),
  size: z.int().nonnegative(),
  flushed: z.int().nonnegative(),
  edge: z.array(z.base64()),
  state: z.strictObject({
    policy: z.exactOptional(digest),
    revocations: z.exactOptional(digest),
    withdrawn: z.exactOptional(digest),
    catalogues: z.record(z.string(), digest),
  }),
});

function addLevel(smaller: readonly TreeHash[], level: readonly TreeHash[]): readonly TreeHash[] {
  const hashes = [...level, ...smaller];
  return hashes.length === 0 ? [] : [treeRoot(hashes)];
}

function decodeFirstLine(text: string): z.infer<typeof firstLine> {
  const value = parseStored(text, { what: "the ledger's head", newest: HEAD_FORMAT });
  const parsed = firstLine.safeParse(value);
  if (!parsed.success) throw corrupt(z.prettifyError(parsed.error));
  return parsed.data;
}

function requireWhole({ size, flushed, edge, inline }: Head): void {
  if (flushed % TILE_WIDTH !== 0 || size !== flushed + inline.length) {
    throw corrupt(`${size} entries, ${flushed} of them flushed, ${inline.length} inline`);
  }
  let complete = flushed / TILE_WIDTH;
  for (const [index, level] of edge.entries()) {
    if (level.length !== complete % TILE_WIDTH) {
      throw corrupt(`${level.length} hashes at level ${index + 1} for ${flushed} flushed entries`);
    }
    complete = Math.floor(complete / TILE_WIDTH);
  }
  if (complete !== 0) throw corrupt(`${edge.length} levels for ${flushed} flushed entries`);
}

function corrupt(what: string): GatehouseError {
  return new GatehouseError('store-corrupt', `not the head of a ledger: ${what}`);
}
