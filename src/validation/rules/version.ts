import { takes } from '../../ecosystems/releases.ts';
import { findAllowance } from '../../policy/select.ts';
import type { Rule, RuleInput, Statement } from './rule.ts';
import { describeSubject } from './subject-words.ts';

/** The version must be readable, and in the range of the project's entry where there is one. */
export const version: Rule = {
  id: 'version',
  stage: 'record',
  codes: [
    {
      code: 'version/invalid',
      meaning: "The file name is not one of the project's with a version of PEP 440.",
    },
    {
      code: 'version/out-of-range',
      meaning: "The project's entry in `packages.allow` does not include the version.",
    },
  ],
  judge,
};

function* judge(input: RuleInput): Generator<Statement> {
  const { policy, subject, name } = input;
  if (name === undefined) {
    yield {
      code: 'version/invalid',
      verdict: 'deny',
      message: `${describeSubject(input)} has no valid version: the file name is not one of ${subject.project} with a version of PEP 440`,
    };
    return;
  }
  const entry = findAllowance(policy, subject.project);
  if (entry === undefined || entry.ranges.some(({ value }) => takes(value, name))) return;
  const ranges = entry.ranges.map(({ value }) => value.text).join(' or ');
  yield {
    code: 'version/out-of-range',
    verdict: 'deny',
    message: `${describeSubject(input)} is out of range: packages.allow has ${subject.project} ${ranges}`,
    policy: entry.ranges[0]?.place ?? entry.place,
  };
}
