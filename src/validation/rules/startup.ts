import { EXTRACTOR_OF_CONTENTS } from '../../model/evidence.ts';
import { judgeContents } from './content.ts';
import { contentsOf, isOfSources, type Rule, type RuleInput, type Statement } from './rule.ts';
import { describeSubject, quote } from './subject-words.ts';

/** What runs at every start of Python, asked for or not, must be something that a person has looked at. */
export const startup: Rule = {
  id: 'startup',
  stage: 'contents',
  codes: [
    {
      code: 'startup/hook',
      meaning:
        'Once it is installed, every start of Python runs code of it: a line of a `.pth` file, a `.start` file, `sitecustomize` or `usercustomize`.',
    },
    {
      code: 'startup/unknown',
      meaning: 'Its contents were not read, so that nobody knows what it would run.',
      since: EXTRACTOR_OF_CONTENTS,
    },
  ],
  judge,
};

function* judge(input: RuleInput): Generator<Statement> {
  if (isOfSources(input)) return;
  const hooks = contentsOf(input)?.startup;
  if (hooks === undefined) {
    const message = `${describeSubject(input)} may run code at every start of Python: its contents were not read`;
    yield { code: 'startup/unknown', verdict: 'deny', message };
    return;
  }
  yield* judgeContents(input, {
    key: 'startup',
    code: 'startup/hook',
    what: 'runs code at every start of Python',
    items: hooks.map(({ path, sha256 }) => ({ text: quote(path), sha256 })),
    evidence: hooks.flatMap(({ path, sha256, lines }) => [
      `${quote(path)} (${sha256})`,
      ...lines.map(quote),
    ]),
  });
}
