import { formatLicenseExpression } from '../ecosystems/spdx/expression.ts';
import { readLicense } from '../ecosystems/spdx/worlds.ts';
import type { Verdict } from '../model/decision.ts';
import type { ProjectName } from '../model/subject.ts';
import { findNearest } from '../policy/nearest.ts';
import { clarificationsFor } from '../policy/select.ts';
import { buildGraph } from '../validation/closure/build-graph.ts';
import type { PartArtifact } from './catalogue.ts';
import { findNamed, metadataOf } from './knowledge.ts';
import { type ReachParts, reach } from './reach.ts';
import { closeInputOf } from './seal.ts';
import type { MirrorState } from './state.ts';

/** A project that an entry makes installable, or fails to. */
export interface BroughtProject {
  readonly project: ProjectName;
  readonly verdict: Verdict;
  /** Approved versions, newest first. */
  readonly versions: readonly string[];
  /** The licence of the newest approved version, as it was judged; several if it may be any of them. */
  readonly license?: string;
  /** Of a project with nothing approved: why. */
  readonly reason?: string;
}

/** What the entry of a project makes installable: itself, and what comes along through the closure. */
export async function bringsAlong(
  parts: ReachParts,
  name: ProjectName,
): Promise<readonly BroughtProject[]> {
  const { state } = parts;
  await reach(parts, name);
  await parts.sealer.seal();
  const input = closeInputOf({
    ecosystem: state.ecosystem,
    standard: state.standard,
    projects: state.projects,
    asOf: state.clock(),
  });
  const root = input.roots.get(name);
  const { needs } = buildGraph(input, root === undefined ? [] : [root]);
  // What only an extra asks for that nobody wants is in the graph, and asked for on no target.
  const asked = needs.filter(({ mask }) => mask !== 0).map((need) => need.name);
  const others = new Set(asked.filter((needed) => needed !== name));
  return [name, ...[...others].toSorted()].map((project) => broughtProject(state, project));
}

function broughtProject(state: MirrorState, project: ProjectName): BroughtProject {
  const part = state.inForce?.catalogue.parts.get(project);
  const approved = part?.artifacts.filter(({ verdict }) => verdict === 'approve') ?? [];
  const versions = [...new Set(approved.map(({ version }) => version))];
  if (versions.length > 0) {
    const license = approved[0] && licenseOf(state, project, approved[0]);
    return { project, verdict: 'approve', versions, ...(license === undefined ? {} : { license }) };
  }
  const finding = part?.artifacts[0]?.findings.find(({ effect }) => effect !== 'approve');
  const reason = finding?.message ?? unknownReason(state, project);
  return { project, verdict: finding?.effect ?? 'deny', versions, reason };
}

function licenseOf(
  state: MirrorState,
  project: ProjectName,
  { filename }: PartArtifact,
): string | undefined {
  const known = state.projects.get(project);
  const artifact = known && findNamed(known, filename);
  if (artifact === undefined) return undefined;
  const clarified = clarificationsFor(state.standard.policy, {
    ...artifact.subject,
    name: artifact.name,
  });
  const declared = metadataOf(artifact);
  const reading = declared && readLicense(declared.metadata);
  const worlds = reading?.kind === 'worlds' ? reading.worlds : [];
  const meant = clarified.length > 0 ? clarified.map(({ expression }) => expression) : worlds;
  return meant.length === 0 ? undefined : meant.map(formatLicenseExpression).join(' or ');
}

function unknownReason(state: MirrorState, project: ProjectName): string {
  const availability = state.projects.get(project)?.availability;
  if (availability === 'unavailable') return `upstream did not answer for ${project}`;
  if (availability !== 'absent') return `nothing of ${project} can be approved`;
  const near = findNearest(project, approvedNames(state));
  return `upstream has no project ${project}${near === undefined ? '' : `; did you mean ${near}?`}`;
}

function approvedNames(state: MirrorState): readonly string[] {
  const names = [...state.standard.policy.packages.allow.keys()];
  return names.filter((name) => state.projects.get(name)?.availability !== 'absent');
}
