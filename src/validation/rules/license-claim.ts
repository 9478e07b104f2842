import { formatLicenseExpression } from '../../ecosystems/spdx/expression.ts';
import type { LicenseReading } from '../../ecosystems/spdx/worlds.ts';
import type { PolicyPlace } from '../../model/decision.ts';
import { earliest, type Instant } from '../../model/time.ts';
import type { LicenseGrant } from '../../policy/policy.ts';
import { type LicenseTerms, permit } from '../license-terms.ts';
import { describeLack, describeWorlds, listExpressions } from './license-words.ts';
import type { Statement } from './rule.ts';

/** What is said of one artifact's licence. */
export interface Claim<Reading extends LicenseReading = LicenseReading> {
  /** Project and version, or the file name where that tells no version. */
  readonly subject: string;
  readonly reading: Reading;
  /** Where the policy decides: `licenses.allow`, or the clarification that said it. */
  readonly place: PolicyPlace;
}

export type WorldsReading = Extract<LicenseReading, { readonly kind: 'worlds' }>;
type TextConflict = Extract<LicenseReading, { readonly kind: 'text-conflict' }>;
type DeclaredConflict = Extract<LicenseReading, { readonly kind: 'conflict' }>;
type Unsettled = Exclude<LicenseReading, WorldsReading | TextConflict>;

/** Approves when every world is permitted, denies when none is, else leaves it to a person. */
export function judgeWorlds(
  claim: Claim<WorldsReading>,
  terms: LicenseTerms,
): readonly Statement[] {
  const permissions = claim.reading.worlds.map((world) => permit(world, terms));
  const refused = permissions.filter((permission) => !permission.permitted);
  const permitted = permissions.filter((permission) => permission.permitted);
  const grants = [...new Set(permitted.flatMap((permission) => permission.grants))];
  if (refused.length === 0) return grants.map((grant) => approveByGrant(claim, grant));

  const { subject, reading, place } = claim;
  const lacking = refused.flatMap((permission) => permission.lacking);
  const problem = `${subject} ${describeWorlds(reading)}${describeLack(reading.worlds, lacking)}`;
  const evidence = [
    ...reading.evidence,
    `licenses.allow: ${terms.allow.map(formatLicenseExpression).join(', ') || 'nothing'}`,
  ];
  if (permitted.length === 0) {
    const code = 'license/not-allowed';
    return [{ code, verdict: 'deny', message: problem, policy: place, evidence }];
  }
  const message =
    reading.text === 'unread'
      ? `${problem}; only its licence text, which is not read, could settle it`
      : problem;
  const until = grants
    .map(({ expires }) => expires)
    .reduce<Instant | undefined>(earliest, undefined);
  const statement = { code: 'license/ambiguous', verdict: 'review', message } as const;
  return [{ ...statement, policy: place, evidence, ...(until === undefined ? {} : { until }) }];
}

/** What is declared and what the texts say are worlds alike: only where the policy tells them apart, a person must. */
export function judgeConflict(
  claim: Claim<TextConflict>,
  terms: LicenseTerms,
): readonly Statement[] {
  const { subject, reading, place } = claim;
  const { declared, texts, origin, evidence, text } = reading;
  const worlds = {
    kind: 'worlds',
    worlds: [...declared, ...texts],
    origin,
    evidence,
    text,
  } as const;
  const judged = judgeWorlds({ ...claim, reading: worlds }, terms);
  const isRefused = judged.some(({ verdict }) => verdict !== 'approve');
  const outcome = isRefused ? 'licenses.allow does not list all of them' : 'both are allowed';
  const message = `${subject} declares ${listExpressions(declared)} (${origin}), but its licence text is that of ${listExpressions(texts)}; ${outcome}`;
  const verdict = isRefused ? 'review' : 'approve';
  const conflict: Statement = {
    code: 'license/conflict',
    verdict,
    message,
    policy: place,
    evidence,
  };
  const others = judged.filter(({ code }) => code !== 'license/ambiguous');
  return [conflict, ...others];
}

/** Denies what contradicts itself where nothing that it names is permitted: whichever is true, a person need not look. */
export function judgeEither(
  claim: Claim<DeclaredConflict>,
  terms: LicenseTerms,
): readonly Statement[] {
  const { field, classifiers, ...rest } = claim.reading;
  const worlds = {
    ...rest,
    kind: 'worlds',
    worlds: [...field, ...classifiers],
    origin: 'License and classifiers',
  } as const;
  const judged = judgeWorlds({ ...claim, reading: worlds }, terms);
  return judged.filter(({ verdict }) => verdict === 'deny');
}

/** Leaves to a person what does not come to a set of worlds. */
export function judgeUnsettled(claim: Claim<Unsettled>): Statement {
  const { subject, reading, place } = claim;
  const [reason, problem] = explain(reading);
  return {
    code: `license/${reason}`,
    verdict: 'review',
    message: `${subject} ${problem}`,
    policy: place,
    evidence: reading.evidence,
  };
}

function explain(reading: Unsettled): readonly [reason: string, problem: string] {
  if (reading.kind === 'invalid') {
    const problem = `has a License-Expression that cannot be read: ${reading.problem}`;
    return ['invalid-expression', problem];
  }
  if (reading.kind === 'conflict') {
    const field = listExpressions(reading.field);
    const classifiers = listExpressions(reading.classifiers);
    const problem = `contradicts itself: its License is ${field}, its classifiers are ${classifiers}`;
    return ['conflict', problem];
  }
  if (reading.kind === 'unread') {
    return ['unread', `names a licence that no table knows (${reading.origin}): ${reading.value}`];
  }
  if (reading.text === 'unread') {
    const problem = 'names no licence; only its licence text, which is not read, could settle it';
    return ['text-only', problem];
  }
  return reading.text === 'read'
    ? ['text-only', 'names no licence, and its licence texts are not those of known licences alone']
    : [
        'unknown',
        'names no licence, neither by License-Expression nor by License nor by classifier',
      ];
}

function approveByGrant(
  { subject, reading }: Claim<WorldsReading>,
  grant: LicenseGrant,
): Statement {
  const lastDay = new Date(grant.expires - 1).toISOString().slice(0, 10);
  const granted = listExpressions([grant.expression]);
  return {
    code: 'license/granted',
    verdict: 'approve',
    message: `${subject} ${describeWorlds(reading)}; ${granted} is granted until ${lastDay}: ${grant.reason}`,
    policy: grant.place,
    evidence: reading.evidence,
    until: grant.expires,
  };
}
