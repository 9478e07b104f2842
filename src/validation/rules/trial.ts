import type { TrialFact } from '../../model/trial.ts';
import { judgeContents } from './content.ts';
import type { Rule, RuleInput, Statement } from './rule.ts';
import { describeSubject, quote } from './subject-words.ts';

/** Where the policy wants trial installations, an artifact has had one, and nothing was seen or a person has looked. */
export const trial: Rule = {
  id: 'trial',
  stage: 'contents',
  codes: [
    {
      code: 'trial/missing',
      meaning: 'The policy wants a trial installation, and nobody tried it.',
    },
    {
      code: 'trial/not-installed',
      meaning: 'In its trial it could not be installed, or not be watched to the end.',
    },
    {
      code: 'trial/wrote',
      meaning: 'In its trial it wrote files outside its folder for temporary files and its cache.',
    },
    { code: 'trial/executed', meaning: 'In its trial it ran programs.' },
    {
      code: 'trial/connected',
      meaning: 'In its trial it connected, listened or looked up a name.',
    },
    { code: 'trial/import', meaning: 'In its trial modules of it could not be imported.' },
  ],
  judge,
};

function* judge(input: RuleInput): Generator<Statement> {
  const { policy, trial: fact, history } = input;
  const { value, place } = policy.content['install-probe'];
  // Sources and conda packages are not tried, so that nothing could ever be seen of them.
  if (value === 'allow' || (input.name !== undefined && input.name.kind !== 'wheel')) return;
  const what = describeSubject(input);
  if (fact === undefined) {
    // What was admitted before the policy wanted it stays.
    const verdict = history.admitted ? 'approve' : 'review';
    const message = `${what} has had no trial installation, which the policy wants`;
    yield { code: 'trial/missing', verdict, message, policy: place };
    return;
  }
  yield* observed(input, fact);
  if (fact.imports.length === 0) return;
  const evidence = fact.imports.map(({ module, error }) => quote(`${module}: ${error}`));
  const message = `${what} has modules that were not imported in its trial: ${evidence[0] ?? ''}`;
  yield { code: 'trial/import', verdict: 'approve', message, policy: place, evidence };
}

function* observed(input: RuleInput, fact: TrialFact): Generator<Statement> {
  const { failure, wrote, executed, connected } = fact;
  const failures = failure === undefined ? [] : [failure];
  yield* about(input, 'trial/not-installed', { what: 'failed in its trial', texts: failures });
  yield* about(input, 'trial/connected', {
    what: 'used the network in its trial',
    texts: connected,
  });
  yield* about(input, 'trial/executed', { what: 'ran programs in its trial', texts: executed });
  yield* about(input, 'trial/wrote', { what: 'wrote files in its trial', texts: wrote });
}

function about(
  input: RuleInput,
  code: Statement['code'],
  { what, texts }: { readonly what: string; readonly texts: readonly string[] },
): Generator<Statement> {
  const quoted = texts.map(quote);
  const items = quoted.map((text) => ({ text }));
  return judgeContents(input, { key: 'install-probe', code, what, items, evidence: quoted });
}
