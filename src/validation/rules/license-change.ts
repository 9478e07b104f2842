import { equalExpressions } from '../../ecosystems/spdx/expression.ts';
import { type LicenseReading, readLicense } from '../../ecosystems/spdx/worlds.ts';
import { describeRelease } from './license-facts.ts';
import { listExpressions } from './license-words.ts';
import type { RuleInput, Statement } from './rule.ts';

/** A person has to see that a newer release is under another licence, even where both are allowed (`content.drift`). */
export function* judgeChange(input: RuleInput, reading: LicenseReading): Generator<Statement> {
  const { policy } = input;
  const { previous } = input.history;
  if (previous === undefined) return;
  const before = readLicense(previous.metadata, previous.contents.licenseTexts);
  if (before.kind !== 'worlds' || reading.kind !== 'worlds') return;
  const isSame = before.worlds.some((old) =>
    reading.worlds.some((world) => equalExpressions(old, world)),
  );
  if (isSame) return;
  const now = listExpressions(reading.worlds);
  const then = listExpressions(before.worlds);
  const { value, place } = policy.content.drift;
  yield {
    code: 'license/changed',
    verdict: value === 'allow' ? 'approve' : value,
    message: `${describeRelease(input)} has another licence than ${previous.version}, which was admitted before: ${now} (${reading.origin}), then ${then} (${before.origin})`,
    policy: place,
    evidence: [
      ...reading.evidence,
      ...before.evidence.map((line) => `${previous.version}: ${line}`),
    ],
  };
}
