import { isPrereleaseVersion } from '../../ecosystems/releases.ts';
import type { Rule, RuleInput, Statement } from './rule.ts';
import { describeSubject } from './subject-words.ts';

/** Pre-releases and development releases come in only where the policy opens them. */
export const prerelease: Rule = {
  id: 'prerelease',
  stage: 'record',
  codes: [
    {
      code: 'prerelease/denied',
      meaning: 'The version is an alpha, beta, candidate or development release.',
    },
    {
      code: 'prerelease/unknown',
      meaning: 'No version can be read, so that it may be a pre-release.',
    },
  ],
  judge,
};

function* judge(input: RuleInput): Generator<Statement> {
  const { value, place } = input.policy.versions.prereleases;
  if (value === 'allow') return;
  if (input.name === undefined) {
    yield {
      code: 'prerelease/unknown',
      verdict: 'deny',
      message: `${describeSubject(input)} may be a pre-release: its version cannot be read, and versions.prereleases is deny`,
      policy: place,
    };
  } else if (isPrereleaseVersion(input.name.version)) {
    yield {
      code: 'prerelease/denied',
      verdict: 'deny',
      message: `${describeSubject(input)} is a pre-release, and versions.prereleases is deny`,
      policy: place,
    };
  }
}
