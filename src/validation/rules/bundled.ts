import { readLicense } from '../../ecosystems/spdx/worlds.ts';
import { NAMES_LISTED, TEXTS_LISTED, type WheelContents } from '../../model/contents.ts';
import { EXTRACTOR_OF_COMPONENTS } from '../../model/evidence.ts';
import { type BundledClaim, claimComponents } from './bundled-claim.ts';
import { judgeClaims, verdictOf } from './bundled-outcome.ts';
import { claimTexts } from './bundled-texts.ts';
import { findClarified } from './license-clarification.ts';
import { contentsOf, isOfConda, type Rule, type RuleInput, type Statement } from './rule.ts';
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
      code: 'bundled/conflict',
      meaning:
        'The licence of something that it bundles is said in ways that exclude each other; it approves where the policy allows all of them.',
    },
    {
      code: 'bundled/unread',
      meaning: 'The licence of something that it bundles is said in words that no table knows.',
    },
    {
      code: 'bundled/text',
      meaning: 'It carries the text of a licence that the policy does not allow, of nothing known.',
    },
    {
      code: 'bundled/incomplete',
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
  if (isOfConda(input)) return;
  const contents = contentsOf(input);
  if (contents?.components === undefined) {
    const message = `${describeSubject(input)} may bundle anything: its contents were not read for it`;
    yield { code: 'bundled/incomplete', verdict: 'deny', message };
    return;
  }
  yield* judgeComplete(input, contents);
  const components = claimComponents(input, contents);
  const texts = claimTexts(input, contents, { own: ownLicense(input, contents), components });
  yield* judgeClaims(input, { components, texts });
}

function ownLicense(input: RuleInput, { licenseTexts }: WheelContents): BundledClaim['worlds'] {
  const clarified = findClarified(input);
  if (clarified !== undefined) return clarified.reading.worlds;
  if (input.metadata === undefined) return [];
  const reading = readLicense(input.metadata.metadata, licenseTexts);
  return reading.kind === 'worlds' ? reading.worlds : [];
}

/** Something there says what is bundled, and nobody can read it. */
function* judgeComplete(
  input: RuleInput,
  { components = [], unreadComponents = [], licenseTexts = [] }: WheelContents,
): Generator<Statement> {
  const reasons = [
    ...unreadComponents.map((path) => `${quote(path)} cannot be read`),
    ...(components.length >= NAMES_LISTED ? [`only ${NAMES_LISTED} components are listed`] : []),
    ...(licenseTexts.length >= TEXTS_LISTED ? [`only ${TEXTS_LISTED} licence texts are read`] : []),
  ];
  if (reasons.length === 0) return;
  const { value, place } = input.policy.licenses.bundled.others;
  yield {
    code: 'bundled/incomplete',
    verdict: verdictOf(value),
    message: `${describeSubject(input)} may bundle more than was read: ${listSome(reasons)}`,
    policy: place,
    evidence: reasons,
  };
}
