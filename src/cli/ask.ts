import type { Config } from '../config.ts';
import { openConfiguredUpstreams } from '../configured-upstreams.ts';
import { type Mirror, openMirror } from '../mirror/mirror.ts';
import type { MirrorMode } from '../mirror/state.ts';
import { createLog, mirrorParts, openKeeping, replicaName, reportChannel } from '../open-parts.ts';
import { subdirsOf } from '../policy/ecosystem.ts';
import type { Policy } from '../policy/policy.ts';

/** Opens a mirror for one question, and closes it. In mode `ask` nothing is decided, only facts are gathered. */
export async function withMirror<Answer>(
  asked: { readonly config: Config; readonly policy: Policy; readonly mode: MirrorMode },
  question: (mirror: Mirror) => Promise<Answer>,
): Promise<Answer> {
  const { config, policy, mode } = asked;
  const log = createLog({ ...config, logLevel: config.logLevel ?? 'warn' });
  await using keeping = await openKeeping(config, `cli:${replicaName()}`);
  const { upstreams } = await openConfiguredUpstreams(config, policy, {
    report: reportChannel(log),
    condaSubdirs: () => subdirsOf(policy),
  });
  await using _ = upstreams;
  await using mirror = await openMirror(
    mirrorParts(config, { ...keeping, upstreams, log, mode }),
    policy,
  );
  return await question(mirror);
}
