import type { ProjectName } from '../model/subject.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../model/time.ts';
import type { Priority } from '../upstream/limiter.ts';
import { buildGraph } from '../validation/closure/build-graph.ts';
import type { Candidate } from '../validation/closure/candidate.ts';
import type { Gatherer } from './gather.ts';
import { type KnownProject, findNamed } from './knowledge.ts';
import { isRefusedByName } from './name-refusal.ts';
import { closeInputOf } from './seal.ts';
import type { Sealer } from './sealing.ts';
import { type MirrorState, nextChange } from './state.ts';

/** While walking, and after a burst of admissions, seals come this often. */
const SEAL_EVERY_MS = 3 * SECOND_MS;
/** Upstream is asked again after this long for what users ask for, and for the rest. */
const REVALIDATE_WANTED_MS = 10 * MINUTE_MS;
const REVALIDATE_REST_MS = HOUR_MS;
/** What could not be had is tried again after this long. */
const RETRY_MS = 5 * MINUTE_MS;
/** A project counts as wanted for this long after somebody asked. */
const WANTED_FOR_MS = HOUR_MS;

/** Something that a closure needs and that is not known yet. */
interface Missing {
  readonly key: string;
  gather(priority: Priority): Promise<unknown>;
}

/** Gathers records and metadata from the roots outward, and keeps them fresh. */
export interface Walker {
  /** Walks, seals, revalidates, until the signal ends it. */
  run(signal: AbortSignal): Promise<void>;
  /** Gathers what one project's closure needs, ahead of the walk; settles when its cone is known. */
  cone(project: ProjectName): Promise<void>;
}

interface WalkerParts {
  readonly state: MirrorState;
  readonly gatherer: Gatherer;
  readonly sealer: Sealer;
}

export function createWalker(parts: WalkerParts): Walker {
  const { state, gatherer, sealer } = parts;
  const underWay = new Map<string, Promise<unknown>>();

  function start(missing: Missing, priority: Priority): Promise<unknown> {
    const known = underWay.get(missing.key);
    // A background flight may stand in a queue: the foreground asks for itself, and the facts coalesce.
    if (known !== undefined && priority === 'background') return known;
    const flight = missing.gather(priority).finally(() => underWay.delete(missing.key));
    underWay.set(missing.key, flight);
    return flight;
  }

  function listMissing(
    projects: Iterable<ProjectName>,
    artifacts: Iterable<Candidate>,
  ): readonly Missing[] {
    const pages = [...projects].map((name) => ({
      key: `project/${name}`,
      gather: (priority: Priority) => gatherer.project(name, priority),
    }));
    const metadata = [...artifacts].flatMap((candidate) => {
      const known = state.projects.get(candidate.project);
      const artifact = known && findNamed(known, candidate.filename);
      if (artifact === undefined) return [];
      const key = `metadata/${artifact.subject.sha256}/${artifact.subject.filename}`;
      return [{ key, gather: (priority: Priority) => gatherer.metadata(artifact, priority) }];
    });
    return [...pages, ...metadata];
  }

  /** Gives the generation up to which the last seal has seen everything. */
  async function walkOnce(signal: AbortSignal): Promise<number> {
    for (;;) {
      const seen = state.generation;
      const before = state.inForce;
      const { missing, catalogue } = await sealer.seal();
      const left = listMissing(missing.projects, missing.metadata);
      report(state, left.length);
      if (left.length === 0 && catalogue.policy === state.standard.policy.digest) {
        state.walked = catalogue.policy;
      }
      if (left.length === 0 && !signal.aborted && !isInForce(state)) {
        // The ledger does not have the policy yet, or has another one by now.
        await nextChange(state, SECOND_MS / 4);
        continue;
      }
      // Putting a catalogue in force is a change of its own, which need not be sealed again.
      if (left.length === 0 || signal.aborted) return state.inForce === before ? seen : seen + 1;
      const flights = left.map((item) => start(item, 'background'));
      await Promise.race([Promise.allSettled(flights), policyChange(state, SEAL_EVERY_MS)]);
    }
  }

  async function run(signal: AbortSignal): Promise<void> {
    let generation = -1;
    // An admission changes no page by itself, but keeps the other artifacts of its version (versions.keep).
    let admitted = -1;
    let restUntil = 0;
    let refreshing: Promise<void> | undefined;
    while (!signal.aborted) {
      if (!hasSources(state)) {
        // Nothing of this ecosystem can be asked for, and a catalogue of nothing says nothing.
        await policyChange(state, HOUR_MS);
        continue;
      }
      const isWalked = state.walked === state.standard.policy.digest;
      const isRested = performance.now() >= restUntil;
      const isChanged = generation !== state.generation;
      const isGrown = admitted !== state.admitted.size;
      if (!isWalked || isChanged || sealer.isDue() || (isGrown && isRested)) {
        admitted = state.admitted.size;
        generation = await walkOnce(signal);
        restUntil = performance.now() + SEAL_EVERY_MS;
      }
      // Beside the loop: however slow upstream is, a changed policy takes effect.
      refreshing ??= refresh(signal).finally(() => {
        refreshing = undefined;
      });
      // Admissions come in bursts: one seal for all of them.
      if (generation === state.generation) await nextChange(state, SECOND_MS);
    }
  }

  async function refresh(signal: AbortSignal): Promise<void> {
    const now = state.clock();
    const due = [...state.projects.values()].filter((project) => isDue(state, project, now));
    forgetFailures(state, now);
    if (due.length === 0 || signal.aborted) return;
    await Promise.allSettled(due.slice(0, 32).map(({ project }) => gatherer.revalidate(project)));
  }

  async function cone(project: ProjectName): Promise<void> {
    for (;;) {
      const input = closeInputOf({
        ecosystem: state.ecosystem,
        standard: state.standard,
        projects: state.projects,
        asOf: state.clock(),
      });
      const root = input.roots.get(project);
      const { missing } = buildGraph(input, root === undefined ? [] : [root]);
      const left = listMissing(missing.projects, missing.metadata);
      if (left.length === 0) return;
      await Promise.all(left.map((item) => start(item, 'foreground')));
    }
  }

  return { run, cone };
}

function hasSources({ ecosystem, standard }: MirrorState): boolean {
  return standard.policy.sources.some(({ kind }) => kind === ecosystem);
}

function isInForce({ inForce, standard }: MirrorState): boolean {
  return inForce?.catalogue.policy === standard.policy.digest;
}

/** Resolves when the policy or the revocations change, or after the time given. */
async function policyChange(state: MirrorState, timeoutMs: number): Promise<void> {
  const { standard } = state;
  const end = performance.now() + timeoutMs;
  while (state.standard === standard && !state.ending.aborted) {
    const left = end - performance.now();
    if (left <= 0) return;
    await nextChange(state, left);
  }
}

function isDue(state: MirrorState, project: KnownProject, now: number): boolean {
  if (isRefusedByName(state, project.project)) return false;
  const wanted = (state.wanted.get(project.project) ?? 0) > now - WANTED_FOR_MS;
  const usual = wanted ? REVALIDATE_WANTED_MS : REVALIDATE_REST_MS;
  return now - project.asked >= (project.availability === 'unavailable' ? RETRY_MS : usual);
}

/** Lets the next seal ask again for metadata that could not be had a while ago. */
function forgetFailures(state: MirrorState, now: number): void {
  for (const project of state.projects.values()) {
    for (const artifact of project.artifacts) {
      const failure = artifact.metadataFailure;
      if (failure === undefined || now - failure.since < RETRY_MS) continue;
      delete artifact.metadataFailure;
      state.generation += 1;
    }
  }
}

function report(state: MirrorState, missing: number): void {
  const artifacts = [...state.projects.values()].reduce(
    (sum, project) => sum + project.artifacts.length,
    0,
  );
  const failures = [...state.projects.values()].filter(
    ({ availability }) => availability === 'unavailable',
  ).length;
  state.progress = {
    projects: state.projects.size,
    artifacts,
    missing,
    failures,
    walking: missing > 0,
  };
}
