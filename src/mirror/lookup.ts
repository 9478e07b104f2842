import { isGatehouseError } from '../model/errors.ts';
import type { ProjectName } from '../model/subject.ts';
import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '../model/time.ts';
import { mergeRecords } from '../store/records-merge.ts';
import { type KnownProject, artifactsOf, learntAt } from './knowledge.ts';
import { askSources } from './sources.ts';
import type { MirrorState } from './state.ts';

const NEW_NAMES_PER_MINUTE = 60;
const KEPT_MS = HOUR_MS;
const KEPT_AT_MOST = 2000;
/** Of all names together: large projects have ten thousand artifacts each. */
const ARTIFACTS_AT_MOST = 100_000;
/** A client waits for the answer, and its refusal needs none. */
const LOOKUP_MS = 5 * SECOND_MS;

/** Looks up names that no approved package needs, only so that their refusal can say more. Kept in memory. */
export interface Lookup {
  /**
   * What upstream lists under a name, or that it has no such project (`availability`); absent: the budget is spent,
   * or upstream does not answer.
   */
  find(project: ProjectName): Promise<KnownProject | undefined>;
  /** What an earlier look-up found, without asking. */
  known(project: ProjectName): KnownProject | undefined;
}

export function createLookup(state: MirrorState): Lookup {
  const kept = new Map<
    ProjectName,
    {
      readonly found: Promise<KnownProject | undefined>;
      readonly at: Instant;
      result?: KnownProject;
    }
  >();
  let spent: readonly Instant[] = [];

  function known(project: ProjectName): KnownProject | undefined {
    const entry = kept.get(project);
    return entry !== undefined && state.clock() - entry.at < KEPT_MS ? entry.result : undefined;
  }

  async function find(project: ProjectName): Promise<KnownProject | undefined> {
    const now = state.clock();
    const entry = kept.get(project);
    if (entry !== undefined && now - entry.at < KEPT_MS) return entry.found;
    spent = spent.filter((at) => now - at < MINUTE_MS);
    if (spent.length >= NEW_NAMES_PER_MINUTE) return undefined;
    spent = [...spent, now];
    const fresh = { found: ask(project), at: now };
    kept.delete(project);
    kept.set(project, fresh);
    forgetOldest();
    const result = await fresh.found;
    if (result !== undefined && kept.get(project) === fresh) {
      kept.set(project, { ...fresh, result });
      forgetOldest();
    }
    return result;
  }

  async function ask(project: ProjectName): Promise<KnownProject | undefined> {
    const signal = AbortSignal.any([state.ending, AbortSignal.timeout(LOOKUP_MS)]);
    try {
      const { source, answer } = await askSources(state, project, signal);
      const now = state.clock();
      if (answer.kind === 'absent') {
        const nothing = { artifacts: [], withoutHash: 0, asked: now, learnt: now };
        return { project, source, availability: 'absent', ...nothing };
      }
      if (answer.kind !== 'page') return undefined;
      const records = mergeRecords(undefined, answer.page, { source, project, now });
      return {
        project,
        source,
        records,
        availability: 'known',
        artifacts: artifactsOf(records, () => ({ admitted: false })),
        withoutHash: 0,
        asked: records.fetched,
        learnt: learntAt(records),
      };
    } catch (error) {
      if (!isGatehouseError(error) && !signal.aborted) throw error;
      return undefined;
    }
  }

  function forgetOldest(): void {
    let artifacts = 0;
    for (const { result } of kept.values()) artifacts += result?.artifacts.length ?? 0;
    for (const [project, { result }] of kept) {
      if (kept.size <= KEPT_AT_MOST && artifacts <= ARTIFACTS_AT_MOST) return;
      artifacts -= result?.artifacts.length ?? 0;
      kept.delete(project);
    }
  }

  return { find, known };
}
