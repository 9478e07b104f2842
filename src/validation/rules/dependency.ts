import { readNeeds } from '../../ecosystems/conda/needs.ts';
import { parseRequirement, type Requirement } from '../../ecosystems/pypi/requirements.ts';
import { isGatehouseError } from '../../model/errors.ts';
import type { Rule, RuleInput, Statement } from './rule.ts';
import { describeSubject, listSome, quote } from './subject-words.ts';

/** Every requirement must be one that can be read and that this mirror can judge. Whether it is met is the closure's. */
export const dependency: Rule = {
  id: 'dependency',
  stage: 'metadata',
  codes: [
    {
      code: 'dependency/direct-url',
      meaning:
        'A requirement names an address instead of versions, so that it would come past the mirror.',
    },
    {
      code: 'dependency/invalid',
      meaning:
        'A line of Requires-Dist is not a requirement of PEP 508, or an entry of `depends` is no match spec of conda.',
    },
    {
      code: 'dependency/dynamic',
      meaning:
        'It is a source distribution whose requirements are only known once it is built, which is never done here.',
    },
    {
      code: 'dependency/unknown',
      meaning: 'There is no metadata, so that its requirements are not known.',
    },
  ],
  judge,
};

const MOST_LINES = 20;

function* judge(input: RuleInput): Generator<Statement> {
  const who = describeSubject(input);
  const lines = input.metadata?.metadata.requiresDist;
  if (lines === undefined) {
    const message = `${who} has unknown requirements: it has no metadata`;
    yield { code: 'dependency/unknown', verdict: 'deny', message };
    return;
  }
  if (input.name?.kind === 'conda') {
    const extra = input.metadata?.metadata.conda?.extraDepends ?? {};
    yield* judgeDepends(input, [...lines, ...Object.values(extra).flat()]);
    return;
  }
  yield* judgeDynamic(input);
  const requirements = lines.map((line) => ({ line, requirement: findRequirement(line) }));
  const invalid = requirements.flatMap(({ line, requirement }) =>
    requirement === undefined ? [line] : [],
  );
  if (invalid.length > 0) {
    yield {
      code: 'dependency/invalid',
      verdict: 'deny',
      message: `${who} has a requirement that cannot be read: ${first(invalid)}`,
      evidence: invalid.slice(0, MOST_LINES).map(requiresDist),
    };
  }
  const { value, place } = input.policy.dependencies.directUrls;
  const direct = requirements.flatMap(({ line, requirement }) =>
    requirement?.url === undefined ? [] : [line],
  );
  if (value === 'allow' || direct.length === 0) return;
  yield {
    code: 'dependency/direct-url',
    verdict: 'deny',
    message: `${who} needs a direct URL: ${first(direct)}; dependencies.direct-urls is deny`,
    policy: place,
    evidence: direct.slice(0, MOST_LINES).map(requiresDist),
  };
}

/** What cannot be read, or is meant otherwise by each client, may need anything. */
function* judgeDepends(input: RuleInput, lines: readonly string[]): Generator<Statement> {
  const unread = readNeeds(lines).flatMap(({ text, spec }) => (spec === undefined ? [text] : []));
  if (unread.length === 0) return;
  yield {
    code: 'dependency/invalid',
    verdict: 'deny',
    message: `${describeSubject(input)} has a requirement that cannot be read: ${first(unread)}`,
    evidence: unread.slice(0, MOST_LINES).map((line) => `depends: ${quote(line)}`),
  };
}

const SETTLING = ['requires-dist', 'requires-python', 'provides-extra'];

/** What a source distribution says holds for the wheel that is built of it only since 2.2, and where it is not dynamic. */
function* judgeDynamic(input: RuleInput): Generator<Statement> {
  const known = input.metadata?.metadata;
  if (input.name?.kind !== 'sdist' || known === undefined) return;
  const open = known.dynamic.filter((field) => SETTLING.includes(field.toLowerCase()));
  const isOld = /^(?:1\.[0-9]+|2\.[01])$/.test(known.metadataVersion);
  if (open.length === 0 && !isOld) return;
  const because = isOld
    ? `its metadata are of version ${known.metadataVersion}, older than 2.2`
    : `${listSome(open.map(quote))} in its metadata is dynamic`;
  yield {
    code: 'dependency/dynamic',
    verdict: 'deny',
    message: `${describeSubject(input)} has unknown requirements, because it is not built here: ${because}`,
  };
}

function findRequirement(line: string): Requirement | undefined {
  try {
    return parseRequirement(line);
  } catch (error) {
    if (isGatehouseError(error, 'invalid-requirement')) return undefined;
    throw error;
  }
}

function first(lines: readonly string[]): string {
  return listSome(lines.map(quote), 1);
}

function requiresDist(line: string): string {
  return `Requires-Dist: ${quote(line)}`;
}
