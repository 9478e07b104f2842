import { EXTRACTOR_OF_CONTENTS } from '../../model/evidence.ts';
import { judgeContents } from './content.ts';
import { contentsOf, type Rule, type RuleInput, type Statement } from './rule.ts';
import { describeSubject, quote } from './subject-words.ts';

/** Code that hides what it does must be something that a person has looked at. */
export const obfuscation: Rule = {
  id: 'obfuscation',
  stage: 'contents',
  codes: [
    {
      code: 'obfuscation/mark',
      meaning:
        'It holds code that hides what it does: packed by an obfuscator, byte code without source, text that is decoded and run, or text that is shown in another order.',
    },
    {
      code: 'obfuscation/unknown',
      meaning: 'Its contents were not read, so that nobody knows whether code hides in them.',
      since: EXTRACTOR_OF_CONTENTS,
    },
  ],
  judge,
};

function* judge(input: RuleInput): Generator<Statement> {
  const found = contentsOf(input)?.obfuscation;
  if (found === undefined) {
    const message = `${describeSubject(input)} may hide what its code does: its contents were not read`;
    yield { code: 'obfuscation/unknown', verdict: 'deny', message };
    return;
  }
  yield* judgeContents(input, {
    key: 'obfuscation',
    code: 'obfuscation/mark',
    what: 'hides what its code does',
    items: found.map(({ path, kind }) => ({ text: `${kind} in ${quote(path)}` })),
    evidence: found.map(({ path, kind }) => `${quote(path)}: ${kind}`),
  });
}
