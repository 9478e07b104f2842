import type { WarmOutcome } from '../mirror/warm.ts';
import { withMirror } from './ask.ts';
import { type CommandInput, type Outcome, readWords } from './command.ts';
import { readPolicy } from './policy-file.ts';
import { parseRelease } from './release.ts';

/** `warm [NAME …]`: admits what is approved of these projects (default: all that the policy names) ahead of requests. */
export async function warm({ words, config, say }: CommandInput): Promise<Outcome> {
  const { names, json } = readWords(words, {
    text: 'warm [NAME …] [--json]',
    least: 0,
    most: 1000,
  });
  const policy = await readPolicy(config.policyPath);
  const projects =
    names.length === 0
      ? [...policy.packages.allow.keys()]
      : names.map((name) => parseRelease(name).project);
  const outcomes: WarmOutcome[] = [];
  await withMirror({ config, policy, mode: 'serve' }, async (mirror) => {
    for await (const outcome of mirror.warm(projects)) {
      say(
        `${outcome.outcome} ${outcome.filename}${outcome.reason === undefined ? '' : `: ${outcome.reason}`}`,
      );
      outcomes.push(outcome);
    }
  });
  const unapproved = projects.filter((name) => !outcomes.some(({ project }) => project === name));
  const counts = countOutcomes(outcomes);
  const summary = `${counts.admitted} admitted, ${counts.present} present, ${counts.failed} failed`;
  const output = json
    ? JSON.stringify({ ...counts, unapproved, outcomes }, undefined, 2)
    : [...unapproved.map((name) => `${name}: nothing of it is approved`), summary].join('\n');
  return { status: counts.failed + unapproved.length === 0 ? 0 : 1, output };
}

function countOutcomes(
  outcomes: readonly WarmOutcome[],
): Readonly<Record<WarmOutcome['outcome'], number>> {
  const counts = { admitted: 0, present: 0, failed: 0 };
  for (const { outcome } of outcomes) counts[outcome] += 1;
  return counts;
}
