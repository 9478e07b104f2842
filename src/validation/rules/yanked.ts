import type { Rule, RuleInput, Statement } from './rule.ts';
import { describeSubject, quote } from './subject-words.ts';

/** What its authors took back (PEP 592) is not newly admitted; what was admitted before stays for lock files. */
export const yanked: Rule = {
  id: 'yanked',
  stage: 'record',
  codes: [
    {
      code: 'yanked/new',
      meaning: 'Its authors yanked it, and it was never admitted.',
    },
    {
      code: 'yanked/kept',
      meaning:
        'Its authors yanked it after it was admitted; it stays, listed as yanked. It approves.',
    },
    {
      code: 'yanked/unknown',
      meaning: 'There is no record, so that it may be yanked.',
    },
  ],
  judge,
};

function* judge(input: RuleInput): Generator<Statement> {
  const { policy, record, history } = input;
  const { value, place } = policy.versions.yanked;
  const who = describeSubject(input);
  if (history.admitted) {
    if (record?.yanked === undefined) return;
    const message = `${who} was yanked after it was admitted${because(record.yanked)}; it stays for lock files that pin it`;
    yield { code: 'yanked/kept', verdict: 'approve', message };
    return;
  }
  if (value === 'allow') return;
  if (record === undefined) {
    const message = `${who} may be yanked: there is no record of it, and versions.yanked is deny`;
    yield { code: 'yanked/unknown', verdict: 'deny', message, policy: place };
  } else if (record.yanked !== undefined) {
    const message = `${who} was yanked by its authors${because(record.yanked)}, and versions.yanked is deny`;
    yield { code: 'yanked/new', verdict: 'deny', message, policy: place };
  }
}

function because({ reason }: { readonly reason: string }): string {
  return reason === '' ? ' without a reason' : `: ${quote(reason)}`;
}
