import type { ProjectName } from '../model/subject.ts';
import type { CataloguePart } from './catalogue.ts';
import type { Gatherer } from './gather.ts';
import type { KnownProject } from './knowledge.ts';
import type { Lookup } from './lookup.ts';
import { isRefusedByName } from './name-refusal.ts';
import type { Sealer } from './sealing.ts';
import { type MirrorState, nextChange } from './state.ts';
import type { Walker } from './walk.ts';

/** How long a request waits for a name that the walk has not reached yet. */
export const WAIT_MS = 10_000;
/** How long a command waits: it may have to walk first. */
const ASK_MS = 600_000;

/**
 * `catalogued`: the catalogue in force speaks of it. `unapproved`: nothing of it is approved, and what is known
 * serves only to explain. `waiting`: the answer is not known yet; never a refusal.
 */
export type Reached =
  | { readonly kind: 'catalogued'; readonly project: KnownProject }
  | { readonly kind: 'unapproved'; readonly project?: KnownProject }
  | { readonly kind: 'waiting' };

export interface ReachParts {
  readonly state: MirrorState;
  readonly gatherer: Gatherer;
  readonly walker: Walker;
  readonly sealer: Sealer;
  readonly lookup: Lookup;
}

/** Makes a project's answer known before it is given, within the time that a client waits. */
export async function reach(
  parts: ReachParts,
  name: ProjectName,
  waitMs: number = parts.state.mode === 'ask' ? ASK_MS : WAIT_MS,
): Promise<Reached> {
  const { state } = parts;
  if (!isRefusedByName(state, name) && !isSettled(state, name)) {
    if (state.standard.policy.packages.allow.has(name)) void settleFirst(parts, name);
    await untilSettled(state, name, performance.now() + waitMs);
    if (!isSettled(state, name)) return { kind: 'waiting' };
  }
  if (state.inForce?.catalogue.parts.has(name) === true) {
    state.wanted.set(name, state.clock());
    return { kind: 'catalogued', project: await loadPart(parts, name) };
  }
  return unapproved(parts, name);
}

/** What the policy names is gathered ahead of the walk, and sealed as soon as its cone is known. Never rejects. */
async function settleFirst(parts: ReachParts, name: ProjectName): Promise<void> {
  const { state } = parts;
  try {
    await parts.walker.cone(name);
    await parts.sealer.seal();
  } catch (error) {
    if (!state.ending.aborted) state.log.error({ err: error, project: name }, 'cone not sealed');
  }
}

function isSettled(state: MirrorState, name: ProjectName): boolean {
  const catalogue = state.inForce?.catalogue;
  if (catalogue === undefined) return false;
  const isOfPolicy = catalogue.policy === state.standard.policy.digest;
  // A command asks what its own policy says; in a server an older catalogue serves on until there is another.
  if (state.mode === 'ask' && !isOfPolicy) return false;
  return catalogue.parts.has(name) || (isOfPolicy && catalogue.complete);
}

async function untilSettled(
  state: MirrorState,
  name: ProjectName,
  deadline: number,
): Promise<void> {
  for (let left = deadline - performance.now(); left > 0; left = deadline - performance.now()) {
    if (isSettled(state, name)) return;
    await nextChange(state, left);
  }
}

async function unapproved(parts: ReachParts, name: ProjectName): Promise<Reached> {
  const { state, lookup } = parts;
  if (isRefusedByName(state, name)) return { kind: 'unapproved' };
  const project = state.projects.get(name) ?? (await lookup.find(name));
  return project === undefined ? { kind: 'unapproved' } : { kind: 'unapproved', project };
}

/** Projects whose facts were loaded for a part: until one of the two is replaced, there is nothing to look for. */
const loaded = new WeakMap<KnownProject, CataloguePart>();

/** Loads what the gate needs of the artifacts that the part names: a restarted process has none of it yet. */
async function loadPart(parts: ReachParts, name: ProjectName): Promise<KnownProject> {
  const { state, gatherer } = parts;
  const project = await gatherer.project(name, 'foreground');
  const part = state.inForce?.catalogue.parts.get(name);
  if (part === undefined || loaded.get(project) === part) return project;
  const named = new Set(part.artifacts.map(({ filename }) => filename));
  await Promise.all(
    project.artifacts
      .filter(
        ({ subject, name: { kind }, evidence, provisional }) =>
          named.has(subject.filename) &&
          evidence === undefined &&
          // The record of a conda artifact is always known, and says nothing of what its bytes were found to be.
          (provisional === undefined || kind === 'conda'),
      )
      .map((artifact) => gatherer.stored(artifact)),
  );
  loaded.set(project, part);
  return project;
}
