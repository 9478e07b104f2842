import { GatehouseError } from '../model/errors.ts';
import {
  objectKey,
  type ObjectStore,
  type Pointer,
  type PointerVersion,
} from '../store/object-store.ts';
import { requireSuccessor } from './head-order.ts';
import { decodeHead, emptyHead, encodeHead, type Head, type LedgerIdentity } from './head.ts';

/** A head with the version of the pointer that held it; no version: the ledger has no entry yet. */
export interface SeenHead {
  readonly head: Head;
  readonly version: PointerVersion | undefined;
}

/** The one pointer of the ledger, which never goes back. */
export interface HeadPointer {
  /** The last one seen, without asking the store. */
  seen(): SeenHead;
  /**
   * Reads the pointer; the answer is at least as new as the call. Throws `ledger-inconsistent` for a head that
   * cannot come after the last one seen, which then stays.
   */
  refresh(): Promise<SeenHead>;
  /** Replaces a head that was seen by its successor; false: another writer was first. Throws: outcome unknown. */
  replace(base: SeenHead, next: Head): Promise<boolean>;
}

/** The pointer of a store's ledger; throws `invalid-setting` when the store has another ledger. */
export async function openHeadPointer(
  store: ObjectStore,
  identity: LedgerIdentity,
): Promise<HeadPointer> {
  let last: SeenHead = { head: emptyHead(identity), version: undefined };

  async function refresh(): Promise<SeenHead> {
    for (;;) {
      const before = last;
      const pointer = await store.readPointer(HEAD_KEY);
      if (last === before) {
        last = accept(before, pointer);
        return last;
      }
      // A newer head came in meanwhile; this one may have been read before it.
    }
  }

  async function replace(base: SeenHead, next: Head): Promise<boolean> {
    const outcome = await store.swapPointer(HEAD_KEY, base.version, encodeHead(next));
    if (outcome.kind === 'conflict') return false;
    // A refresh may already have seen this head, or a later one.
    if (next.size > last.head.size) last = { head: next, version: outcome.version };
    return true;
  }

  await refresh();
  return { seen: () => last, refresh, replace };
}

const HEAD_KEY = objectKey('head');

function accept(seen: SeenHead, pointer: Pointer | undefined): SeenHead {
  if (pointer?.version === seen.version) return seen;
  if (pointer === undefined) {
    throw new GatehouseError(
      'ledger-inconsistent',
      "the ledger's head has vanished from the store",
      {
        hint: 'Restore the store, or look at whether this is the right one.',
      },
    );
  }
  const head = decodeHead(pointer.content, seen.head);
  if (seen.version === undefined) requireIdentity(seen.head, head);
  requireSuccessor(seen.head, head);
  return { head, version: pointer.version };
}

function requireIdentity(expected: LedgerIdentity, actual: LedgerIdentity): void {
  if (expected.origin === actual.origin && expected.publicKey === actual.publicKey) return;
  throw new GatehouseError(
    'invalid-setting',
    `the store's ledger is ${actual.origin} with the public key ${actual.publicKey}; ` +
      `configured are: ${expected.origin} with ${expected.publicKey}`,
    {
      hint: 'Origin and key are fixed when a ledger is created; set the ones it was created with.',
    },
  );
}
