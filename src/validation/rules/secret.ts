import { EXTRACTOR_OF_CONTENTS } from '../../model/evidence.ts';
import { judgeContents } from './content.ts';
import { contentsOf, type Rule, type RuleInput, type Statement } from './rule.ts';
import { describeSubject, quote } from './subject-words.ts';

/** Keys and tokens that were left in the package by mistake must be looked at. */
export const secret: Rule = {
  id: 'secret',
  stage: 'contents',
  codes: [
    {
      code: 'secret/left',
      meaning: 'A text in it holds a key or a token in the form that its issuer gives them.',
    },
    {
      code: 'secret/unknown',
      meaning: 'Its contents were not read, so that nobody knows what was left in them.',
      since: EXTRACTOR_OF_CONTENTS,
    },
  ],
  judge,
};

function* judge(input: RuleInput): Generator<Statement> {
  const found = contentsOf(input)?.secrets;
  if (found === undefined) {
    const message = `${describeSubject(input)} may hold keys or tokens: its contents were not read`;
    yield { code: 'secret/unknown', verdict: 'deny', message };
    return;
  }
  yield* judgeContents(input, {
    key: 'secrets',
    code: 'secret/left',
    what: 'holds keys or tokens',
    items: found.map(({ path, kind }) => ({ text: `${kind} in ${quote(path)}` })),
    evidence: found.map(({ path, kind }) => `${quote(path)}: ${kind}`),
  });
}
