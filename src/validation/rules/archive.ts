import type { Evidence } from '../../model/evidence.ts';
import type { Rule, RuleInput, Statement } from './rule.ts';
import { describeSubject } from './subject-words.ts';

/**
 * The bytes must be an archive that every reader reads alike, of the format that the file name says; what is not
 * understood is refused.
 */
export const archive: Rule = {
  id: 'archive',
  stage: 'contents',
  codes: [
    {
      code: 'archive/refused',
      meaning: 'The archive is not one that every reader reads alike.',
      unwaivable: true,
    },
    {
      code: 'archive/missing',
      meaning: 'Nothing was extracted from its bytes.',
      unwaivable: true,
    },
    {
      code: 'archive/other-format',
      meaning: 'Its bytes are those of another format than its file name says.',
      unwaivable: true,
    },
  ],
  judge,
};

function* judge(input: RuleInput): Generator<Statement> {
  const { evidence, subject } = input;
  const who = describeSubject(input);
  if (evidence === undefined) {
    const message = `${who} has no evidence: nothing was extracted from its bytes`;
    yield { code: 'archive/missing', verdict: 'deny', message };
  } else if (evidence.kind === 'refused') {
    const message = `${who} has an archive that is refused, ${evidence.reason}: ${evidence.message}`;
    yield { code: 'archive/refused', verdict: 'deny', message };
  } else if (formatOf(evidence) !== formatNamed(input)) {
    const [what, whose] = WORDS[formatOf(evidence)];
    const message = `${who} has the bytes of ${what}, and a file name that is not ${whose}: ${subject.filename}`;
    yield { code: 'archive/other-format', verdict: 'deny', message };
  }
}

const WORDS = {
  wheel: ['a wheel', "a wheel's"],
  sdist: ['a source distribution in .tar.gz', "such a one's"],
  conda: ['a .conda package', "such a one's"],
  'tar.bz2': ['a .tar.bz2 package', "such a one's"],
} as const;

type Format = keyof typeof WORDS;

function formatOf(evidence: Exclude<Evidence, { readonly kind: 'refused' }>): Format {
  return evidence.kind === 'conda' ? evidence.format : evidence.kind;
}

/** What an installer takes it for; absent: nothing whose bytes are read here, as a source distribution in a zip file. */
function formatNamed({ name }: RuleInput): Format | undefined {
  if (name === undefined) return undefined;
  if (name.kind === 'conda') return name.format;
  if (name.kind !== 'sdist') return name.kind;
  return name.extension === '.tar.gz' ? 'sdist' : undefined;
}
