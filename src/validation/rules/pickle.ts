import { EXTRACTOR_OF_CONTENTS } from '../../model/evidence.ts';
import { judgeContents } from './content.ts';
import { contentsOf, type Rule, type RuleInput, type Statement } from './rule.ts';
import { describeSubject, quote } from './subject-words.ts';

/** Pickles run what they name when they are loaded: what no list knows must be something that a person has looked at. */
export const pickle: Rule = {
  id: 'pickle',
  stage: 'contents',
  codes: [
    {
      code: 'pickle/unlisted',
      meaning:
        'It holds pickles that would look up something else than the plain data types of a list.',
    },
    {
      code: 'pickle/unreadable',
      meaning: 'It holds pickles that cannot be walked to their end.',
    },
    {
      code: 'pickle/unknown',
      meaning: 'Its contents were not read, so that nobody knows what its pickles would run.',
      since: EXTRACTOR_OF_CONTENTS,
    },
  ],
  judge,
};

function* judge(input: RuleInput): Generator<Statement> {
  const found = contentsOf(input)?.pickles;
  if (found === undefined) {
    const message = `${describeSubject(input)} may hold pickles: its contents were not read`;
    yield { code: 'pickle/unknown', verdict: 'deny', message };
    return;
  }
  const unlisted = found.filter(({ outcome }) => outcome === 'unlisted');
  yield* judgeContents(input, {
    key: 'pickles',
    code: 'pickle/unlisted',
    what: 'holds pickles that would run something',
    items: unlisted.map(({ path, names }) => ({
      text: `${quote(path)} names ${quote(names[0] ?? '?')}`,
    })),
    evidence: unlisted.map(({ path, names }) => `${quote(path)}: ${names.map(quote).join(', ')}`),
  });
  const unreadable = found
    .filter(({ outcome }) => outcome === 'unreadable')
    .map(({ path }) => quote(path));
  yield* judgeContents(input, {
    key: 'pickles',
    code: 'pickle/unreadable',
    what: 'holds pickles that cannot be walked',
    items: unreadable.map((text) => ({ text })),
    evidence: unreadable,
  });
}
