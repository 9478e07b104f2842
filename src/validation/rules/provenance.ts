import type { Verdict } from '../../model/decision.ts';
import type { VerifiedProvenance } from '../../model/provenance.ts';
import type { ContentEffect } from '../../policy/content-keys.ts';
import type { Placed, RequiredAttestation } from '../../policy/policy.ts';
import { requiredAttestations, verifiesAttestations } from '../../policy/select.ts';
import type { Rule, RuleInput, Statement } from './rule.ts';
import { describeSubject, listSome, quote } from './subject-words.ts';

/** Attestations that upstream offers must be right, and go on being there, of the same publisher. */
export const provenance: Rule = {
  id: 'provenance',
  stage: 'contents',
  codes: [
    {
      code: 'provenance/invalid',
      meaning:
        'Upstream offers an attestation that is wrong: of other bytes, of another publisher than stated, or not signed as it must be.',
    },
    {
      code: 'provenance/missing',
      meaning: 'The policy requires an attestation, and upstream offers none.',
    },
    {
      code: 'provenance/wrong-publisher',
      meaning: 'The policy names the publishers of the project, and it is of another one.',
    },
    {
      code: 'provenance/downgrade',
      meaning:
        'An earlier release that was admitted had a verified attestation, and this has none.',
    },
    {
      code: 'provenance/publisher-changed',
      meaning: 'It was published by another workflow than the last release that was admitted.',
    },
    {
      code: 'provenance/unknown',
      meaning:
        'Upstream offers an attestation that could not be had, so that nobody has verified it.',
    },
  ],
  judge,
};

function* judge(input: RuleInput): Generator<Statement> {
  const { policy, subject, provenance: fact, record } = input;
  if (!verifiesAttestations(policy, subject.project)) return;
  const what = describeSubject(input);
  if (fact?.kind === 'refused') {
    const message = `${what} has an attestation that is refused: ${quote(fact.message)}`;
    const evidence = [`reason: ${fact.reason}`];
    yield { code: 'provenance/invalid', verdict: 'deny', message, evidence };
  } else if (fact !== undefined) {
    yield* judgeVerified(input, fact);
  } else if (record === undefined || record.provenance !== undefined) {
    const message = `${what} may have an attestation, which nobody has verified`;
    yield { code: 'provenance/unknown', verdict: unlessAdmitted(input, 'deny'), message };
  } else {
    yield* judgeAbsent(input);
  }
}

/** Nothing is offered: where it is required, or was there before, that says something. */
function* judgeAbsent(input: RuleInput): Generator<Statement> {
  const { policy, subject, history } = input;
  const what = describeSubject(input);
  const [required] = requiredAttestations(policy, subject.project);
  if (required !== undefined) {
    const message = `${what} has no attestation, and the policy requires one`;
    yield { code: 'provenance/missing', verdict: 'deny', message, policy: required.place };
    return;
  }
  const { published } = history;
  if (published === undefined) return;
  const before = `${published.version} has one of ${listSome(published.publishers)}`;
  const message = `${what} has no attestation, and ${before}`;
  yield { code: 'provenance/downgrade', message, ...effect(input, policy.attestations.downgrade) };
}

function* judgeVerified(input: RuleInput, fact: VerifiedProvenance): Generator<Statement> {
  const { policy, subject, history } = input;
  const publishers = [...new Set(fact.attestations.map(({ publisher }) => publisher.id))];
  const published = `${describeSubject(input)} is published by ${listSome(publishers)}`;
  const named = requiredAttestations(policy, subject.project).filter(
    (entry) => entry.publishers !== undefined,
  );
  const [wrong] = named.filter((entry) => !hasOnly(entry, publishers));
  if (wrong !== undefined) {
    const message = `${published}; the policy wants ${listSome(wrong.publishers ?? [])}`;
    yield { code: 'provenance/wrong-publisher', verdict: 'deny', message, policy: wrong.place };
    return;
  }
  const before = history.published;
  // A person wrote down who publishes it: that stands above who did.
  if (named.length > 0 || before === undefined) return;
  if (publishers.every((publisher) => before.publishers.includes(publisher))) return;
  const message = `${published}; ${before.version} by ${listSome(before.publishers)}`;
  const change = effect(input, policy.attestations.publisherChange);
  yield { code: 'provenance/publisher-changed', message, ...change };
}

function hasOnly({ publishers }: RequiredAttestation, stated: readonly string[]): boolean {
  return stated.every((publisher) => publishers?.includes(publisher));
}

function effect(
  input: RuleInput,
  { value, place }: Placed<ContentEffect>,
): Pick<Statement, 'verdict' | 'policy'> {
  return { verdict: unlessAdmitted(input, value === 'allow' ? 'approve' : value), policy: place };
}

/** What was admitted stays: a release of before may come in later, and upstream may offer more later. */
function unlessAdmitted({ history }: RuleInput, verdict: Verdict): Verdict {
  return history.admitted ? 'approve' : verdict;
}
