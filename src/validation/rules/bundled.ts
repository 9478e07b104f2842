import { readLicense } from '../../ecosystems/spdx/worlds.ts';
import { CONTENTS_LISTED, NAMES_LISTED, type WheelContents } from '../../model/contents.ts';
import type { Verdict } from '../../model/decision.ts';
import { EXTRACTOR_OF_COMPONENTS } from '../../model/evidence.ts';
import type { ContentEffect } from '../../policy/content-keys.ts';
import { type BundledClaim, claimComponents } from './bundled-claim.ts';
import { judgeClaims } from './bundled-outcome.ts';
import { claimTexts } from './bundled-texts.ts';
import { findClarified } from './license-clarification.ts';
import type { Rule, RuleInput, Statement } from './rule.ts';
import { describeSubject, listSome, quote } from './subject-words.ts';

/** What an artifact bundles of others must be under licences that the policy allows for it. */
export const bundled: Rule = {
  id: 'bundled',
  stage: 'contents',
  codes: [
    {
      code: 'bundled/not-allowed',
      meaning: 'However its licence is meant, the policy does not allow something that it bundles.',
    },
    {
      code: 'bundled/ambiguous',
      meaning: 'Something that it bundles may be under a licence that the policy does not allow.',
    },
    {
      code: 'bundled/text',
      meaning: 'It carries the text of a licence that the policy does not allow, of nothing known.',
    },
    {
      code: 'bundled/unread',
      meaning: 'What it bundles was not read, cannot be read, or is more than is listed.',
      since: EXTRACTOR_OF_COMPONENTS,
    },
    {
      code: 'bundled/unknown',
      meaning: 'Nothing says the licence of something that it bundles.',
    },
    {
      code: 'bundled/optional',
      meaning:
        'An SBOM names something that is not in it, under a licence that the policy does not allow; this finding approves.',
    },
    {
      code: 'bundled/granted',
      meaning:
        'A dated grant allows this project the licence of something that it bundles; this finding approves.',
    },
    {
      code: 'bundled/allowed',
      meaning:
        'Something that it bundles is under a licence that is allowed for bundled components only; this finding approves.',
    },
  ],
  judge,
};

function* judge(input: RuleInput): Generator<Statement> {
  const contents = input.evidence?.kind === 'wheel' ? input.evidence.contents : undefined;
  if (contents?.components === undefined) {
    const message = `${describeSubject(input)} may bundle anything: its contents were not read for it`;
    yield { code: 'bundled/unread', verdict: 'deny', message };
    return;
  }
  yield* judgeUnread(input, contents);
  const components = claimComponents(input, contents);
  const texts = claimTexts(input, contents, { own: ownLicense(input, contents), components });
  yield* judgeClaims(input, { components, texts });
  yield* judgeUnknown(input, components);
}

function ownLicense(input: RuleInput, { licenseTexts }: WheelContents): BundledClaim['worlds'] {
  const clarified = findClarified(input);
  if (clarified !== undefined) return clarified.reading.worlds;
  if (input.metadata === undefined) return [];
  const reading = readLicense(input.metadata.metadata, licenseTexts);
  return reading.kind === 'worlds' ? reading.worlds : [];
}

/** Something there says what is bundled, and nobody can read it. */
function* judgeUnread(
  input: RuleInput,
  { components = [], unreadComponents = [], licenseTexts = [] }: WheelContents,
): Generator<Statement> {
  const reasons = [
    ...unreadComponents.map((path) => `${quote(path)} cannot be read`),
    ...(components.length >= NAMES_LISTED ? [`only ${NAMES_LISTED} components are listed`] : []),
    ...(licenseTexts.length >= CONTENTS_LISTED
      ? [`only ${CONTENTS_LISTED} licence texts are listed`]
      : []),
  ];
  if (reasons.length === 0) return;
  const { value, place } = input.policy.licenses.bundled.others;
  yield {
    code: 'bundled/unread',
    verdict: verdictOf(value),
    message: `${describeSubject(input)} may bundle more than was read: ${listSome(reasons)}`,
    policy: place,
    evidence: reasons,
  };
}

function* judgeUnknown(
  input: RuleInput,
  components: readonly BundledClaim[],
): Generator<Statement> {
  const unknown = components.filter(({ worlds, isOptional }) => worlds.length === 0 && !isOptional);
  if (unknown.length === 0) return;
  const { value, place } = input.policy.licenses.bundled.unknown;
  const names = [...new Set(unknown.map(({ name }) => quote(name)))];
  yield {
    code: 'bundled/unknown',
    verdict: verdictOf(value),
    message: `${describeSubject(input)} bundles what nothing says the licence of: ${listSome(names)}`,
    policy: place,
    evidence: unknown.slice(0, CONTENTS_LISTED).map(({ evidence }) => evidence),
  };
}

function verdictOf(effect: ContentEffect): Verdict {
  return effect === 'allow' ? 'approve' : effect;
}
