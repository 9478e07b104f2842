import type { Head } from '../ledger/head.ts';
import type { LedgerState } from '../ledger/state.ts';
import { loadPolicy } from '../policy/load.ts';
import { readBlob } from '../store/blobs.ts';
import { judgeBy } from './activate.ts';
import { readCatalogue } from './catalogue-store.ts';
import { PROFILES } from './catalogue.ts';
import { takeOutcome } from './current.ts';
import { takeRevocations } from './revoke.ts';
import { type MirrorState, announce } from './state.ts';

/**
 * Takes over what other processes entered in the ledger since a head that was followed before: revocations, outcomes of
 * admissions, a policy, a catalogue. What refuses is taken over first.
 */
export async function followHead(state: MirrorState, before: Head): Promise<void> {
  const head = state.ledger.head();
  await takeRevocations(state);
  for await (const { entry } of state.ledger.entries(before.size, head.size)) {
    if (entry.kind === 'admission' || entry.kind === 'refusal') await takeOutcome(state, entry);
  }
  const { policy } = head.state;
  // A command asks about the policy that it was given.
  const isOther = policy !== before.state.policy && policy !== state.standard.policy.digest;
  if (isOther && state.mode === 'serve') await takePolicy(state, head.state);
  await takeCatalogue(state, head.state);
}

async function takePolicy(state: MirrorState, now: LedgerState): Promise<void> {
  const content = now.policy && (await readBlob(state.store, now.policy));
  if (content === undefined) return;
  const policy = loadPolicy({ text: new TextDecoder().decode(content), file: state.policyFile });
  judgeBy(state, policy);
}

async function takeCatalogue(state: MirrorState, now: LedgerState): Promise<void> {
  const digest = now.catalogues[PROFILES[state.ecosystem]];
  if (digest === undefined || digest === state.inForce?.digest) return;
  const stored = await readCatalogue(state.store, digest);
  if (stored === undefined || stored.catalogue.policy !== state.standard.policy.digest) return;
  if ((state.inForce?.catalogue.asOf ?? 0) > stored.catalogue.asOf) return;
  state.inForce = stored;
  announce(state);
}
