import { CONTENTS_LISTED } from '../../model/contents.ts';
import type { PolicyPlace, Verdict } from '../../model/decision.ts';
import { earliest, type Instant } from '../../model/time.ts';
import type { LicenseGrant } from '../../policy/policy.ts';
import { grantsFor } from '../../policy/select.ts';
import { type LicenseTerms, licenseTerms, permit } from '../license-terms.ts';
import type { BundledClaim } from './bundled-claim.ts';
import { listExpressions } from './license-words.ts';
import type { RuleInput, Statement } from './rule.ts';
import { describeSubject, listSome, quote } from './subject-words.ts';

/** What the policy makes of one claim. Nothing is said of what packages themselves may have. */
type Outcome = 'not-allowed' | 'ambiguous' | 'text' | 'optional' | 'granted' | 'allowed' | 'silent';

interface Judged {
  readonly claim: BundledClaim;
  readonly outcome: Outcome;
  readonly grants: readonly LicenseGrant[];
}

/** One statement for each outcome, with all that has it. */
export function* judgeClaims(
  input: RuleInput,
  {
    components,
    texts,
  }: { readonly components: readonly BundledClaim[]; readonly texts: readonly BundledClaim[] },
): Generator<Statement> {
  const terms = termsOf(input);
  const judged = [
    ...components.map((claim) => judgeClaim(claim, terms)),
    ...texts.map((claim) => asText(judgeClaim(claim, terms))),
  ];
  for (const outcome of OUTCOMES) {
    const same = judged.filter((one) => one.outcome === outcome);
    if (same.length > 0) yield describeOutcome(input, outcome, same);
  }
}

const OUTCOMES = ['not-allowed', 'ambiguous', 'text', 'optional', 'granted', 'allowed'] as const;

interface BundledTerms {
  readonly own: LicenseTerms;
  readonly bundled: LicenseTerms;
}

function termsOf({ policy, subject, now }: RuleInput): BundledTerms {
  const own = licenseTerms(policy, grantsFor(policy, subject.project, now));
  const more = policy.licenses.bundled.allow.map(({ value }) => value);
  return { own: { ...own, grants: [] }, bundled: { ...own, allow: [...own.allow, ...more] } };
}

function judgeClaim(claim: BundledClaim, { own, bundled }: BundledTerms): Judged {
  const { worlds, isOptional } = claim;
  const permissions = worlds.map((world) => permit(world, bundled));
  const permitted = permissions.filter((permission) => permission.permitted);
  const grants = permitted.flatMap((permission) => permission.grants);
  if (permitted.length < worlds.length) {
    if (isOptional) return { claim, outcome: 'optional', grants };
    return { claim, outcome: permitted.length === 0 ? 'not-allowed' : 'ambiguous', grants };
  }
  if (grants.length > 0) return { claim, outcome: 'granted', grants };
  const isOwn = worlds.every((world) => permit(world, own).permitted);
  return { claim, outcome: isOwn ? 'silent' : 'allowed', grants };
}

/** A text alone does not say that something is under it. */
function asText(judged: Judged): Judged {
  const isRefused = judged.outcome === 'not-allowed' || judged.outcome === 'ambiguous';
  return isRefused ? { ...judged, outcome: 'text' } : judged;
}

function describeOutcome(
  input: RuleInput,
  outcome: (typeof OUTCOMES)[number],
  judged: readonly Judged[],
): Statement {
  const names = judged.map(
    ({ claim }) => `${quote(claim.name)} (${listExpressions(claim.worlds)})`,
  );
  const evidence = judged.map(({ claim }) => claim.evidence);
  const rest = evidence.length - CONTENTS_LISTED;
  const grants = judged.flatMap((one) => one.grants);
  const until = grants
    .map(({ expires }) => expires)
    .reduce<Instant | undefined>(earliest, undefined);
  const { verdict, place } = decide(input, outcome, grants);
  return {
    code: `bundled/${outcome}`,
    verdict,
    message: `${describeSubject(input)} ${WORDS[outcome]}: ${listSome([...new Set(names)])}`,
    policy: place,
    evidence: [
      ...evidence.slice(0, CONTENTS_LISTED),
      ...(rest > 0 ? [`and ${rest} more`] : []),
      ...grants.slice(0, 1).map(({ reason }) => `granted: ${reason}`),
    ],
    ...(until === undefined ? {} : { until }),
  };
}

const NEITHER = 'neither licenses.allow nor licenses.bundled.allow';
const WORDS: Readonly<Record<(typeof OUTCOMES)[number], string>> = {
  'not-allowed': `bundles what ${NEITHER} lists`,
  ambiguous: `bundles what may be under a licence that ${NEITHER} lists`,
  text: `carries licence texts that ${NEITHER} lists, and nothing says of what`,
  optional: `could use, and does not bundle, what ${NEITHER} lists`,
  granted: 'bundles what a grant allows it',
  allowed: 'bundles what licenses.bundled.allow lists',
};

function decide(
  { policy }: RuleInput,
  outcome: (typeof OUTCOMES)[number],
  grants: readonly LicenseGrant[],
): { readonly verdict: Verdict; readonly place: PolicyPlace } {
  const { others } = policy.licenses.bundled;
  const { place, value } = others;
  if (outcome === 'not-allowed') return { place, verdict: value === 'allow' ? 'approve' : value };
  if (outcome === 'ambiguous' || outcome === 'text') {
    return { place, verdict: value === 'allow' ? 'approve' : 'review' };
  }
  const [grant] = grants;
  if (outcome === 'granted' && grant !== undefined)
    return { place: grant.place, verdict: 'approve' };
  const [listed] = policy.licenses.bundled.allow;
  return { place: listed?.place ?? place, verdict: 'approve' };
}
