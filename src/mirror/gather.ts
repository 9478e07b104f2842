import { isGatehouseError } from '../model/errors.ts';
import type { ProjectRecords, UpstreamPage } from '../model/record.ts';
import type { ProjectName, SourceId } from '../model/subject.ts';
import { openRecords } from '../store/records.ts';
import { coalesce } from '../upstream/coalesce.ts';
import type { Limiter, Priority } from '../upstream/limiter.ts';
import type { Admitter } from './admit.ts';
import { addFirstHashes, lackingHashes } from './first-hashes.ts';
import { createMetadataGatherer, loadFacts } from './gather-metadata.ts';
import type { KnownArtifact, KnownProject } from './knowledge.ts';
import { knowRecords, saysTheSame, unansweredProject } from './known-records.ts';
import { isRefusedByName } from './name-refusal.ts';
import { type SourceAnswer, askSources, expectedSource, isAtHome, sourcesOf } from './sources.ts';
import { type MirrorState, announce } from './state.ts';

export interface GathererParts {
  readonly limiter: Limiter;
  /** For an upstream that has neither sidecars nor ranges: reads the whole artifact. */
  readonly admitter: Pick<Admitter, 'examine'>;
}

/** Brings facts into memory: from the store when they are there, else from upstream, which is asked once. */
export interface Gatherer {
  /** The project as it is known; asks upstream only when nothing is stored. Never throws for upstream's faults. */
  project(name: ProjectName, priority: Priority): Promise<KnownProject>;
  /** Asks upstream what is new. Keeps what is known when upstream does not answer. */
  revalidate(name: ProjectName): Promise<void>;
  /** Makes an artifact's metadata known, or its absence (`metadataFailure`). */
  metadata(artifact: KnownArtifact, priority: Priority): Promise<void>;
  /** Loads what the store knows of an artifact, without asking upstream. */
  stored(artifact: KnownArtifact): Promise<void>;
}

export function createGatherer(state: MirrorState, parts: GathererParts): Gatherer {
  const { limiter } = parts;
  const { store, clock, ending } = state;
  const records = openRecords(store);
  const load = coalesce(loadStored);
  const fetch = coalesce(fetchPage);
  const metadata = createMetadataGatherer(state, parts);
  /** All names of a channel wait for its index, and its error is theirs. */
  const logged = new WeakSet<Error>();

  async function loadStored(name: ProjectName): Promise<KnownProject | undefined> {
    const found = await readHome(name);
    if (found === undefined || lacksHashes(found)) return undefined;
    const known = state.projects.get(name) ?? knowRecords(state, found);
    // What is new is compared with these.
    const admitted = known.artifacts.filter((artifact) => artifact.admitted);
    await Promise.all(admitted.map((artifact) => loadFacts(state, artifact)));
    return known;
  }

  /** Of the sources that it may come from, the records of the first that ever listed something of it. */
  async function readHome(name: ProjectName): Promise<ProjectRecords | undefined> {
    const possible = sourcesOf(state, name);
    const found = await Promise.all(possible.map(({ id }) => records.read(id, name)));
    return (
      found.find((stored) => stored !== undefined && stored.records.length > 0) ?? found.at(-1)
    );
  }

  async function fetchPage(name: ProjectName): Promise<void> {
    try {
      await take(name, await askSources(state, name, ending));
    } catch (error) {
      if (!isGatehouseError(error)) throw error;
      const { code, message: reason } = error;
      if (!logged.has(error)) {
        logged.add(error);
        state.log.warn({ project: name, code, reason }, 'project page not fetched');
      }
      const before = state.projects.get(name);
      state.projects.set(name, { ...(before ?? unanswered(name)), asked: clock() });
      if (before === undefined) announce(state);
    }
  }

  async function take(name: ProjectName, { source, answer }: SourceAnswer): Promise<void> {
    const known = state.projects.get(name);
    const before = known?.source === source ? known : undefined;
    const etag = answer.kind === 'page' ? answer.etag : before?.records?.etag;
    const context = {
      source,
      project: name,
      now: clock(),
      ...(etag === undefined ? {} : { etag }),
    };
    const saved =
      answer.kind === 'unchanged'
        ? await records.confirm(context)
        : await records.save(
            answer.kind === 'page' ? await withHashes(answer.page, source) : 'absent',
            context,
          );
    // The policy may have moved the name meanwhile.
    if (saved === undefined || !isAtHome(state, saved)) return;
    const isSame = before?.records !== undefined && saysTheSame(before.records, saved);
    if (isSame) state.projects.set(name, { ...before, asked: clock() });
    else knowRecords(state, saved);
  }

  /** The policy takes hashes from the bytes by now, and did not when upstream was asked. */
  function lacksHashes({ source, project, records: remembered }: ProjectRecords): boolean {
    const artifacts = remembered.filter(({ goneSince }) => goneSince === undefined);
    return lackingHashes(state, source, { project, artifacts }).length > 0;
  }

  async function withHashes(page: UpstreamPage, source: SourceId): Promise<UpstreamPage> {
    if (lackingHashes(state, source, page).length === 0) return page;
    const before = await records.read(source, page.project);
    return addFirstHashes(state, page, { source, before });
  }

  function unanswered(name: ProjectName): KnownProject {
    return unansweredProject(state, { project: name, source: expectedSource(state, name) });
  }

  /** Known as absent, and due as soon as a policy lets it be asked for. */
  function neverAsk(name: ProjectName): KnownProject {
    const project: KnownProject = {
      ...unanswered(name),
      availability: 'absent',
      asked: 0,
    };
    state.projects.set(name, project);
    announce(state);
    return project;
  }

  return {
    async project(name, priority) {
      const known = state.projects.get(name) ?? (await load(name));
      if (known !== undefined) return known;
      if (isRefusedByName(state, name)) return neverAsk(name);
      await limiter.run(() => fetch(name), { priority, signal: ending });
      return state.projects.get(name) ?? unanswered(name);
    },
    revalidate: (name) =>
      limiter.run(() => fetch(name), { priority: 'background', signal: ending }),
    metadata: (artifact, priority) => metadata({ artifact, priority }),
    stored: (artifact) => loadFacts(state, artifact),
  };
}
