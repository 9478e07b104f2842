import type { ReleaseVersion } from '../ecosystems/releases.ts';
import type { Head } from '../ledger/head.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Revocation } from '../model/revocation.ts';
import type { Ecosystem, ProjectName } from '../model/subject.ts';
import { SECOND_MS } from '../model/time.ts';
import { policyFor } from '../policy/ecosystem.ts';
import type { Policy } from '../policy/policy.ts';
import { pinnedTrust } from '../validation/provenance/trust.ts';
import { activatePolicy } from './activate.ts';
import { approvedProjects } from './approved-projects.ts';
import { type BroughtProject, bringsAlong } from './brings-along.ts';
import { type CondaMirror, openCondaMirror } from './conda-mirror.ts';
import { type DecisionPage, type DecisionQuery, findDecisions } from './decisions.ts';
import { type Explanation, explain } from './explain.ts';
import { openExtraction } from './extraction.ts';
import { followHead } from './follow.ts';
import { openHouse, type Shared, takeStoredCatalogue } from './house.ts';
import { subjectKey } from './knowledge.ts';
import {
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
import { type MirrorParts, type MirrorState, type WalkProgress, wakeAll } from './state.ts';
import { loadNames } from './taken-names.ts';
import { learnTrials, type UntriedRelease, untriedReleases } from './trials.ts';
import { type AskedTrial, type Runner, type TriedOut, tryOut } from './try-out.ts';
import { type ProjectView, viewOf } from './view.ts';
import { type WarmOutcome, warm } from './warm.ts';

/** The application: all that the HTTP surfaces and the commands ask; what is not `conda` is PyPI. */
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
    readonly version?: ReleaseVersion;
  }): Promise<Explanation | undefined>;
  /** What the entry of a project makes installable. */
  bringsAlong(project: ProjectName): Promise<readonly BroughtProject[]>;
  decisions(query: DecisionQuery): Promise<DecisionPage>;
  revoke(revocation: Revocation): Promise<void>;
  activate(policy: Policy): Promise<void>;
  /** Admits what is approved of an ecosystem's projects ahead of requests. */
  warm(projects: readonly ProjectName[], ecosystem: Ecosystem): AsyncIterable<WarmOutcome>;
  /** Has what is approved tried with its closure, and keeps what was seen. */
  tryOut(asked: AskedTrial, run: Runner): Promise<TriedOut>;
  /** What the policy wants tried and nobody has. */
  untriedReleases(): readonly UntriedRelease[];
  /** Takes over what trials of a project saw. */
  learnTrials(project: ProjectName): Promise<void>;
  status(): MirrorStatus;
  /** Changes whenever a page or a gate could answer otherwise; costs nothing, so that every request may ask. */
  generation(): number;
  /** What pages are made of, as the ledger names it: another text when a seal or a decision may have changed a page. */
  standing(): string;
  readonly conda: CondaMirror;
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
  const shared = await loadShared(parts, ending.signal);
  const loaded = shared.ledger.head();
  const pypi = openHouse('pypi', shared, policyFor(policy, 'pypi'));
  const conda = openHouse('conda', shared, policyFor(policy, 'conda'));
  const houses = [pypi, conda];
  const states = houses.map(({ state }) => state);
  if (parts.mode === 'serve') await activatePolicy(states, policy);
  for (const state of states) await takeStoredCatalogue(state, loaded);

  let headRead = parts.clock();
  const loops = [
    ...houses.map(({ state, walker }) => keepRunning(state, () => walker.run(ending.signal))),
    parts.mode === 'serve'
      ? follow(states, loaded, () => (headRead = parts.clock()))
      : Promise.resolve(),
    parts.mode === 'serve' ? readAgain(states, shared) : Promise.resolve(),
  ];

  return {
    ledger: shared.ledger,
    conda: openCondaMirror(conda),
    async page(project) {
      const reached = await reach(pypi, project);
      return reached.kind === 'waiting' ? 'waiting' : viewOf(pypi.state, project, reached);
    },
    projects: () => approvedProjects(pypi.state),
    open: (wanted) => openArtifact(pypi, wanted),
    openMetadata: (wanted) => openMetadata(pypi, wanted),
    openProvenance: (wanted) => openProvenance(pypi, wanted),
    explain: (asked) => explain(pypi, asked),
    bringsAlong: (project) => bringsAlong(pypi, project),
    decisions: (query) => findDecisions(houses, query),
    revoke: (revocation) => revoke(states, revocation),
    activate: (next) => activatePolicy(states, next),
    warm: (projects, ecosystem) => warm(ecosystem === 'pypi' ? pypi : conda, projects),
    tryOut: (asked, run) => tryOut(pypi, asked, run),
    untriedReleases: () => untriedReleases(pypi.state),
    learnTrials: (project) => learnTrials(pypi.state, project),
    generation: () => pypi.state.generation,
    standing: () => standingOf(pypi.state),
    status: () => statusOf([pypi.state, conda.state], parts.clock() - headRead),
    async [Symbol.asyncDispose]() {
      ending.abort();
      for (const state of states) wakeAll(state);
      for (const { admitter } of houses) await admitter[Symbol.asyncDispose]();
      await shared.extraction[Symbol.asyncDispose]();
      await Promise.allSettled(loops);
    },
  };
}

async function loadShared(parts: MirrorParts, ending: AbortSignal): Promise<Shared> {
  const head = await parts.ledger.refresh();
  const subjects = await Array.fromAsync(parts.ledger.listAdmissions(), ({ subject }) => subject);
  return {
    ...parts,
    revocations: await readRevocations(parts.store, head.state.revocations),
    revocationsDigest: head.state.revocations,
    admitted: new Set(subjects.map(subjectKey)),
    names: await loadNames(parts, subjects),
    bytes: await openQuarantine(parts.quarantine, parts.quarantineBytes),
    extraction: openExtraction(),
    trust: parts.trust ?? pinnedTrust(),
    ending,
  };
}

async function follow(
  states: readonly MirrorState[],
  loaded: Head,
  alive: () => void,
): Promise<void> {
  const [first] = states;
  if (first === undefined) return;
  const { ledger, log, ending: signal } = first;
  let before = loaded;
  while (!signal.aborted) {
    await pause(SECOND_MS, signal);
    try {
      const head = await ledger.refresh();
      alive();
      for (const state of states) await followHead(state, before);
      before = head;
    } catch (error) {
      log.error({ err: error }, 'ledger head not followed');
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

/** Of all ecosystems that the policy has sources of. */
function statusOf(
  [pypi, conda]: readonly [MirrorState, MirrorState],
  headAgeMs: number,
): MirrorStatus {
  const asked = [pypi, conda].filter(({ ecosystem, standard }) =>
    standard.policy.sources.some(({ kind }) => kind === ecosystem),
  );
  const catalogues = asked.map(({ inForce }) => inForce?.catalogue);
  const parts = catalogues.flatMap((catalogue) => [...(catalogue?.parts.values() ?? [])]);
  const { policy } = pypi.standard;
  return {
    policy,
    canDecide: catalogues.every((catalogue) => catalogue !== undefined),
    complete: catalogues.every(
      (catalogue) => catalogue?.complete === true && catalogue.policy === policy.digest,
    ),
    projects: parts.filter((part) => part.counts.approve > 0).length,
    approvedArtifacts: parts.reduce((sum, part) => sum + part.counts.approve, 0),
    progress: asked.map(({ progress }) => progress).reduce(together, IDLE),
    headAgeMs,
    generation: pypi.generation + conda.generation,
  };
}

const IDLE: WalkProgress = { projects: 0, artifacts: 0, missing: 0, failures: 0, walking: false };

function together(left: WalkProgress, right: WalkProgress): WalkProgress {
  return {
    projects: left.projects + right.projects,
    artifacts: left.artifacts + right.artifacts,
    missing: left.missing + right.missing,
    failures: left.failures + right.failures,
    walking: left.walking || right.walking,
  };
}
