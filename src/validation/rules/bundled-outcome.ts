import { CONTENTS_LISTED } from '../../model/contents.ts';
import type { PolicyPlace, Verdict } from '../../model/decision.ts';
import { earliest, type Instant } from '../../model/time.ts';
import type { ContentEffect } from '../../policy/content-keys.ts';
import type { LicenseGrant } from '../../policy/policy.ts';
import { grantsFor } from '../../policy/select.ts';
import { type LicenseTerms, licenseTerms, permit } from '../license-terms.ts';
import type { BundledClaim } from './bundled-claim.ts';
import { listExpressions } from './license-words.ts';
import type { RuleInput, Statement } from './rule.ts';
import { describeSubject, listSome, quote } from './subject-words.ts';

/** What the policy makes of one claim. Nothing is said of what packages themselves may have. */
type Outcome = (typeof OUTCOMES)[number] | 'silent';

interface Judged {
  readonly claim: BundledClaim;
  readonly outcome: Outcome;
  /** However it is meant. */
  readonly isPermitted: boolean;
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

const OUTCOMES = [
  'not-allowed',
  'ambiguous',
  'conflict',
  'unread',
  'text',
  'unknown',
  'optional',
  'granted',
  'allowed',
] as const;

/** Nobody knows that it is not allowed, so a person can tell: nothing of it is refused for good. */
const UNSURE: ReadonlySet<Outcome> = new Set(['ambiguous', 'conflict', 'unread', 'text']);

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
  const { worlds, isOptional, kind } = claim;
  const permissions = worlds.map((world) => permit(world, bundled));
  const permitted = permissions.filter((permission) => permission.permitted);
  const grants = permitted.flatMap((permission) => permission.grants);
  const isPermitted = permitted.length === worlds.length;
  const found = { claim, isPermitted, grants };
  if (kind === 'silent') return { ...found, outcome: isOptional ? 'silent' : 'unknown' };
  if (isOptional && (kind === 'unread' || !isPermitted)) return { ...found, outcome: 'optional' };
  if (kind !== 'worlds') return { ...found, outcome: kind };
  if (!isPermitted) {
    return { ...found, outcome: permitted.length === 0 ? 'not-allowed' : 'ambiguous' };
  }
  if (grants.length > 0) return { ...found, outcome: 'granted' };
  const isOwn = worlds.every((world) => permit(world, own).permitted);
  return { ...found, outcome: isOwn ? 'silent' : 'allowed' };
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
  const names = judged.map(({ claim: { name, worlds } }) =>
    worlds.length === 0 ? quote(name) : `${quote(name)} (${listExpressions(worlds)})`,
  );
  const evidence = judged.map(({ claim }) => claim.evidence);
  const rest = evidence.length - CONTENTS_LISTED;
  const grants = judged.flatMap((one) => one.grants);
  const until = grants
    .map(({ expires }) => expires)
    .reduce<Instant | undefined>(earliest, undefined);
  const { verdict, place } = decide(input, outcome, judged);
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
  'not-allowed': `bundles what is under a licence that ${NEITHER} lists`,
  ambiguous: `bundles what may be under a licence that ${NEITHER} lists`,
  conflict: 'bundles what is said to be under different licences',
  unread: 'bundles what is under a licence that no table knows',
  text: `carries texts of licences that ${NEITHER} lists, and nothing says of what`,
  unknown: 'bundles what nothing says the licence of',
  optional: `could use, and does not bundle, what is under a licence that ${NEITHER} lists`,
  granted: 'bundles what a grant allows it',
  allowed: 'bundles what licenses.bundled.allow lists',
};

function decide(
  { policy }: RuleInput,
  outcome: (typeof OUTCOMES)[number],
  judged: readonly Judged[],
): { readonly verdict: Verdict; readonly place: PolicyPlace } {
  const { others, unknown, allow } = policy.licenses.bundled;
  if (outcome === 'not-allowed') return { place: others.place, verdict: verdictOf(others.value) };
  if (outcome === 'unknown') return { place: unknown.place, verdict: verdictOf(unknown.value) };
  if (UNSURE.has(outcome)) {
    const isFine = outcome === 'conflict' && judged.every(({ isPermitted }) => isPermitted);
    const verdict = isFine || others.value === 'allow' ? 'approve' : 'review';
    return { place: others.place, verdict };
  }
  const grant = judged.flatMap(({ grants }) => grants)[0];
  const place = outcome === 'granted' ? grant?.place : allow[0]?.place;
  return { place: place ?? others.place, verdict: 'approve' };
}

/** The verdict that is the effect of something. */
export function verdictOf(effect: ContentEffect): Verdict {
  return effect === 'allow' ? 'approve' : effect;
}
