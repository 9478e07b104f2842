import { GatehouseError } from '../model/errors.ts';
import type { ProjectName, SourceId } from '../model/subject.ts';
import type { Policy, PolicySource } from '../policy/policy.ts';
import { claimant, findAllowance } from '../policy/select.ts';
import type { PageAnswer } from '../upstream/pages.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { KnownProject } from './knowledge.ts';
import type { MirrorState } from './state.ts';

/**
 * The sources that a project may come from, in the order in which they are asked: the one that claims its name, else
 * all, as the policy lists them. Empty: what claims it is no index of PyPI's kind, or has no address here.
 */
export function sourcesOf(state: MirrorState, project: ProjectName): readonly PolicySource[] {
  const owner = ownerOf(state, project);
  const possible = owner === undefined ? state.standard.policy.sources : [owner];
  return possible.filter(
    (source) => source.kind === state.ecosystem && state.upstreams.hasAddress(source),
  );
}

/** The one source of a name: that which claims it, or the channel that its own entry names. */
function ownerOf(
  { standard: { policy } }: Pick<MirrorState, 'standard'>,
  project: ProjectName,
): PolicySource | undefined {
  const channel = findAllowance(policy, project)?.source;
  if (channel !== undefined) return policy.sources.find(({ id }) => id === channel);
  return policy.ecosystem === 'pypi' ? claimant(policy, project) : undefined;
}

/**
 * The sources to ask for a project's page. A name stays with the source that it was first found in, even when all of
 * it is gone there: else whoever registers an internal name at a public index could take its place. A claim moves it.
 */
function sourcesToAsk(state: MirrorState, project: ProjectName): readonly PolicySource[] {
  const possible = sourcesOf(state, project);
  const known = state.projects.get(project);
  const home = possible.find(({ id }) => id === known?.source);
  return home === undefined || !isSettled(known) ? possible : [home];
}

/** A source's answer for a project's page. */
export interface SourceAnswer {
  readonly source: SourceId;
  readonly answer: PageAnswer;
}

/**
 * Asks the sources of a project for its page, in order, until one has it. A source that fails ends the search, as
 * another must not take its place. Throws what upstream and settings throw.
 */
export async function askSources(
  state: MirrorState,
  project: ProjectName,
  signal: AbortSignal,
): Promise<SourceAnswer> {
  const known = state.projects.get(project);
  let last: SourceAnswer = { source: expectedSource(state, project), answer: { kind: 'absent' } };
  for (const source of sourcesToAsk(state, project)) {
    const etag = known?.source === source.id ? known.records?.etag : undefined;
    const upstream = await state.upstreams.of(source);
    const options = etag === undefined ? { signal } : { signal, etag };
    last = { source: source.id, answer: await upstream.fetchPage(project, options) };
    if (last.answer.kind !== 'absent') return last;
  }
  return last;
}

/** Where a project of which nothing is known would come from. */
export function expectedSource(state: MirrorState, project: ProjectName): SourceId {
  const { policy } = state.standard;
  const possible = policy.sources.filter(({ kind }) => kind === state.ecosystem);
  const source = ownerOf(state, project) ?? possible[0] ?? policy.sources[0];
  if (source === undefined) throw new GatehouseError('invalid-policy', 'the policy has no source');
  return source.id;
}

/** Whether the policy still lets a project come from where it is known from. */
export function isAtHome(
  state: MirrorState,
  { project, source }: { readonly project: ProjectName; readonly source: SourceId },
): boolean {
  return sourcesOf(state, project).some(({ id }) => id === source);
}

/**
 * After a change of policy: forgets the projects that may come from other sources than before, so that they are looked
 * for anew, in the store first. That gives what a process gives that starts with the policy. Where only an address
 * changed, it is asked for its pages soon, as the files at the old one may be gone.
 */
export function forgetMoved(state: MirrorState, before: Policy): void {
  const past = { ...state, standard: { ...state.standard, policy: before } };
  for (const [name, known] of state.projects) {
    const [old, now] = [sourcesOf(past, name), sourcesOf(state, name)];
    const isElsewhere = describe(old, 'id') !== describe(now, 'id');
    if (isElsewhere || describe(old, 'hashes') !== describe(now, 'hashes')) {
      state.projects.delete(name);
    } else if (describe(old, 'url') !== describe(now, 'url')) {
      state.projects.set(name, askAnew(known));
    }
  }
}

function describe(sources: readonly PolicySource[], what: 'id' | 'hashes' | 'url'): string {
  return sources.map((source) => source[what]).join(' ');
}

function askAnew({ records, ...known }: KnownProject): KnownProject {
  if (records === undefined) return { ...known, asked: 0 };
  const { etag: _, ...stated } = records;
  return { ...known, records: stated, asked: 0 };
}

/** The index of a source; throws `invalid-setting` where the policy in force has no such source, or it has no address. */
export async function upstreamOf(state: MirrorState, id: SourceId): Promise<Upstream> {
  const source = state.standard.policy.sources.find((known) => known.id === id);
  if (source === undefined) {
    throw new GatehouseError('invalid-setting', `the policy in force has no source ${id}`);
  }
  return state.upstreams.of(source);
}

/** Upstream listed something of it once. */
function isSettled(project: KnownProject | undefined): boolean {
  return project?.records !== undefined && project.records.records.length > 0;
}
