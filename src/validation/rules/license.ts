import { readLicense } from '../../ecosystems/spdx/worlds.ts';
import type { LicenseText } from '../../model/contents.ts';
import { EXTRACTOR_OF_CONTENTS } from '../../model/evidence.ts';
import type { LicenseClarification } from '../../policy/policy.ts';
import { clarificationsFor, grantsFor } from '../../policy/select.ts';
import { licenseTerms } from '../license-terms.ts';
import { type Claim, judgeUnsettled, judgeWorlds } from './license-claim.ts';
import type { Rule, RuleInput, Statement } from './rule.ts';
import { quote } from './subject-words.ts';

/** The licence that the metadata declare, in every way they may be meant, must be one that the policy allows. */
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
      meaning: 'The metadata name no licence; only a licence text, which is not read, could.',
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
      meaning: 'The License field and the classifiers exclude each other.',
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
  const { policy, subject, now } = input;
  const claim = readClaim(input);
  if (claim === undefined) {
    yield {
      code: 'license/unknown',
      verdict: 'review',
      message: `${describeSubject(input)} has no metadata, so its licence is unknown`,
      policy: policy.licenses.place,
    };
    return;
  }
  yield* findVoid(input);
  const { reading } = claim;
  if (reading.kind === 'worlds') {
    const terms = licenseTerms(policy, grantsFor(policy, subject.project, now));
    yield* judgeWorlds({ ...claim, reading }, terms);
  } else {
    yield judgeUnsettled({ ...claim, reading });
  }
}

function readClaim(input: RuleInput): Claim | undefined {
  if (input.metadata === undefined) return undefined;
  return (
    findClarified(input) ?? {
      subject: describeSubject(input),
      reading: readLicense(input.metadata.metadata),
      place: input.policy.licenses.place,
    }
  );
}

/** Known once the bytes are there: none of the texts that somebody read is in the artifact. */
function* findVoid(input: RuleInput): Generator<Statement> {
  const [first] = clarificationsOf(input);
  if (first === undefined || holding(input).length > 0) return;
  const texts = textsOf(input) ?? [];
  yield {
    code: 'license/clarification-void',
    verdict: 'review',
    message: `${describeSubject(input)} does not hold the licence text that was read: ${first.text ?? ''} is none of its ${texts.length}`,
    policy: first.place,
    evidence: texts.map(({ path, sha256 }) => `${quote(path)} has ${sha256}`),
  };
}

/** The clarifications that mean the artifact; of those that are bound to a text, once it is known, where it holds it. */
function holding(input: RuleInput): readonly LicenseClarification[] {
  const texts = textsOf(input);
  return clarificationsOf(input).filter(
    ({ text }) =>
      text === undefined || texts === undefined || texts.some(({ sha256 }) => sha256 === text),
  );
}

/** Absent: the bytes were not read. What an older program read has no texts. */
function textsOf({ evidence }: RuleInput): readonly LicenseText[] | undefined {
  return evidence?.kind === 'wheel' ? (evidence.contents?.licenseTexts ?? []) : undefined;
}

function clarificationsOf({ policy, subject, name }: RuleInput): readonly LicenseClarification[] {
  return clarificationsFor(policy, { project: subject.project, version: name?.version });
}

/** Somebody has read the licence: what the metadata say no longer matters. Two clarifications are two worlds. */
function findClarified(input: RuleInput): Claim | undefined {
  const clarifications = holding(input);
  const [first] = clarifications;
  if (first === undefined) return undefined;
  return {
    subject: describeSubject(input),
    place: first.place,
    reading: {
      kind: 'worlds',
      worlds: clarifications.map(({ expression }) => expression),
      origin: 'licenses.clarify',
      evidence: clarifications.map(({ reason }) => `clarified: ${reason}`),
      hasText: false,
    },
  };
}

function describeSubject({ subject, name }: RuleInput): string {
  return name === undefined ? subject.filename : `${subject.project} ${name.version.text}`;
}
