import type { Config } from '../config.ts';
import type { BroughtProject } from '../mirror/brings-along.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { ProjectName } from '../model/subject.ts';
import { loadPolicy } from '../policy/load.ts';
import { withMirror } from './ask.ts';
import type { Judge } from './entry-candidates.ts';
import type { Wanted } from './wanted.ts';

/** Judges by asking a mirror that has the policy, but changes nothing. */
export function createJudge(config: Config): Judge {
  return (text, wanted) => {
    const policy = loadPolicy({ text, file: config.policyPath });
    return withMirror({ config, policy, mode: 'ask' }, async (mirror) => {
      const brought = new Map<ProjectName, readonly BroughtProject[]>();
      const reasons = new Map<Wanted, string>();
      for (const one of wanted) {
        const { project } = one;
        const known = brought.get(project) ?? (await mirror.bringsAlong(project));
        brought.set(project, known);
        const reason = await reasonOf(mirror, one, known[0]);
        if (reason !== undefined) reasons.set(one, reason);
      }
      const approved = mirror.projects();
      return { policy, brought, reasons, approved: approved === 'waiting' ? [] : approved };
    });
  };
}

/** Why the version is refused, or of a range why none of it is listed; absent: no rule refuses it. */
async function reasonOf(
  mirror: Mirror,
  { project, pin, specifiers }: Wanted,
  own: BroughtProject | undefined,
): Promise<string | undefined> {
  if (pin === undefined) {
    const versions = own?.versions.join(', ') ?? 'none';
    return (
      own?.reason ?? `none of its versions in ${specifiers.text} is approved, only ${versions}`
    );
  }
  const explained = await mirror.explain({ project, version: pin });
  if (explained?.verdict === 'approve') return undefined;
  return explained?.findings.find(({ effect }) => effect !== 'approve')?.message ?? own?.reason;
}
