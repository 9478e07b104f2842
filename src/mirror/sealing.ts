import type { Instant } from '../model/time.ts';
import { MINUTE_MS } from '../model/time.ts';
import { type StoredCatalogue, saveCatalogue } from './catalogue-store.ts';
import { PROFILES } from './catalogue.ts';
import { type Sealed, computeCatalogue } from './seal.ts';
import { type MirrorState, announce } from './state.ts';
import { withdrawnAfter } from './withdrawals.ts';

/** Seals catalogues, one at a time. */
export interface Sealer {
  /** Computes the catalogue of what is known and puts it in force; gives what is still missing. */
  seal(): Promise<Sealed>;
  /** The catalogue in force is past its `until`. Said at most once a minute. */
  isDue(): boolean;
}

export function createSealer(state: MirrorState): Sealer {
  let last: Promise<unknown> = Promise.resolve();
  let waiting: Promise<Sealed> | undefined;
  let lastTimed: Instant = 0;

  /** Whoever asks while a seal runs shares the next one, which sees all that was known when they asked. */
  function seal(): Promise<Sealed> {
    waiting ??= last.then(() => {
      waiting = undefined;
      const running = sealNow(state);
      last = running.catch(() => undefined);
      return running;
    });
    return waiting;
  }

  function isDue(): boolean {
    const until = state.inForce?.catalogue.until;
    const now = state.clock();
    if (until === undefined || now < until || now < lastTimed + MINUTE_MS) return false;
    lastTimed = now;
    return true;
  }

  return { seal, isDue };
}

async function sealNow(state: MirrorState): Promise<Sealed> {
  const standard = state.standard;
  const revocations = state.revocationsDigest;
  const asOf = asOfNow(state);
  const began = performance.now();
  const { ecosystem, projects } = state;
  const sealed = computeCatalogue({ ecosystem, standard, projects, asOf });
  const computed = performance.now();
  // A step is not in force, and the seal after it must not judge by an earlier instant.
  state.untils = [asOf, ...sealed.untils];
  if (isStep(sealed) && isWhole(state)) return sealed;
  const catalogue = {
    ...sealed.catalogue,
    ...(revocations === undefined ? {} : { revocations }),
  };
  const stored = await saveCatalogue(state.store, catalogue, state.inForce);
  const { complete, parts } = catalogue;
  const took = { computeMs: computed - began, saveMs: performance.now() - computed };
  state.log.debug(
    { catalogue: stored.digest, complete, projects: parts.size, ...took },
    'catalogue sealed',
  );
  // A policy that changed meanwhile has its own seal coming; this one must not take force after it.
  if (state.standard !== standard) return sealed;
  await enter(state, stored);
  return sealed;
}

/** While the walk of a policy goes on, its seals are steps: none replaces a whole catalogue of the same policy. */
function isStep({ catalogue }: Sealed): boolean {
  return !catalogue.complete;
}

function isWhole({ inForce, standard }: MirrorState): boolean {
  return (
    inForce?.catalogue.complete === true && inForce.catalogue.policy === standard.policy.digest
  );
}

/** Enters the catalogue in the ledger, then puts it in force; one that is in force already is left as it is. */
async function enter(state: MirrorState, stored: StoredCatalogue): Promise<void> {
  const { catalogue, digest } = stored;
  if (state.inForce?.digest === digest) return;
  if (state.mode === 'ask') {
    state.inForce = stored;
    announce(state);
    return;
  }
  await state.ledger.append(async (head) => {
    const known = head.state.catalogues[PROFILES[state.ecosystem]];
    const stale =
      head.state.policy !== catalogue.policy || head.state.revocations !== catalogue.revocations;
    if (known === digest || stale) return undefined;
    const withdrawn = await withdrawnAfter(state, head, catalogue);
    return {
      entries: [
        {
          kind: 'catalogue',
          profile: PROFILES[state.ecosystem],
          catalogue: digest,
          policy: catalogue.policy,
          asOf: catalogue.asOf,
          complete: catalogue.complete,
          projects: catalogue.parts.size,
          ...(withdrawn === undefined ? {} : { withdrawn }),
        },
      ],
    };
  });
  if (state.ledger.head().state.catalogues[PROFILES[state.ecosystem]] !== digest) return;
  state.inForce = stored;
  announce(state);
}

/**
 * The instant at which a seal judges: the latest instant that the facts themselves name and that has passed
 * (what was learnt, or an `until` of the seal before). Never the clock, so that equal inputs give equal catalogues.
 */
function asOfNow(state: MirrorState): Instant {
  const now = state.clock();
  let asOf = state.inForce?.catalogue.asOf ?? 0;
  for (const project of state.projects.values()) {
    if (project.learnt <= now) asOf = Math.max(asOf, project.learnt);
  }
  return Math.max(asOf, latestPassed(state, now));
}

function latestPassed(state: MirrorState, now: Instant): Instant {
  const sealed = state.inForce?.catalogue.until;
  const untils = sealed === undefined ? state.untils : [sealed, ...state.untils];
  return Math.max(0, ...untils.filter((until) => until <= now));
}
