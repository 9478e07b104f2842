import type { BroughtProject } from '../mirror/brings-along.ts';

/** One line about a project that an entry makes installable, or fails to. */
export function describeBrought({
  project,
  versions,
  license,
  verdict,
  reason,
}: BroughtProject): string {
  if (verdict !== 'approve') return `! ${project}: ${reason ?? 'nothing of it can be approved'}`;
  return `+ ${project} ${versions.join(', ')}${license === undefined ? '' : ` (${license})`}`;
}
