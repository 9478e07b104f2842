import { z } from 'zod';

import type { Ledger } from '../ledger/ledger.ts';
import type { Revocation } from '../model/revocation.ts';
import type { Sha256 } from '../model/sha256.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { type StoredFormat, storedNames } from '../store/stored-json.ts';
import type { Standard } from './judging.ts';
import { putStateBlob, readStateBlob } from './state-blob.ts';
import { type MirrorState, announce } from './state.ts';

/** All revocations in force, by the digest in the head; absent digest: none. */
export async function readRevocations(
  store: ObjectStore,
  digest: Sha256 | undefined,
): Promise<readonly Revocation[]> {
  return digest === undefined ? [] : readStateBlob(store, REVOCATIONS, digest);
}

/**
 * What is judged by once these revocations are known too. Nothing lifts a revocation, so that what only this process
 * has heard of stays in force next to what the ledger has.
 */
export function withRevocations(standard: Standard, listed: readonly Revocation[]): Standard {
  const { revocations: known } = standard;
  const unlisted = known.filter((revocation) => !isListed(listed, revocation));
  const revocations = [...listed, ...unlisted];
  const isSame =
    revocations.length === known.length &&
    revocations.every((revocation, index) => isSameTarget(revocation, known[index]));
  return isSame ? standard : { ...standard, revocations };
}

/** Revokes in this process at once, store or no store, and in the ledger before the promise settles. */
export async function revoke(
  states: readonly MirrorState[],
  revocation: Revocation,
): Promise<void> {
  for (const state of states) {
    const { revocations } = state.standard;
    if (isListed(revocations, revocation)) continue;
    state.standard = { ...state.standard, revocations: [...revocations, revocation] };
    announce(state);
  }
  const [first] = states;
  if (first !== undefined) await enterRevocation(first, revocation);
  for (const state of states) await takeRevocations(state);
}

/** Adds a revocation to the ledger; gives the whole list. Revoking the same twice changes nothing. */
export async function enterRevocation(
  { store, ledger }: { readonly store: ObjectStore; readonly ledger: Ledger },
  revocation: Revocation,
): Promise<{ readonly digest: Sha256 | undefined; readonly revocations: readonly Revocation[] }> {
  await ledger.append(async (head) => {
    const before = await readRevocations(store, head.state.revocations);
    if (isListed(before, revocation)) return undefined;
    const revocations = await putStateBlob(store, REVOCATIONS, [...before, revocation]);
    return { entries: [{ kind: 'revocations', revocations, added: describe(revocation) }] };
  });
  const digest = ledger.head().state.revocations;
  return { digest, revocations: await readRevocations(store, digest) };
}

/** Takes over what the ledger's head has, whoever entered it. */
export async function takeRevocations(state: MirrorState): Promise<void> {
  const digest = state.ledger.head().state.revocations;
  if (digest === state.revocationsDigest) return;
  const listed = await readRevocations(state.store, digest);
  state.standard = withRevocations(state.standard, listed);
  state.revocationsDigest = digest;
  announce(state);
}

function isListed(list: readonly Revocation[], revocation: Revocation): boolean {
  return list.some((known) => isSameTarget(known, revocation));
}

function isSameTarget({ what: left }: Revocation, right: Revocation | undefined): boolean {
  if (right === undefined) return false;
  const { what } = right;
  if (left.kind === 'bytes') return what.kind === 'bytes' && what.sha256 === left.sha256;
  return what.kind === 'release' && what.project === left.project && what.version === left.version;
}

// An entry has 2 KB, and no reason may be too long, or too odd, to revoke.
const DESCRIBED_CHARACTERS = 250;

function describe({ what, reason, actor }: Revocation): string {
  const target =
    what.kind === 'bytes' ? `sha256 ${what.sha256}` : `${what.project} ${what.version}`;
  const text = `${target} by ${actor}: ${reason}`.toWellFormed().replaceAll(/\p{Cc}/gu, ' ');
  return Array.from(text).slice(0, DESCRIBED_CHARACTERS).join('');
}

const REVOCATIONS: StoredFormat<readonly Revocation[]> = {
  name: 'gatehouse.revocations',
  version: 1,
  schema: z.array(
    z.object({
      what: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('bytes'), sha256: storedNames.sha256 }),
        z.object({
          kind: z.literal('release'),
          project: storedNames.project,
          version: z.string(),
        }),
      ]),
      reason: z.string(),
      actor: z.string(),
      time: z.number(),
    }),
  ),
};
