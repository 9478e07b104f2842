import { compareReleases, namesOne } from '../../ecosystems/releases.ts';
import type { ProjectName } from '../../model/subject.ts';
import type { Candidate, CandidateProject, CloseInput, Root } from './candidate.ts';
import { type Drafts, type NeedDraft, type NodeDraft, createDrafts } from './drafts.ts';
import type { Graph, Need, Node, Seed, Step } from './graph.ts';
import { type Release, type ReleasesOf, createReleases } from './releases.ts';
import { type Window, type Windows, createWindows } from './windows.ts';

/** Follows requirements outward from the given roots (default: all), as far as what is known allows. */
export function buildGraph(input: CloseInput, roots: Iterable<Root> = input.roots.values()): Graph {
  const build = startBuild(input);
  for (const root of roots) plant(build, root);
  // The queue grows while it is read.
  for (const { node, mask } of build.queue) follow(build, node, mask);
  for (const need of build.drafts.needs) link(build, need);
  const { drafts, seeds, wanted, missing } = build;
  return { nodes: drafts.nodes, needs: drafts.needs, bases: drafts.bases, seeds, wanted, missing };
}

interface Build {
  readonly input: CloseInput;
  readonly releasesOf: ReleasesOf;
  readonly windows: Windows;
  /** Of the needs that somebody asks for. */
  readonly windowOf: Map<Need, Window>;
  readonly drafts: Drafts;
  readonly seeds: Seed[];
  readonly wanted: Set<Candidate>;
  readonly missing: { readonly projects: Set<ProjectName>; readonly metadata: Set<Candidate> };
  readonly queue: { readonly node: NodeDraft; readonly mask: number }[];
}

function startBuild(input: CloseInput): Build {
  const releasesOf = createReleases();
  return {
    input,
    releasesOf,
    windows: createWindows(input, releasesOf),
    windowOf: new Map(),
    drafts: createDrafts(input.targets),
    seeds: [],
    wanted: new Set(),
    missing: { projects: new Set(), metadata: new Set() },
    queue: [],
  };
}

function plant(build: Build, root: Root): void {
  const project = visit(build, root.project);
  if (project === undefined) return;
  for (const [candidate, mask] of build.windows.ofEntry(project)) {
    const nodes = bring(build, { candidate, extras: root.extras, askedBy: undefined }, mask);
    for (const node of nodes) build.seeds.push({ node, mask });
  }
}

function visit(build: Build, name: ProjectName): CandidateProject | undefined {
  const project = build.input.projects.get(name);
  if (project !== undefined && project.state !== 'unvisited') return project;
  build.missing.projects.add(name);
  return undefined;
}

/** Who is brought along, and by whom. */
interface Brought {
  readonly candidate: Candidate;
  readonly extras: readonly string[];
  readonly askedBy: Node | undefined;
}

/** Reaches an artifact on some targets, with those of the extras that it provides. */
function bring(build: Build, brought: Brought, mask: number): readonly Node[] {
  const { candidate, extras, askedBy } = brought;
  if (candidate.metadata === 'unknown') build.missing.metadata.add(candidate);
  const base = build.drafts.base(candidate, askedBy);
  const withExtras = providedOf(candidate, extras).map((extra) =>
    build.drafts.withExtra(base, extra, askedBy),
  );
  const nodes = [base, ...withExtras];
  for (const node of nodes) {
    const added = mask & ~node.mask;
    if (added === 0) continue;
    node.mask |= added;
    build.queue.push({ node, mask: added });
  }
  return nodes;
}

/** An extra that is not provided asks for nothing, as in pip and uv. */
function providedOf(candidate: Candidate, extras: readonly string[]): readonly string[] {
  return extras.filter((extra) => candidate.extras.includes(extra));
}

function follow(build: Build, node: NodeDraft, mask: number): void {
  for (const { need, mask: markerMask } of node.edges) {
    const asked = mask & markerMask;
    if (asked === 0) continue;
    need.askers.add(node);
    const added = asked & ~need.mask;
    if (added !== 0) ask(build, { need, asker: node }, added);
  }
}

function ask(
  build: Build,
  { need, asker }: { readonly need: NeedDraft; readonly asker: Node },
  added: number,
): void {
  need.mask |= added;
  for (const [candidate, fits] of findWindow(build, need)) {
    const brought = { candidate, extras: need.extras, askedBy: asker };
    if ((fits & added) !== 0) bring(build, brought, fits & added);
  }
}

function findWindow(build: Build, need: Need): Window {
  const known = build.windowOf.get(need);
  if (known !== undefined) return known;
  const window = need.own === undefined ? otherProject(build, need) : ownRelease(build, need);
  build.windowOf.set(need, window);
  return window;
}

function otherProject(build: Build, { name, specifiers }: Need): Window {
  if (build.input.closure === 'listed' && !build.input.roots.has(name)) return new Map();
  const project = visit(build, name);
  return project === undefined ? new Map() : build.windows.ofRequirement(project, specifiers);
}

/** `keep` does not come between an artifact and its own version. */
function ownRelease(build: Build, need: Need): Window {
  const candidates = listMatching(build, need).flatMap((release) => release.candidates);
  return new Map(
    candidates
      .filter(({ decision }) => decision.verdict !== 'deny')
      .map((candidate) => [candidate, candidate.fits] as const),
  );
}

/** Connects a need with what it brings along and with what may meet it, now that all nodes are known. */
function link(build: Build, need: NeedDraft): void {
  for (const [candidate, mask] of build.windowOf.get(need) ?? []) {
    const step = findStep(build, need, { candidate, mask });
    if (step !== undefined) need.window.push(step);
  }
  need.matching = listMatching(build, need);
  for (const candidate of mayMeet(need)) {
    build.wanted.add(candidate);
    const step = findStep(build, need, { candidate, mask: candidate.fits });
    if (step === undefined) continue;
    need.meets.push(step);
    step.base.serves.push(need);
    for (const extra of step.extras) extra.serves.push(need);
  }
}

function* mayMeet({ own, specifiers, matching, mask }: Need): Generator<Candidate> {
  // What is yanked meets only `==` and `===` (PEP 592).
  const takesYanked = own !== undefined || namesOne(specifiers);
  for (const { candidates } of matching) {
    for (const candidate of candidates) {
      if ((candidate.fits & mask) !== 0 && (takesYanked || !candidate.yanked)) yield candidate;
    }
  }
}

/** A requirement on one's own name is met only by the same version. */
function listMatching(build: Build, { name, specifiers, own, mask }: Need): readonly Release[] {
  const project = build.input.projects.get(name);
  if (project === undefined || mask === 0) return [];
  const releases = build.releasesOf(project, specifiers);
  if (own === undefined) return releases;
  return releases.filter(({ version }) => compareReleases(version, own) === 0);
}

interface StepDraft extends Step {
  readonly base: NodeDraft;
  readonly extras: readonly NodeDraft[];
}

/** Absent where nobody has reached the artifact or the extra. */
function findStep(
  build: Build,
  need: Need,
  { candidate, mask }: Pick<Brought, 'candidate'> & Pick<Step, 'mask'>,
): StepDraft | undefined {
  const base = build.drafts.bases.get(candidate);
  if (base === undefined) return undefined;
  const wanted = providedOf(candidate, need.extras);
  const extras = wanted.flatMap((extra) => base.extras.get(extra) ?? []);
  return extras.length === wanted.length ? { base, extras, mask } : undefined;
}
