import type { Rule, RuleInput, Statement } from './rule.ts';
import { describeSubject, quote } from './subject-words.ts';

/** What the index says of the whole project (PEP 792): quarantined refuses, the rest only informs. */
export const status: Rule = {
  id: 'status',
  stage: 'record',
  codes: [
    {
      code: 'status/quarantined',
      meaning: 'The index has quarantined the project, as it does with suspected malware.',
    },
    {
      code: 'status/archived',
      meaning: 'Its maintainers do not expect to update the project any more. It approves.',
    },
    {
      code: 'status/deprecated',
      meaning: 'Its maintainers call the project obsolete. It approves.',
    },
  ],
  judge,
};

// An absent status is an active project, says PEP 792, and many caches of an index leave it out.
function* judge(input: RuleInput): Generator<Statement> {
  const said = input.status;
  if (said === undefined || said.status === 'active') return;
  const reason = said.reason === undefined ? '' : `: ${quote(said.reason)}`;
  yield {
    code: `status/${said.status}`,
    verdict: said.status === 'quarantined' ? 'deny' : 'approve',
    message: `${describeSubject(input)} is of a project that is ${said.status} upstream${reason}`,
  };
}
