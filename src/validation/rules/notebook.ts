import { EXTRACTOR_OF_CONTENTS } from '../../model/evidence.ts';
import { judgeContents } from './content.ts';
import { contentsOf, isOfSources, type Rule, type RuleInput, type Statement } from './rule.ts';
import { describeSubject, quote } from './subject-words.ts';

/** What Jupyter loads by itself must be something that a person has looked at. */
export const notebook: Rule = {
  id: 'notebook',
  stage: 'contents',
  codes: [
    {
      code: 'notebook/hook',
      meaning:
        'Once it is installed, Jupyter or IPython load something of it by themselves: settings, a server or front-end extension, a kernel.',
    },
    {
      code: 'notebook/unknown',
      meaning: 'Its contents were not read, so that nobody knows what Jupyter would load.',
      since: EXTRACTOR_OF_CONTENTS,
    },
  ],
  judge,
};

function* judge(input: RuleInput): Generator<Statement> {
  if (isOfSources(input)) return;
  const paths = contentsOf(input)?.notebook;
  if (paths === undefined) {
    const message = `${describeSubject(input)} may be loaded by Jupyter by itself: its contents were not read`;
    yield { code: 'notebook/unknown', verdict: 'deny', message };
    return;
  }
  const quoted = paths.map(quote);
  yield* judgeContents(input, {
    key: 'notebook',
    code: 'notebook/hook',
    what: 'is loaded by Jupyter by itself',
    items: quoted.map((text) => ({ text })),
    evidence: quoted,
  });
}
