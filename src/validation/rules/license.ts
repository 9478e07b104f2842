import { readLicense } from '../../ecosystems/spdx/worlds.ts';
import { type CoreMetadata, EXTRACTOR_OF_CONTENTS } from '../../model/evidence.ts';
import { grantsFor } from '../../policy/select.ts';
import { type LicenseTerms, licenseTerms } from '../license-terms.ts';
import { judgeChange } from './license-change.ts';
import {
  type Claim,
  judgeConflict,
  judgeEither,
  judgeUnsettled,
  judgeWorlds,
} from './license-claim.ts';
import { findClarified, judgeVoid } from './license-clarification.ts';
import { judgeContained } from './license-contained.ts';
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
  yield* judgeReading({ ...claim, reading }, terms);
  yield* judgeContained(input, { ...claim, reading }, terms);
  yield* judgeChange(input, reading);
  // A record that was patched must not hide what the package says of itself.
  for (const [file, built] of builtLicenses(input, metadata.metadata)) {
    const own = readLicense(built, licenseTextsOf(input));
    const named = `${claim.subject}, by its ${file},`;
    yield* judgeReading({ ...claim, subject: named, reading: own }, terms);
  }
}

function judgeReading(claim: Claim, terms: LicenseTerms): readonly Statement[] {
  const { reading } = claim;
  if (reading.kind === 'worlds') return judgeWorlds({ ...claim, reading }, terms);
  if (reading.kind === 'text-conflict') return judgeConflict({ ...claim, reading }, terms);
  const unsettled = judgeUnsettled({ ...claim, reading });
  return reading.kind === 'conflict'
    ? [unsettled, ...judgeEither({ ...claim, reading }, terms)]
    : [unsettled];
}

// As long as a licence is kept of an index.json.
const LONGEST_LICENSE = 4096;

/** Other licences than that of a conda package's record which its own files name. */
function builtLicenses(
  { evidence }: RuleInput,
  record: CoreMetadata,
): ReadonlyMap<string, CoreMetadata> {
  if (evidence?.kind !== 'conda') return new Map();
  const index = evidence.metadata.metadata;
  const { aboutLicense } = evidence;
  const built = new Map<string, CoreMetadata>();
  if (index.license !== undefined && index.license !== record.license)
    built.set('info/index.json', index);
  if (aboutLicense !== undefined && ![record.license, index.license].includes(aboutLicense))
    built.set('info/about.json', {
      ...index,
      license: aboutLicense,
      licenseIsLong: aboutLicense.length >= LONGEST_LICENSE,
    });
  return built;
}
