import type { ReleaseName } from '../../ecosystems/releases.ts';
import type { Rule, RuleInput, Statement } from './rule.ts';
import { describeSubject } from './subject-words.ts';

/** The artifact must be of a format that the policy allows: a source distribution runs code while it is installed. */
export const format: Rule = {
  id: 'format',
  stage: 'record',
  codes: [
    {
      code: 'format/denied',
      meaning: '`versions.formats` denies the format.',
    },
    {
      code: 'format/zip',
      meaning: 'It is a source distribution in a zip file, which is not read here.',
    },
    {
      code: 'format/unknown',
      meaning: 'It is not a file of a known format with a name that can be read.',
    },
  ],
  judge,
};

const NAMES = {
  wheel: 'a wheel',
  sdist: 'a source distribution',
  conda: 'a .conda package',
  'tar-bz2': 'a .tar.bz2 package',
} as const;

function* judge(input: RuleInput): Generator<Statement> {
  const { policy, subject, name } = input;
  if (name === undefined) {
    yield {
      code: 'format/unknown',
      verdict: 'deny',
      message: `${subject.project} (${subject.filename}) is not a file of a known format with a name that can be read`,
    };
    return;
  }
  const kind = keyOf(name);
  const { value, place } = policy.versions.formats[kind];
  if (value === 'allow') {
    if (name.kind !== 'sdist' || name.extension !== '.zip') return;
    // Only `.tar.gz` is one since PEP 625.
    const message = `${describeSubject(input)} is a source distribution in a zip file, which is not read here: ${subject.filename}`;
    yield { code: 'format/zip', verdict: 'deny', message };
    return;
  }
  yield {
    code: 'format/denied',
    verdict: 'deny',
    message: `${describeSubject(input)} is ${NAMES[kind]} (${subject.filename}), and versions.formats.${kind} is deny`,
    policy: place,
  };
}

/** As the policy calls the format. */
function keyOf(name: ReleaseName): keyof typeof NAMES {
  if (name.kind !== 'conda') return name.kind;
  return name.format === 'conda' ? 'conda' : 'tar-bz2';
}
