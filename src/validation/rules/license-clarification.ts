import type { LicenseClarification } from '../../policy/policy.ts';
import { clarificationsFor } from '../../policy/select.ts';
import type { Claim, WorldsReading } from './license-claim.ts';
import { describeRelease, licenseTextsOf } from './license-facts.ts';
import type { RuleInput, Statement } from './rule.ts';
import { quote } from './subject-words.ts';

/** Somebody has read the licence: what the metadata say no longer matters. Two clarifications are two worlds. */
export function findClarified(input: RuleInput): Claim<WorldsReading> | undefined {
  const clarifications = clarificationsOf(input).filter((entry) => holds(entry, input));
  const [first] = clarifications;
  if (first === undefined) return undefined;
  return {
    subject: describeRelease(input),
    place: first.place,
    reading: {
      kind: 'worlds',
      worlds: clarifications.map(({ expression }) => expression),
      origin: 'licenses.clarify',
      evidence: clarifications.map(({ reason }) => `clarified: ${reason}`),
      text: 'none',
    },
  };
}

function clarificationsOf({ policy, subject, name }: RuleInput): readonly LicenseClarification[] {
  return clarificationsFor(policy, { ...subject, name });
}

/**
 * Whether the artifact has the text that somebody read. Before the bytes are verified texts are mostly not known, and
 * it counts: enough to list, never to serve.
 */
function holds({ text }: LicenseClarification, input: RuleInput): boolean {
  if (text === undefined) return true;
  const known = licenseTextsOf(input);
  if (known === undefined) return input.evidence === undefined;
  return known.some(({ sha256 }) => sha256 === text);
}

/** Where no clarification of the release holds, nobody has read what is there now. */
export function* judgeVoid(input: RuleInput): Generator<Statement> {
  const [first] = clarificationsOf(input);
  if (first === undefined) return;
  const texts = licenseTextsOf(input) ?? [];
  yield {
    code: 'license/clarification-void',
    verdict: 'review',
    message: `${describeRelease(input)} does not hold the licence text that was read: ${first.text ?? ''} is none of its ${texts.length}`,
    policy: first.place,
    evidence: texts.map(({ path, sha256 }) => `${quote(path)} has ${sha256}`),
  };
}
