import type { ProjectName } from '../model/subject.ts';
import { findNearest } from '../policy/nearest.ts';
import { findProjectDenial } from '../policy/select.ts';
import type { MirrorState } from './state.ts';

interface Suggestion {
  readonly inForce: MirrorState['inForce'];
  readonly standard: MirrorState['standard'];
  readonly project: ProjectName;
  readonly meant: string | undefined;
}

/** The last answer: a page asks once for each of a project's artifacts. */
const last = new WeakMap<MirrorState, Suggestion>();

/** The approved project, or the one with an entry, whose name was probably meant; absent: none is near. */
export function suggestName(state: MirrorState, project: ProjectName): string | undefined {
  const { inForce, standard } = state;
  const before = last.get(state);
  if (before?.project === project && before.inForce === inForce && before.standard === standard) {
    return before.meant;
  }
  const meant = findNearest(project, namesOf(state));
  last.set(state, { inForce, standard, project, meant });
  return meant;
}

function namesOf({ inForce, standard: { policy } }: MirrorState): readonly ProjectName[] {
  const parts = [...(inForce?.catalogue.parts.values() ?? [])];
  const approved = parts.filter(({ counts }) => counts.approve > 0).map((part) => part.project);
  const names = new Set([...policy.packages.allow.keys(), ...approved]);
  return [...names].filter((name) => findProjectDenial(policy, name) === undefined);
}
