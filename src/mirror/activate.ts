import type { Policy } from '../policy/policy.ts';
import { putBlob } from '../store/blobs.ts';
import { forgetMoved } from './sources.ts';
import { type MirrorState, announce } from './state.ts';

/**
 * Puts a policy in force: judged by at once, store or no store, so that tightening is immediate; what it newly
 * approves waits for its catalogue (DESIGN §4.4). The change stands in the ledger before the promise settles.
 */
export async function activatePolicy(state: MirrorState, policy: Policy): Promise<void> {
  if (state.standard.policy.digest !== policy.digest) {
    const { policy: before } = state.standard;
    state.standard = { ...state.standard, policy };
    forgetMoved(state, before);
    announce(state);
  }
  await enterPolicy(state, policy);
}

async function enterPolicy(state: MirrorState, { text, digest }: Policy): Promise<void> {
  await putBlob(state.store, new TextEncoder().encode(text), 'synced');
  await state.ledger.append(({ state: { policy: previous } }) => {
    if (previous === digest) return undefined;
    const replaced = previous === undefined ? {} : { previous };
    return { entries: [{ kind: 'policy', policy: digest, ...replaced }] };
  });
}
