import { matchesName } from '../../policy/pattern.ts';
import { claimant, findAllowance, findDenial } from '../../policy/select.ts';
import type { Rule, RuleInput, Statement } from './rule.ts';
import { describeSubject } from './subject-words.ts';

/** The project must be one that the policy lets come from this source. */
export const packageRule: Rule = {
  id: 'package',
  stage: 'record',
  codes: [
    {
      code: 'package/not-listed',
      meaning:
        '`packages.allow` has no entry for the project, and `dependencies.closure` is `listed`.',
    },
    {
      code: 'package/denied',
      meaning: 'An entry of `packages.deny` means the project or the version.',
      unwaivable: true,
    },
    {
      code: 'package/claimed',
      meaning:
        "Another source's `claims` cover the name, or the entry of a conda package names another channel, so that it comes from there only.",
      unwaivable: true,
    },
    {
      code: 'package/unknown-source',
      meaning: '`sources` does not name the source that it comes from.',
      unwaivable: true,
    },
  ],
  judge,
};

function* judge(input: RuleInput): Generator<Statement> {
  const { policy, subject } = input;
  yield* denied(input);
  yield* misplaced(input);
  const { closure } = policy.dependencies;
  if (closure.value === 'listed' && findAllowance(policy, subject.project) === undefined) {
    yield {
      code: 'package/not-listed',
      verdict: 'deny',
      message: `${describeSubject(input)} is not listed: packages.allow has no entry for ${subject.project}, and dependencies.closure is listed`,
      policy: closure.place,
    };
  }
}

function* denied(input: RuleInput): Generator<Statement> {
  const { policy, subject, name } = input;
  const denial = findDenial(policy, { ...subject, name });
  if (denial === undefined) return;
  const { versions, reason, instead } = denial;
  const entry = versions === undefined ? '' : ` ${versions.text}`;
  yield {
    code: 'package/denied',
    verdict: 'deny',
    message: `${describeSubject(input)} is denied${instead === undefined ? '' : `, use ${instead} instead`}: ${reason} (packages.deny has ${denial.project}${entry})`,
    policy: denial.place,
  };
}

function* misplaced(input: RuleInput): Generator<Statement> {
  const { policy, subject } = input;
  const { source, project } = subject;
  const who = describeSubject(input);
  const owner = policy.ecosystem === 'pypi' ? claimant(policy, project) : undefined;
  if (owner !== undefined && owner.id !== source) {
    const claim = owner.claims.find(({ value }) => matchesName(value, project));
    yield {
      code: 'package/claimed',
      verdict: 'deny',
      message: `${who} is from the source ${source}, but the source ${owner.id} claims ${claim?.value ?? project}`,
      policy: claim?.place ?? owner.place,
    };
  }
  const entry = findAllowance(policy, project);
  if (entry?.source !== undefined && entry.source !== source) {
    yield {
      code: 'package/claimed',
      verdict: 'deny',
      message: `${who} is from the source ${source}, but packages.allow has it from ${entry.source}`,
      policy: entry.place,
    };
  }
  if (!policy.sources.some(({ id }) => id === source)) {
    yield {
      code: 'package/unknown-source',
      verdict: 'deny',
      message: `${who} is from the source ${source}, which the policy does not name; sources: ${policy.sources.map(({ id }) => id).join(', ')}`,
    };
  }
}
