import type { Rule, RuleInput, Statement } from './rule.ts';
import { describeSubject, listSome, quote } from './subject-words.ts';

/** RECORD must name every member of the wheel, and nothing else: what it does not name is not uninstalled. */
export const recordFile: Rule = {
  id: 'record-file',
  stage: 'contents',
  codes: [
    {
      code: 'record-file/unlisted',
      meaning: 'The wheel holds a file that its RECORD does not name.',
    },
    {
      code: 'record-file/missing',
      meaning: 'RECORD names a file that the wheel does not hold.',
    },
    {
      code: 'record-file/unknown',
      meaning: 'There is no evidence of a wheel, so that nobody knows what RECORD names.',
    },
  ],
  judge,
};

function* judge(input: RuleInput): Generator<Statement> {
  const { evidence } = input;
  const who = describeSubject(input);
  const deny = { verdict: 'deny' } as const;
  if (evidence?.kind !== 'wheel') {
    const message = `${who} has an unknown RECORD: there is no evidence of a wheel`;
    yield { ...deny, code: 'record-file/unknown', message };
    return;
  }
  const unlisted = evidence.unrecorded.map(quote);
  if (unlisted.length > 0) {
    const message = `${who} holds files that RECORD does not name: ${listSome(unlisted)}`;
    yield { ...deny, code: 'record-file/unlisted', message, evidence: unlisted };
  }
  const missing = evidence.missing.map(quote);
  if (missing.length > 0) {
    const message = `${who} lacks files that RECORD names: ${listSome(missing)}`;
    yield { ...deny, code: 'record-file/missing', message, evidence: missing };
  }
}
