import { policyFor } from '../policy/ecosystem.ts';
import type { Policy } from '../policy/policy.ts';
import { putBlob } from '../store/blobs.ts';
import { forgetMoved } from './sources.ts';
import { type MirrorState, announce } from './state.ts';

/**
 * Puts a policy in force: judged by at once, store or no store, so that tightening is immediate; what it newly
 * approves waits for its catalogue (DESIGN §4.4). The change stands in the ledger before the promise settles.
 */
export async function activatePolicy(
  states: readonly MirrorState[],
  policy: Policy,
): Promise<void> {
  for (const state of states) {
    if (state.standard.policy.digest !== policy.digest) judgeBy(state, policy);
  }
  const [first] = states;
  if (first !== undefined) await enterPolicy(first, policy);
}

/** From now on the state judges by another policy. */
export function judgeBy(state: MirrorState, policy: Policy): void {
  const { policy: before } = state.standard;
  state.standard = { ...state.standard, policy: policyFor(policy, state.ecosystem) };
  forgetMoved(state, before);
  announce(state);
}

async function enterPolicy(
  { store, ledger }: Pick<MirrorState, 'store' | 'ledger'>,
  { text, digest }: Policy,
): Promise<void> {
  await putBlob(store, new TextEncoder().encode(text), 'synced');
  await ledger.append(({ state: { policy: previous } }) => {
    if (previous === digest) return undefined;
    const replaced = previous === undefined ? {} : { previous };
    return { entries: [{ kind: 'policy', policy: digest, ...replaced }] };
  });
}
