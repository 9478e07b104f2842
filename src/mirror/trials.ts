import type { ReleaseVersion } from '../ecosystems/releases.ts';
import type { ProjectName } from '../model/subject.ts';
import { readTrial } from '../store/trials.ts';
import { askGate } from './gate.ts';
import type { KnownArtifact, KnownProject } from './knowledge.ts';
import { announce, type MirrorState } from './state.ts';

/** Loads what a trial saw, where the policy wants trials; it may have been made while this process ran. */
export async function loadTrial(state: MirrorState, artifact: KnownArtifact): Promise<void> {
  if (artifact.trial === undefined) await loadLastTrial(state, artifact);
}

/** The same where an older one is known: it may have been tried again since, and something was seen. */
export async function loadLastTrial(state: MirrorState, artifact: KnownArtifact): Promise<void> {
  if (!wantsTrials(state)) return;
  const fact = await readTrial(state.store, artifact.subject.sha256);
  if (fact === undefined || JSON.stringify(fact) === JSON.stringify(artifact.trial)) return;
  artifact.trial = fact;
  if (artifact.evidence !== undefined) announce(state);
}

/** One version of a project that nobody has tried. */
export interface UntriedRelease {
  readonly project: ProjectName;
  readonly version: ReleaseVersion;
}

/**
 * What should be tried: of each project in the catalogue in force the newest approved version, and what waits for its
 * trial alone. Empty where the policy wants no trials, and while the walk goes on.
 */
export function untriedReleases(state: MirrorState): readonly UntriedRelease[] {
  const catalogue = state.inForce?.catalogue;
  const isDone = catalogue?.complete === true && catalogue.policy === state.standard.policy.digest;
  if (!wantsTrials(state) || !isDone) return [];
  return [...catalogue.parts.keys()].flatMap((name) => {
    const project = state.projects.get(name);
    return project === undefined ? [] : untriedOf(state, project);
  });
}

function untriedOf(state: MirrorState, project: KnownProject): readonly UntriedRelease[] {
  const versions = new Map<string, ReleaseVersion>();
  let newest: string | undefined;
  for (const artifact of project.artifacts) {
    const { version } = artifact.name;
    if (artifact.trial !== undefined || artifact.admitted) {
      newest ??= version.text;
      continue;
    }
    const { verdict, findings } = askGate(state, { project, artifact });
    const waits = findings.filter(({ effect }) => effect !== 'approve');
    const isAskedFor = waits.length > 0 && waits.every(({ code }) => code === 'trial/missing');
    if (verdict === 'approve') newest ??= version.text;
    if (isAskedFor || (verdict === 'approve' && newest === version.text)) {
      versions.set(version.text, version);
    }
  }
  return [...versions.values()].map((version) => ({ project: project.project, version }));
}

/** Takes over what trials of a project saw since it was loaded. */
export async function learnTrials(state: MirrorState, name: ProjectName): Promise<void> {
  for (const artifact of state.projects.get(name)?.artifacts ?? [])
    await loadLastTrial(state, artifact);
}

function wantsTrials({ standard: { policy } }: MirrorState): boolean {
  return policy.content['install-probe'].value !== 'allow';
}
