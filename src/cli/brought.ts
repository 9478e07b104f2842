import type { BroughtProject } from '../mirror/brings-along.ts';

/** What an entry makes of a project, and what it was before. */
export interface ComparedProject extends BroughtProject {
  /** The versions that were approved before; absent: that is not known. */
  readonly before?: readonly string[];
}

/** One line about a project: `+` for what is new, `=` for what is as before, `!` for what is refused. */
export function describeBrought(compared: ComparedProject): string {
  const { project, versions, before = [], verdict, reason } = compared;
  if (verdict !== 'approve') return `! ${project}: ${reason ?? 'nothing of it can be approved'}`;
  const added = versions.filter((version) => !before.includes(version));
  const kept = versions.filter((version) => before.includes(version));
  const lost = before.filter((version) => !versions.includes(version));
  const license = compared.license === undefined ? '' : ` (${compared.license})`;
  const besides = kept.length === 0 ? '' : `, besides ${kept.join(', ')}`;
  const change =
    added.length === 0
      ? `= ${project} ${kept.join(', ')}${license}`
      : `+ ${project} ${added.join(', ')}${license}${besides}`;
  return lost.length === 0 ? change : `${change}; no longer ${lost.join(', ')}`;
}
