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
      meaning: 'Its bytes are those of a wheel, and its file name is not.',
      unwaivable: true,
    },
  ],
  judge,
};

function* judge(input: RuleInput): Generator<Statement> {
  const { evidence, name, subject } = input;
  const who = describeSubject(input);
  if (evidence === undefined) {
    const message = `${who} has no evidence: nothing was extracted from its bytes`;
    yield { code: 'archive/missing', verdict: 'deny', message };
  } else if (evidence.kind === 'refused') {
    const message = `${who} has an archive that is refused, ${evidence.reason}: ${evidence.message}`;
    yield { code: 'archive/refused', verdict: 'deny', message };
  } else if (name?.kind !== 'wheel') {
    const message = `${who} has the bytes of a wheel, and a file name that is not a wheel's: ${subject.filename}`;
    yield { code: 'archive/other-format', verdict: 'deny', message };
  }
}
