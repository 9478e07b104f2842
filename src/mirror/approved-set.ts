import { canHold } from '../ecosystems/pypi/markers.ts';
import { findSpecifierSet } from '../ecosystems/pypi/specifiers.ts';
import { fits } from '../ecosystems/pypi/tags.ts';
import { pythonFits, targetEnvironment } from '../ecosystems/pypi/target-environment.ts';
import { type ReleaseNeed, type ReleaseRange, takes } from '../ecosystems/releases.ts';
import type { ProjectName } from '../model/subject.ts';
import type { PythonTarget } from '../model/target.ts';
import { askGate } from './gate.ts';
import { type KnownArtifact, metadataOf, requirementsOf } from './knowledge.ts';
import { type ReachParts, reach } from './reach.ts';
import type { Located } from './state.ts';

/** A set of approved wheels that can be installed together, or the first need that none was found for. */
export type ApprovedSet =
  | { readonly kind: 'found'; readonly wheels: readonly Located[] }
  | { readonly kind: 'unmet'; readonly reason: string };

/**
 * The newest approved wheels for a target that meet what the root and each other need. What a later need excludes is
 * chosen again; it does not go back beyond that, so a set that only an older choice allows is not found.
 */
export async function findApprovedSet(
  parts: ReachParts,
  root: Located,
  target: PythonTarget,
): Promise<ApprovedSet> {
  const limits = new Map<ProjectName, readonly ReleaseRange[]>();
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const set = await choose(parts, { root, target, limits });
    if (set.kind !== 'again') return set;
  }
  return { kind: 'unmet', reason: 'no approved versions were found that go together' };
}

const ATTEMPTS = 100;

interface Choosing {
  readonly root: Located;
  readonly target: PythonTarget;
  /** What is asked of each project; grows from attempt to attempt. */
  readonly limits: Map<ProjectName, readonly ReleaseRange[]>;
}

async function choose(
  parts: ReachParts,
  { root, target, limits }: Choosing,
): Promise<ApprovedSet | { readonly kind: 'again' }> {
  const chosen = new Map([[root.project.project, root]]);
  const asked = new Set<string>();
  const open: ReleaseNeed[] = [...needsOf(root.artifact, target, undefined)];
  for (let need = open.shift(); need !== undefined; need = open.shift()) {
    limit(limits, need);
    const known = chosen.get(need.name);
    if (known !== undefined && !takes(need.specifiers, known.artifact.name)) {
      if (known !== root) return { kind: 'again' };
      return { kind: 'unmet', reason: `another version of itself is needed: ${need.text}` };
    }
    const wheel =
      known ?? (await findWheel(parts, need.name, { target, within: limits.get(need.name) ?? [] }));
    if (wheel === undefined)
      return { kind: 'unmet', reason: `nothing approved meets ${need.text} on ${target.id}` };
    if (known === undefined) {
      chosen.set(need.name, wheel);
      open.push(...needsOf(wheel.artifact, target, undefined));
    }
    for (const extra of need.extras) {
      const key = `${need.name}[${extra}]`;
      if (asked.has(key)) continue;
      asked.add(key);
      open.push(...needsOf(wheel.artifact, target, extra));
    }
  }
  return { kind: 'found', wheels: [...chosen.values()] };
}

function limit(limits: Choosing['limits'], { name, specifiers }: ReleaseNeed): void {
  const before = limits.get(name) ?? [];
  if (!before.includes(specifiers)) limits.set(name, [...before, specifiers]);
}

/** The newest approved wheel for the target that all ranges let in; absent: there is none. */
export async function findWheel(
  parts: ReachParts,
  name: ProjectName,
  { target, within }: { readonly target: PythonTarget; readonly within: readonly ReleaseRange[] },
): Promise<Located | undefined> {
  const reached = await reach(parts, name);
  if (reached.kind !== 'catalogued') return undefined;
  const { project } = reached;
  for (const artifact of project.artifacts) {
    const isWanted =
      isFor(artifact, target) && within.every((range) => takes(range, artifact.name));
    if (!isWanted) continue;
    await parts.gatherer.stored(artifact);
    if (askGate(parts.state, { project, artifact }).verdict === 'approve')
      return { project, artifact };
  }
  return undefined;
}

/** Whether it is a wheel that the target installs. */
export function isFor(artifact: KnownArtifact, target: PythonTarget): boolean {
  const { name, record } = artifact;
  if (name.kind !== 'wheel' || !fits(name.tags, target)) return false;
  const texts = [record.requiresPython, metadataOf(artifact)?.metadata.requiresPython];
  return texts.every((text) => {
    const range = text === undefined ? undefined : findSpecifierSet(text);
    return text === undefined || (range !== undefined && pythonFits(range, target.python));
  });
}

function needsOf(
  artifact: KnownArtifact,
  target: PythonTarget,
  extra: string | undefined,
): readonly ReleaseNeed[] {
  const metadata = metadataOf(artifact)?.metadata;
  const environment = targetEnvironment(target);
  return (metadata === undefined ? [] : requirementsOf(metadata)).filter(
    ({ marker }) => marker === undefined || canHold(marker, environment, extra),
  );
}
