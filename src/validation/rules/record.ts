import type { Rule, RuleInput, Statement } from './rule.ts';
import { describeSubject } from './subject-words.ts';

/** Upstream must list the artifact; what it took off its list is not newly admitted. */
export const record: Rule = {
  id: 'record',
  stage: 'record',
  codes: [
    {
      code: 'record/gone',
      meaning: 'Upstream no longer lists it. It approves what was admitted before.',
    },
    {
      code: 'record/missing',
      meaning: 'There is no record of it.',
    },
  ],
  judge,
};

function* judge(input: RuleInput): Generator<Statement> {
  const who = describeSubject(input);
  if (input.record === undefined) {
    const message = `${who} has no record: upstream never listed it`;
    yield { code: 'record/missing', verdict: 'deny', message };
    return;
  }
  const { goneSince } = input.record;
  if (goneSince === undefined) return;
  const gone = `${who} is gone: upstream lists it no longer, since ${new Date(goneSince).toISOString().slice(0, 10)}`;
  yield input.history.admitted
    ? {
        code: 'record/gone',
        verdict: 'approve',
        message: `${gone}; it was admitted before and stays`,
      }
    : { code: 'record/gone', verdict: 'deny', message: gone };
}
