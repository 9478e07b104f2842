import { compareReleases, type ReleaseVersion } from '../ecosystems/releases.ts';
import { type PartArtifact, findPartArtifact } from './catalogue.ts';
import { askGate } from './gate.ts';
import type { KnownProject } from './knowledge.ts';
import type { MirrorState } from './state.ts';

/** A version that the gate passes now. */
export interface NearestApproved {
  readonly version: ReleaseVersion;
  /** The declared targets on which it can be installed, in the order of the policy. */
  readonly targets: readonly string[];
}

/** The newest approved version that is not above the one asked for, else the oldest above; of a project the newest. */
export function findNearestApproved(
  state: MirrorState,
  project: KnownProject,
  asked: ReleaseVersion | undefined,
): NearestApproved | undefined {
  const approved = listApproved(state, project);
  const nearest =
    asked === undefined
      ? approved[0]
      : (approved.find(({ version }) => compareReleases(version, asked) <= 0) ?? approved.at(-1));
  if (nearest === undefined) return undefined;
  const { version } = nearest;
  const ids = new Set(
    approved
      .filter((other) => compareReleases(other.version, version) === 0)
      .flatMap(({ part }) => part.targets),
  );
  const targets = state.standard.policy.targets.map(({ id }) => id).filter((id) => ids.has(id));
  return { version, targets };
}

interface Approved {
  readonly version: ReleaseVersion;
  readonly part: PartArtifact;
}

/** Newest version first. */
function listApproved(state: MirrorState, project: KnownProject): readonly Approved[] {
  const catalogued = state.inForce?.catalogue.parts.get(project.project);
  if (catalogued === undefined) return [];
  return project.artifacts.flatMap((artifact) => {
    const part = findPartArtifact(catalogued, artifact.subject);
    return part?.verdict === 'approve' &&
      askGate(state, { project, artifact }).verdict === 'approve'
      ? [{ version: artifact.name.version, part }]
      : [];
  });
}
