import { GatehouseError } from '../model/errors.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { findAdmission } from './admissions.ts';
import type { EntryContent, EntryStamp } from './entries.ts';
import { extendHead, type Head, type InlineEntry, inlineEntry } from './head.ts';

/** Entries that belong together: all of them are entered, or none. At most 64. */
export interface Proposal {
  readonly entries: readonly EntryContent[];
}

/** What to enter, judged against the head that would be extended; undefined: nothing. */
export type Propose = (head: Head) => Proposal | undefined | Promise<Proposal | undefined>;

/** What became of one proposed entry. `already-admitted`: dropped, the subject's admission is at `position`. */
export interface EntryOutcome {
  readonly kind: 'appended' | 'already-admitted';
  readonly position: number;
}

/** `cancelled`: the last proposal was undefined. Otherwise one outcome for each proposed entry, in order. */
export type AppendOutcome =
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'done'; readonly entries: readonly EntryOutcome[] };

/** A call that waits to be settled. */
export interface WaitingCall {
  readonly propose: Propose;
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** What planning a batch needs beside the calls and the head. */
export interface BatchContext {
  readonly store: ObjectStore;
  readonly stamp: () => EntryStamp;
  readonly maxEntries: number;
  /** Whether the time to judge this batch is over; the first call is always judged. */
  readonly isOver: () => boolean;
}

/** What a batch enters, and what to tell the calls once it stands. */
export interface BatchPlan {
  readonly added: readonly InlineEntry[];
  readonly settle: readonly (() => void)[];
  /** Calls for a later batch. */
  readonly left: readonly WaitingCall[];
}

/** Asks each call in turn, against the head as the calls before it would leave it. */
export async function planBatch(
  calls: readonly WaitingCall[],
  base: Head,
  context: BatchContext,
): Promise<BatchPlan> {
  const settle: (() => void)[] = [];
  let head = base;
  for (const [index, call] of calls.entries()) {
    const room = context.maxEntries - (head.size - base.size);
    if (room === 0 || (index > 0 && context.isOver())) {
      return { added: addedTo(base, head), settle, left: calls.slice(index) };
    }
    try {
      const planned = await planCall(call.propose, head, context);
      if (planned.head.size - base.size > context.maxEntries) {
        return { added: addedTo(base, head), settle, left: calls.slice(index) };
      }
      head = planned.head;
      settle.push(() => call.resolve(planned.outcome));
    } catch (error) {
      settle.push(() => call.reject(error));
    }
  }
  return { added: addedTo(base, head), settle, left: [] };
}

interface PlannedCall {
  readonly head: Head;
  readonly outcome: AppendOutcome;
}

async function planCall(propose: Propose, base: Head, context: BatchContext): Promise<PlannedCall> {
  const proposal = await propose(base);
  if (proposal === undefined) return { head: base, outcome: { kind: 'cancelled' } };
  if (proposal.entries.length > context.maxEntries) {
    throw new GatehouseError(
      'wrong-use',
      `a proposal has at most ${context.maxEntries} entries, this one has: ${proposal.entries.length}`,
    );
  }
  const entries: EntryOutcome[] = [];
  let head = base;
  for (const content of proposal.entries) {
    const admitted = await findExisting(content, head, context.store);
    if (admitted === undefined) {
      entries.push({ kind: 'appended', position: head.size });
      head = extendHead(head, [inlineEntry({ ...content, ...context.stamp() })]);
    } else {
      entries.push({ kind: 'already-admitted', position: admitted });
    }
  }
  return { head, outcome: { kind: 'done', entries } };
}

/** An admission exists exactly once. This also throws for a subject that could never have a marker. */
async function findExisting(
  content: EntryContent,
  head: Head,
  store: ObjectStore,
): Promise<number | undefined> {
  if (content.kind !== 'admission') return undefined;
  return (await findAdmission(store, head, content.subject))?.position;
}

function addedTo(base: Head, head: Head): readonly InlineEntry[] {
  return head.inline.slice(base.inline.length);
}
