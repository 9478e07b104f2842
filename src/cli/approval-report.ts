import type { BroughtProject } from '../mirror/brings-along.ts';
import { addAllowance } from '../policy/edit.ts';
import { describeBrought } from './brought.ts';
import type { Plan, Planned } from './plan-entries.ts';
import type { LeftOut, Wanted } from './wanted.ts';

/** What `approve -r` says. */
export interface Report {
  /** The new lines of the policy. */
  readonly entries: readonly { readonly line: number; readonly entry: string }[];
  /** All that the file says. */
  readonly requirements: readonly ReportedRequirement[];
  /** Projects of which nothing was installable before. */
  readonly brings: readonly BroughtProject[];
}

interface ReportedRequirement {
  readonly text: string;
  readonly place: string;
  readonly outcome: Planned['outcome'] | 'ignored';
  /** Another wanted project with which it comes along. */
  readonly leader?: string;
  readonly reason?: string;
}

/** Puts together what became of everything in a file. */
export function reportOf(plan: Plan, leftOut: readonly LeftOut[]): Report {
  const planned = plan.planned.map(({ wanted, outcome, leader, reason }) => ({
    text: textOf(wanted),
    place: wanted.place,
    outcome,
    ...(leader === undefined ? {} : { leader }),
    ...(reason === undefined ? {} : { reason }),
  }));
  return {
    entries: entriesOf(plan),
    requirements: [...planned, ...leftOut],
    brings: newlyBrought(plan),
  };
}

/** The report for people. */
export function describeReport({ requirements, brings }: Report): string {
  const counts = COUNTED.flatMap(({ outcome, words }) => {
    const count = requirements.filter((one) => one.outcome === outcome).length;
    return count === 0 ? [] : [`${count} ${words}`];
  });
  return [
    ...requirements.map(describeRequirement),
    ...(counts.length === 0 ? ['nothing is asked for'] : [counts.join(', ')]),
    ...(brings.length === 0 ? [] : ['newly installable:']),
    ...brings.map(describeBrought),
  ].join('\n');
}

const COUNTED = [
  { outcome: 'added', words: 'added' },
  { outcome: 'follows', words: 'along with them' },
  { outcome: 'approved', words: 'approved already' },
  { outcome: 'ignored', words: 'left out' },
  { outcome: 'refused', words: 'cannot be approved' },
] as const;

function describeRequirement({
  text,
  place,
  outcome,
  leader,
  reason,
}: ReportedRequirement): string {
  const why = reason === undefined ? '' : `: ${reason}`;
  switch (outcome) {
    case 'added':
      return `+ ${text}`;
    case 'follows':
      return `= ${text}: comes along with ${leader ?? 'others'}`;
    case 'approved':
      return `= ${text}: approved already`;
    case 'ignored':
      return `- ${text} (${place}) is left out${why}`;
    case 'refused':
    default:
      return `! ${text} (${place}) cannot be approved${why}`;
  }
}

function textOf({ project, extras, specifiers }: Wanted): string {
  const named = extras.length === 0 ? project : `${project}[${extras.join(',')}]`;
  return specifiers.text === '' ? named : `${named} ${specifiers.text}`;
}

/** Writing an entry that is there already gives its line. */
function entriesOf({ text, planned }: Plan): Report['entries'] {
  const lines = planned.flatMap(({ wanted: { project, extras }, ranges }) =>
    ranges.map((range) => addAllowance(text, { project, extras, range }).line),
  );
  const unique = [...new Set(lines)].toSorted((left, right) => left - right);
  return unique.map((line) => ({ line, entry: (text.split('\n')[line - 1] ?? '').trim() }));
}

function newlyBrought({ before, after }: Plan): readonly BroughtProject[] {
  const known = new Set<string>(before.approved);
  const brought = [...after.brought.values()].flat();
  const fresh = brought.filter(
    ({ project, verdict }) => verdict === 'approve' && !known.has(project),
  );
  const byName = new Map(fresh.map((one) => [one.project, one]));
  return [...byName.values()].toSorted((left, right) => (left.project < right.project ? -1 : 1));
}
