import {
  type Basis,
  type Decision,
  type Finding,
  type FindingCode,
  type PolicyPlace,
  worse,
} from '../model/decision.ts';
import { earliest } from '../model/time.ts';
import { modeOf, waiversFor } from '../policy/select.ts';
import { RULES } from './rules/index.ts';
import type { Rule, RuleInput, Statement } from './rules/rule.ts';
import { describeSubject } from './rules/subject-words.ts';

const STAGES: readonly Basis[] = ['record', 'metadata', 'contents'];

/**
 * Judges one subject on a basis: every rule whose stage the basis includes, given the facts of the basis and no
 * more, each statement under the policy's mode and waivers; the worst effect is the verdict. Pure, and total:
 * a rule that throws refuses.
 */
export function judge(input: RuleInput, basis: Basis, rules: readonly Rule[] = RULES): Decision {
  const reached = STAGES.slice(0, STAGES.indexOf(basis) + 1);
  const known = factsOf(input, basis);
  const findings = rules
    .filter((rule) => reached.includes(rule.stage))
    .flatMap((rule) => findingsOf(rule, known));
  const verdict = findings.map(({ effect }) => effect).reduce(worse, 'approve');
  const until = findings.map((finding) => finding.until).reduce(earliest, undefined);
  return { verdict, basis, findings, ...(until === undefined ? {} : { until }) };
}

/** Else the verdict on a basis would depend on what is known beyond it. */
function factsOf(input: RuleInput, basis: Basis): RuleInput {
  if (basis === 'contents') return input;
  const { listed: _listed, evidence: _evidence, provenance: _provenance, ...known } = input;
  if (basis === 'metadata') return known;
  const { metadata: _metadata, metadataFailure: _failure, ...record } = known;
  return record;
}

function findingsOf(rule: Rule, input: RuleInput): readonly Finding[] {
  return statementsOf(rule, input).map((statement) => {
    const { verdict } = statement;
    if (verdict === 'approve' || isUnwaivable(rule, statement.code))
      return { ...statement, effect: verdict };
    return isOutdated(rule, statement, input)
      ? reported(statement)
      : underPolicy(rule, statement, input);
  });
}

/** What was admitted before the rule existed is not taken away only because nobody has looked yet. */
function isOutdated(
  { codes }: Rule,
  { code }: Statement,
  { evidence, history }: RuleInput,
): boolean {
  const since = codes.find((known) => known.code === code)?.since;
  return since !== undefined && history.admitted && (evidence?.extractor ?? since) < since;
}

function reported(statement: Statement): Finding {
  const because = 'only reported until the contents are read again';
  return { ...statement, effect: 'approve', evidence: [...(statement.evidence ?? []), because] };
}

function statementsOf(rule: Rule, input: RuleInput): readonly Statement[] {
  try {
    return [...rule.judge(input)];
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    const message = `${describeSubject(input)} is refused, because the rule ${rule.id} failed: ${reason}`;
    return [{ code: `${rule.id}/failed`, verdict: 'deny', message }];
  }
}

/** What a rule did not announce (`<rule>/failed`) is as unwaivable as what it marks so. */
function isUnwaivable(rule: Rule, code: FindingCode): boolean {
  const known = rule.codes.find((candidate) => candidate.code === code);
  return known === undefined || known.unwaivable === true;
}

function underPolicy(rule: Rule, statement: Statement, input: RuleInput): Finding {
  const { policy, now } = input;
  const mode = modeOf(policy, rule.id);
  if (mode !== 'enforce') {
    const place = policy.rules.get(rule.id)?.place;
    return lifted(statement, `rules.${rule.id} is ${mode}, which only reports`, place);
  }
  const { source, project } = input.subject;
  const release = { source, project, name: input.name };
  const waivers = waiversFor(policy, { ...release, code: statement.code, now });
  const waiver = waivers.toSorted((left, right) => right.expires - left.expires)[0];
  if (waiver === undefined) return { ...statement, effect: statement.verdict };
  const until = earliest(statement.until, waiver.expires);
  return {
    ...lifted(statement, `waived by ${waiver.approver}: ${waiver.reason}`, waiver.place),
    ...(until === undefined ? {} : { until }),
  };
}

/** The statement stands, and the line of the policy that decides is the one that takes its effect away. */
function lifted(statement: Statement, because: string, place: PolicyPlace | undefined): Finding {
  return {
    ...statement,
    effect: 'approve',
    ...(place === undefined ? {} : { policy: place }),
    evidence: [...(statement.evidence ?? []), because],
  };
}
