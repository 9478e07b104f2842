import { readLicense } from '../../ecosystems/spdx/worlds.ts';
import { EXTRACTOR_OF_CONTENTS } from '../../model/evidence.ts';
import { grantsFor } from '../../policy/select.ts';
import { licenseTerms } from '../license-terms.ts';
import { judgeChange } from './license-change.ts';
import { judgeConflict, judgeUnsettled, judgeWorlds } from './license-claim.ts';
import { findClarified, judgeVoid } from './license-clarification.ts';
import { describeRelease, licenseTextsOf } from './license-facts.ts';
import type { Rule, RuleInput, Statement } from './rule.ts';

/** The licence that metadata and texts tell, in every way they may be meant, must be one that the policy allows. */
export const license: Rule = {
  id: 'license',
  stage: 'metadata',
  codes: [
    {
      code: 'license/unknown',
      meaning: 'There is no metadata, or it names no licence.',
    },
    {
      code: 'license/text-only',
      meaning:
        'The metadata name no licence, and its licence texts were not read or do not say it.',
    },
    {
      code: 'license/unread',
      meaning: 'The License field or a classifier says something that no table knows.',
    },
    {
      code: 'license/invalid-expression',
      meaning: 'The License-Expression is not an SPDX licence expression.',
    },
    {
      code: 'license/conflict',
      meaning:
        'The License field, the classifiers and the licence texts exclude each other; it approves where the policy allows all that they say.',
    },
    {
      code: 'license/changed',
      meaning: 'A release that was admitted before had another licence.',
    },
    {
      code: 'license/ambiguous',
      meaning: 'The licence may be one that the policy allows or one that it does not.',
    },
    {
      code: 'license/not-allowed',
      meaning: 'However the metadata are meant, the policy does not allow the licence.',
    },
    {
      code: 'license/clarification-void',
      meaning: 'A clarification is bound to a licence text that the artifact does not hold.',
      since: EXTRACTOR_OF_CONTENTS,
    },
    {
      code: 'license/granted',
      meaning: 'A dated grant allows the licence to this project; this finding approves.',
    },
  ],
  judge,
};

function* judge(input: RuleInput): Generator<Statement> {
  const { policy, subject, now, metadata } = input;
  if (metadata === undefined) {
    yield {
      code: 'license/unknown',
      verdict: 'review',
      message: `${describeRelease(input)} has no metadata, so its licence is unknown`,
      policy: policy.licenses.place,
    };
    return;
  }
  const terms = licenseTerms(policy, grantsFor(policy, subject, now));
  const clarified = findClarified(input);
  if (clarified !== undefined) {
    yield* judgeWorlds(clarified, terms);
    return;
  }
  yield* judgeVoid(input);
  const reading = readLicense(metadata.metadata, licenseTextsOf(input));
  const claim = { subject: describeRelease(input), place: policy.licenses.place };
  if (reading.kind === 'worlds') yield* judgeWorlds({ ...claim, reading }, terms);
  else if (reading.kind === 'text-conflict') yield* judgeConflict({ ...claim, reading }, terms);
  else yield judgeUnsettled({ ...claim, reading });
  yield* judgeChange(input, reading);
}
