import { isGatehouseError } from '../model/errors.ts';
import type { ProjectName } from '../model/subject.ts';
import { openRecords } from '../store/records.ts';
import { coalesce } from '../upstream/coalesce.ts';
import type { Limiter, Priority } from '../upstream/limiter.ts';
import type { PageAnswer } from '../upstream/pages.ts';
import type { Admitter } from './admit.ts';
import { createMetadataGatherer, loadFacts } from './gather-metadata.ts';
import type { KnownArtifact, KnownProject } from './knowledge.ts';
import { knowRecords, saysTheSame, unansweredProject } from './known-records.ts';
import { isRefusedByName } from './name-refusal.ts';
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
  const { store, upstream, source, clock, ending } = state;
  const records = openRecords(store);
  const load = coalesce(loadStored);
  const fetch = coalesce(fetchPage);
  const metadata = createMetadataGatherer(state, parts);

  async function loadStored(name: ProjectName): Promise<KnownProject | undefined> {
    const found = await records.read(source, name);
    return found && (state.projects.get(name) ?? knowRecords(state, found));
  }

  async function fetchPage(name: ProjectName): Promise<void> {
    const etag = state.projects.get(name)?.records?.etag;
    try {
      const options = { signal: ending, ...(etag === undefined ? {} : { etag }) };
      await take(name, await upstream.fetchPage(name, options));
    } catch (error) {
      if (!isGatehouseError(error)) throw error;
      const { code, message: reason } = error;
      state.log.warn({ project: name, code, reason }, 'project page not fetched');
      const before = state.projects.get(name);
      state.projects.set(name, { ...(before ?? unansweredProject(state, name)), asked: clock() });
      if (before === undefined) announce(state);
    }
  }

  async function take(name: ProjectName, answer: PageAnswer): Promise<void> {
    const before = state.projects.get(name);
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
        : await records.save(answer.kind === 'page' ? answer.page : 'absent', context);
    if (saved === undefined) return;
    const isSame = before?.records !== undefined && saysTheSame(before.records, saved);
    if (isSame) state.projects.set(name, { ...before, asked: clock() });
    else knowRecords(state, saved);
  }

  /** Known as absent, and due as soon as a policy lets it be asked for. */
  function neverAsk(name: ProjectName): KnownProject {
    const project: KnownProject = {
      ...unansweredProject(state, name),
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
      return state.projects.get(name) ?? unansweredProject(state, name);
    },
    revalidate: (name) =>
      limiter.run(() => fetch(name), { priority: 'background', signal: ending }),
    metadata: (artifact, priority) => metadata({ artifact, priority }),
    stored: (artifact) => loadFacts(state, artifact),
  };
}
