import { EXTRACTOR_OF_CONTENTS } from '../../model/evidence.ts';
import { judgeContents } from './content.ts';
import { contentsOf, type Rule, type RuleInput, type Statement } from './rule.ts';
import { describeSubject, quote } from './subject-words.ts';

/** Programs beside the commands that are declared: the policy says whether somebody must look at them. */
export const executable: Rule = {
  id: 'executable',
  stage: 'contents',
  codes: [
    {
      code: 'executable/program',
      meaning: 'It carries programs: ELF, PE or Mach-O, or scripts outside the folder of commands.',
    },
    {
      code: 'executable/unknown',
      meaning: 'Its contents were not read, so that nobody knows what programs it carries.',
      since: EXTRACTOR_OF_CONTENTS,
    },
  ],
  judge,
};

function* judge(input: RuleInput): Generator<Statement> {
  const programs = contentsOf(input)?.executables;
  if (programs === undefined) {
    const message = `${describeSubject(input)} may carry programs: its contents were not read`;
    yield { code: 'executable/unknown', verdict: 'deny', message };
    return;
  }
  yield* judgeContents(input, {
    key: 'executables',
    code: 'executable/program',
    what: 'carries programs',
    items: programs.map(({ path, sha256 }) => ({ text: quote(path), sha256 })),
    evidence: programs.map(({ path, format, sha256 }) => `${quote(path)}: ${format} (${sha256})`),
  });
}
