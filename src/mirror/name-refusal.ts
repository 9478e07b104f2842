import type { Finding } from '../model/decision.ts';
import type { ProjectName } from '../model/subject.ts';
import { claimant, findAllowance, findProjectDenial } from '../policy/select.ts';
import type { KnownProject } from './knowledge.ts';
import { sourcesOf } from './sources.ts';
import type { MirrorState } from './state.ts';
import { suggestName } from './suggest-name.ts';

const DENY = { verdict: 'deny', effect: 'deny' } as const;

/**
 * Why nothing of a project is approved, where no artifact of it says so: denied, claimed by another source, not
 * asked for, or not to be had. `known`: what is known of it, whoever asked.
 */
export function nameRefusal(
  state: MirrorState,
  project: ProjectName,
  known: KnownProject | undefined,
): readonly Finding[] {
  const { policy } = state.standard;
  const denial = findProjectDenial(policy, project);
  if (denial !== undefined) {
    const instead = denial.instead === undefined ? '' : `, use ${denial.instead} instead`;
    const message = `${project} is denied${instead}: ${denial.reason} (packages.deny)`;
    return [{ ...DENY, code: 'package/denied', message, policy: denial.place }];
  }
  const owner = state.ecosystem === 'pypi' ? claimant(policy, project) : undefined;
  if (owner !== undefined && !sourcesOf(state, project).includes(owner)) {
    const message = `${project} comes from the source ${owner.id} only, which claims its name and is not asked here`;
    return [{ ...DENY, code: 'package/claimed', message, policy: owner.place }];
  }
  const allowance = findAllowance(policy, project);
  if (allowance === undefined) return [notAskedFor(state, project, known)];
  const message = `${project} is not approved: ${whyNotKnown(project, known)}`;
  return [{ ...DENY, code: 'record/missing', message, policy: allowance.place }];
}

/** Says early what was probably meant, as pip and uv cut long messages. */
function notAskedFor(
  state: MirrorState,
  project: ProjectName,
  known: KnownProject | undefined,
): Finding {
  const meant = suggestName(state, project);
  const isAbsent = known?.availability === 'absent';
  const reason = isAbsent
    ? `upstream has no project ${project}`
    : 'packages.allow has no entry for it, and no approved package needs it';
  const message = isAbsent
    ? `${project} is not approved: ${reason}${meant === undefined ? '' : `; did you mean ${meant}?`}`
    : `${project} is not approved${meant === undefined ? ':' : `; did you mean ${meant}?`} ${reason}`;
  return { ...DENY, code: 'closure/not-needed', message };
}

function whyNotKnown(project: ProjectName, known: KnownProject | undefined): string {
  if (known?.availability === 'absent') return `upstream has no project ${project}`;
  return known?.availability === 'known'
    ? 'upstream lists no artifact of it with a SHA-256'
    : 'upstream did not answer for it';
}

/** Whether the name alone refuses: then upstream is never asked for it, or it would learn names that are none of its business. */
export function isRefusedByName(state: MirrorState, project: ProjectName): boolean {
  const { policy } = state.standard;
  return findProjectDenial(policy, project) !== undefined || sourcesOf(state, project).length === 0;
}
