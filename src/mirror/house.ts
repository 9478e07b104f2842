import type { Head } from '../ledger/head.ts';
import type { Ecosystem } from '../model/subject.ts';
import type { Policy } from '../policy/policy.ts';
import { createLimiter } from '../upstream/limiter.ts';
import { type Admitter, createAdmitter } from './admit.ts';
import { readCatalogue } from './catalogue-store.ts';
import { PROFILES } from './catalogue.ts';
import { createGatherer } from './gather.ts';
import { createKeptRefusals } from './kept-refusals.ts';
import { createLookup } from './lookup.ts';
import type { OpenParts } from './open.ts';
import type { Quarantine } from './quarantine.ts';
import { createSealer } from './sealing.ts';
import type { MirrorParts, MirrorState } from './state.ts';
import { createWalker } from './walk.ts';

/** What answers for the packages of one ecosystem. */
export interface House extends OpenParts {
  readonly admitter: Admitter;
}

/** What the houses of one mirror have in common. */
export type Shared = MirrorParts &
  Pick<
    MirrorState,
    'admitted' | 'names' | 'extraction' | 'trust' | 'ending' | 'revocationsDigest'
  > & {
    readonly revocations: MirrorState['standard']['revocations'];
    readonly bytes: Quarantine;
  };

/** Opens a house under a policy (as `policyFor` gives it), with the last catalogue that the store has of it. */
export function openHouse(
  ecosystem: Ecosystem,
  { revocations, bytes, ...shared }: Shared,
  policy: Policy,
): House {
  const state: MirrorState = {
    ...shared,
    ecosystem,
    standard: { policy, revocations, names: shared.names },
    inForce: undefined,
    walked: undefined,
    untils: [],
    projects: new Map(),
    isReadAgain: shared.mode === 'ask',
    wanted: new Map(),
    generation: 0,
    progress: { projects: 0, artifacts: 0, missing: 0, failures: 0, walking: true },
    listeners: new Set(),
  };
  const limiter = createLimiter(shared.connections);
  const admitter = createAdmitter(state, bytes);
  const gatherer = createGatherer(state, { limiter, admitter });
  const sealer = createSealer(state);
  const walker = createWalker({ state, gatherer, sealer });
  const lookup = createLookup(state);
  const refusals = createKeptRefusals(state);
  return { state, gatherer, sealer, walker, lookup, admitter, refusals };
}

/**
 * The last catalogue stays in force until another is sealed, under whichever policy it was (DESIGN §4.4). A question
 * about a policy is answered by that policy's own.
 */
export async function takeStoredCatalogue(state: MirrorState, head: Head): Promise<void> {
  const digest = head.state.catalogues[PROFILES[state.ecosystem]];
  const stored = digest && (await readCatalogue(state.store, digest));
  if (stored === undefined) return;
  const { policy, revocations } = stored.catalogue;
  const isCurrent =
    policy === state.standard.policy.digest && revocations === state.revocationsDigest;
  if (state.mode === 'serve' || isCurrent) state.inForce = stored;
}
