import type { WarmOutcome } from '../mirror/warm.ts';
import type { Policy } from '../policy/policy.ts';
import { withMirror } from './ask.ts';
import { type CommandInput, type Outcome, readWords } from './command.ts';
import { readPolicy } from './policy-file.ts';
import { type Asked, parseRelease } from './release.ts';

/** `warm [NAME …]`: admits what is approved of these projects (default: all that the policy names) ahead of requests. */
export async function warm({ words, config, say }: CommandInput): Promise<Outcome> {
  const { names, json } = readWords(words, {
    text: 'warm [NAME …] [--json]',
    least: 0,
    most: 1000,
  });
  const policy = await readPolicy(config.policyPath);
  const asked = names.length === 0 ? allOf(policy) : names.map(parseRelease);
  const outcomes: (WarmOutcome & Pick<Asked, 'ecosystem'>)[] = [];
  await withMirror({ config, policy, mode: 'serve' }, async (mirror) => {
    for (const ecosystem of ['pypi', 'conda'] as const) {
      const projects = asked.filter((one) => one.ecosystem === ecosystem);
      for await (const outcome of mirror.warm(
        projects.map(({ project }) => project),
        ecosystem,
      )) {
        say(
          `${outcome.outcome} ${outcome.filename}${outcome.reason === undefined ? '' : `: ${outcome.reason}`}`,
        );
        outcomes.push({ ...outcome, ecosystem });
      }
    }
  });
  const unapproved = asked
    .filter(
      ({ ecosystem, project }) =>
        !outcomes.some((one) => one.project === project && one.ecosystem === ecosystem),
    )
    .map(({ project }) => project);
  const counts = countOutcomes(outcomes);
  const summary = `${counts.admitted} admitted, ${counts.present} present, ${counts.failed} failed`;
  const output = json
    ? JSON.stringify({ ...counts, unapproved, outcomes }, undefined, 2)
    : [...unapproved.map((name) => `${name}: nothing of it is approved`), summary].join('\n');
  return { status: counts.failed + unapproved.length === 0 ? 0 : 1, output };
}

function allOf(policy: Policy): readonly Asked[] {
  return (['pypi', 'conda'] as const).flatMap((ecosystem) =>
    [...policy.of[ecosystem].packages.allow.keys()].map((project) => ({ ecosystem, project })),
  );
}

function countOutcomes(
  outcomes: readonly WarmOutcome[],
): Readonly<Record<WarmOutcome['outcome'], number>> {
  const counts = { admitted: 0, present: 0, failed: 0 };
  for (const { outcome } of outcomes) counts[outcome] += 1;
  return counts;
}
