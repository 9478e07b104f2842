import type { ProjectName } from '../model/subject.ts';
import type { CataloguePart } from './catalogue.ts';
import { askGate, isPartlyLost } from './gate.ts';
import { candidateOf } from './judging.ts';
import { type KnownArtifact, type KnownProject, findArtifact } from './knowledge.ts';
import { isRefusedByName } from './name-refusal.ts';
import type { MirrorState } from './state.ts';

/**
 * Projects of which something is approved now, in order: in the catalogue in force, and by the gate, as a policy or a
 * revocation refuses before the next seal. `waiting` before the first catalogue.
 */
export function approvedProjects(state: MirrorState): readonly ProjectName[] | 'waiting' {
  const catalogue = state.inForce?.catalogue;
  if (catalogue === undefined) return 'waiting';
  return [...catalogue.parts.values()]
    .filter((part) => part.counts.approve > 0 && isApproved(state, part))
    .map((part) => part.project)
    .toSorted();
}

function isApproved(state: MirrorState, part: CataloguePart): boolean {
  if (isRefusedByName(state, part.project)) return false;
  const project = state.projects.get(part.project);
  // After a restart, until its records are read: nothing is known that could refuse it.
  if (project === undefined) return true;
  return part.artifacts.some((listed) => {
    if (listed.verdict !== 'approve') return false;
    const artifact = findArtifact(project, listed);
    return artifact !== undefined && passes(state, project, artifact);
  });
}

/** Facts that are only not loaded refuse no project: its record says whether something refuses by now. */
function passes(state: MirrorState, project: KnownProject, artifact: KnownArtifact): boolean {
  const located = { project, artifact };
  const verdict = isPartlyLost(artifact)
    ? candidateOf(state.standard, { ...located, now: state.clock() }).recordVerdict
    : askGate(state, located).verdict;
  return verdict === 'approve';
}
