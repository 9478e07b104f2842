import type { Version } from '../ecosystems/pypi/versions.ts';
import type { Head } from '../ledger/head.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Revocation } from '../model/revocation.ts';
import type { ProjectName } from '../model/subject.ts';
import { SECOND_MS } from '../model/time.ts';
import type { Policy } from '../policy/policy.ts';
import { createLimiter } from '../upstream/limiter.ts';
import { pinnedTrust } from '../validation/provenance/trust.ts';
import { activatePolicy } from './activate.ts';
import { createAdmitter } from './admit.ts';
import { approvedProjects } from './approved-projects.ts';
import { type BroughtProject, bringsAlong } from './brings-along.ts';
import { readCatalogue } from './catalogue-store.ts';
import { DEFAULT_PROFILE } from './catalogue.ts';
import { type DecisionPage, type DecisionQuery, findDecisions } from './decisions.ts';
import { type Explanation, explain } from './explain.ts';
import { openExtraction } from './extraction.ts';
import { followHead } from './follow.ts';
import { createGatherer } from './gather.ts';
import { createKeptRefusals } from './kept-refusals.ts';
import { subjectKey } from './knowledge.ts';
import { createLookup } from './lookup.ts';
import {
  type OpenParts,
  type Opened,
  type OpenedMetadata,
  type OpenedProvenance,
  type Wanted,
  openArtifact,
  openMetadata,
  openProvenance,
} from './open.ts';
import { openQuarantine } from './quarantine.ts';
import { reach } from './reach.ts';
import { readAgain } from './read-again.ts';
import { readRevocations, revoke } from './revoke.ts';
import { createSealer } from './sealing.ts';
import { type MirrorParts, type MirrorState, type WalkProgress, wakeAll } from './state.ts';
import { type ProjectView, viewOf } from './view.ts';
import { createWalker } from './walk.ts';
import { type WarmOutcome, warm } from './warm.ts';

/** The application: all that the HTTP surfaces and the commands ask. */
export interface Mirror extends AsyncDisposable {
  /** What a project's page shows; `waiting`: not known yet. */
  page(project: ProjectName): Promise<ProjectView | 'waiting'>;
  /** Projects with something approved, in order; `waiting` before the first catalogue. */
  projects(): readonly ProjectName[] | 'waiting';
  open(wanted: Wanted): Promise<Opened>;
  openMetadata(wanted: Wanted): Promise<OpenedMetadata>;
  openProvenance(wanted: Wanted): Promise<OpenedProvenance>;
  explain(asked: {
    readonly project: ProjectName;
    readonly version?: Version;
  }): Promise<Explanation | undefined>;
  /** What the entry of a project makes installable. */
  bringsAlong(project: ProjectName): Promise<readonly BroughtProject[]>;
  decisions(query: DecisionQuery): Promise<DecisionPage>;
  revoke(revocation: Revocation): Promise<void>;
  activate(policy: Policy): Promise<void>;
  /** Admits what is approved ahead of requests. */
  warm(projects: readonly ProjectName[]): AsyncIterable<WarmOutcome>;
  status(): MirrorStatus;
  /** Changes whenever a page or a gate could answer otherwise; costs nothing, so that every request may ask. */
  generation(): number;
  /** What pages are made of, as the ledger names it: another text when a seal or a decision may have changed a page. */
  standing(): string;
  readonly ledger: Ledger;
}

export interface MirrorStatus {
  readonly policy: Policy;
  /** A catalogue is in force. */
  readonly canDecide: boolean;
  /** The walk of the policy in force is done. */
  readonly complete: boolean;
  readonly projects: number;
  readonly approvedArtifacts: number;
  readonly progress: WalkProgress;
  /** The store's head has not been read for this long. */
  readonly headAgeMs: number;
  /** Changes whenever a page or a gate could answer otherwise. */
  readonly generation: number;
}

/**
 * Opens the mirror on its parts: takes over what the store holds, puts the policy in force, and starts to walk
 * and to follow the ledger's head, until it is disposed.
 */
export async function openMirror(parts: MirrorParts, policy: Policy): Promise<Mirror> {
  const ending = new AbortController();
  const state = await loadState(parts, policy, ending.signal);
  const loaded = state.ledger.head();
  const limiter = createLimiter(parts.connections);
  const quarantine = await openQuarantine(parts.quarantine, parts.quarantineBytes);
  const admitter = createAdmitter(state, quarantine);
  const gatherer = createGatherer(state, { limiter, admitter });
  const sealer = createSealer(state);
  const walker = createWalker({ state, gatherer, sealer });
  const lookup = createLookup(state);
  const refusals = createKeptRefusals(state);
  const house: OpenParts = { state, gatherer, sealer, walker, lookup, admitter, refusals };
  if (parts.mode === 'serve') await activatePolicy(state, policy);
  await takeStoredCatalogue(state);

  let headRead = state.clock();
  const loops = [
    keepRunning(state, () => walker.run(ending.signal)),
    state.mode === 'serve'
      ? follow(state, loaded, () => (headRead = state.clock()))
      : Promise.resolve(),
    state.mode === 'serve' ? readAgain(state, quarantine) : Promise.resolve(),
  ];

  return {
    ledger: state.ledger,
    async page(project) {
      const reached = await reach(house, project);
      return reached.kind === 'waiting' ? 'waiting' : viewOf(state, project, reached);
    },
    projects: () => approvedProjects(state),
    open: (wanted) => openArtifact(house, wanted),
    openMetadata: (wanted) => openMetadata(house, wanted),
    openProvenance: (wanted) => openProvenance(house, wanted),
    explain: (asked) => explain(house, asked),
    bringsAlong: (project) => bringsAlong(house, project),
    decisions: (query) => findDecisions(house, query),
    revoke: (revocation) => revoke(state, revocation),
    activate: (next) => activatePolicy(state, next),
    warm: (projects) => warm(house, projects),
    generation: () => state.generation,
    standing: () => standingOf(state),
    status: () => statusOf(state, state.clock() - headRead),
    async [Symbol.asyncDispose]() {
      ending.abort();
      wakeAll(state);
      await admitter[Symbol.asyncDispose]();
      await state.extraction[Symbol.asyncDispose]();
      await Promise.allSettled(loops);
    },
  };
}

async function loadState(
  parts: MirrorParts,
  policy: Policy,
  ending: AbortSignal,
): Promise<MirrorState> {
  const head = await parts.ledger.refresh();
  const admitted = new Set<string>();
  for await (const { subject } of parts.ledger.listAdmissions()) admitted.add(subjectKey(subject));
  const revocations = await readRevocations(parts.store, head.state.revocations);
  return {
    ...parts,
    standard: { policy, revocations },
    revocationsDigest: head.state.revocations,
    inForce: undefined,
    walked: undefined,
    untils: [],
    projects: new Map(),
    admitted,
    wanted: new Map(),
    generation: 0,
    extraction: openExtraction(),
    trust: parts.trust ?? pinnedTrust(),
    progress: { projects: 0, artifacts: 0, missing: 0, failures: 0, walking: true },
    ending,
    listeners: new Set(),
  };
}

/**
 * The last catalogue stays in force until another is sealed, under whichever policy it was (DESIGN §4.4). A question
 * about a policy is answered by that policy's own.
 */
async function takeStoredCatalogue(state: MirrorState): Promise<void> {
  const digest = state.ledger.head().state.catalogues[DEFAULT_PROFILE];
  const stored = digest && (await readCatalogue(state.store, digest));
  if (stored === undefined) return;
  const { policy, revocations } = stored.catalogue;
  const isCurrent =
    policy === state.standard.policy.digest && revocations === state.revocationsDigest;
  if (state.mode === 'serve' || isCurrent) state.inForce = stored;
}

async function follow(state: MirrorState, loaded: Head, alive: () => void): Promise<void> {
  const { ending: signal } = state;
  let before = loaded;
  while (!signal.aborted) {
    await pause(SECOND_MS, signal);
    try {
      const head = await state.ledger.refresh();
      alive();
      await followHead(state, before);
      before = head;
    } catch (error) {
      state.log.error({ err: error }, 'ledger head not followed');
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
}

/** Work that throws, as when the store cannot be written, is logged and starts again after a second. */
async function keepRunning(state: MirrorState, work: () => Promise<void>): Promise<void> {
  const { ending: signal } = state;
  while (!signal.aborted) {
    try {
      await work();
    } catch (error) {
      if (signal.aborted) return;
      state.log.error({ err: error }, 'background work stopped, starts again in a second');
      await pause(SECOND_MS, signal);
    }
  }
}

/** Each change of it comes with an entry in the ledger, so that the ledger's size grows with it over restarts. */
function standingOf({ inForce, standard, revocationsDigest, ledger }: MirrorState): string {
  const { withdrawn } = ledger.head().state;
  return [inForce?.digest, standard.policy.digest, revocationsDigest, withdrawn].join(' ');
}

function statusOf(state: MirrorState, headAgeMs: number): MirrorStatus {
  const catalogue = state.inForce?.catalogue;
  const parts = [...(catalogue?.parts.values() ?? [])];
  return {
    policy: state.standard.policy,
    canDecide: catalogue !== undefined,
    complete: catalogue?.complete === true && catalogue.policy === state.standard.policy.digest,
    projects: parts.filter((part) => part.counts.approve > 0).length,
    approvedArtifacts: parts.reduce((sum, part) => sum + part.counts.approve, 0),
    progress: state.progress,
    headAgeMs,
    generation: state.generation,
  };
}
