import { equalExpressions, formatLicenseExpression } from '../ecosystems/spdx/expression.ts';
import type { PolicyPlace } from '../model/decision.ts';
import { DAY_MS, type Instant } from '../model/time.ts';
import type { Dated, Policy, Remark } from './policy.ts';

const SOON_MS = 14 * DAY_MS;
const FAR_MS = 400 * DAY_MS;

/** What an author of the policy should know and that does not stop it; the same at any time. */
export function findRemarks(policy: Omit<Policy, 'remarks'>): readonly Remark[] {
  return [...findShadowed(policy), ...findRepeated(policy), ...findUnneededGrants(policy)];
}

/** The remarks of a policy at an instant: its own, and those about dates that are past, near or far off. */
export function remarksAt(policy: Policy, now: Instant): readonly Remark[] {
  const dated = [
    ...policy.licenses.grants.map((grant) => remarkOnDate('grant', grant, now)),
    ...policy.waivers.map((waiver) => remarkOnDate('waiver', waiver, now)),
  ];
  return [...policy.remarks, ...dated.filter((remark) => remark !== undefined)];
}

function remarkOnDate(what: string, dated: Dated, now: Instant): Remark | undefined {
  const day = new Date(dated.expires - DAY_MS).toISOString().slice(0, 10);
  const left = dated.expires - now;
  if (left <= 0) {
    const message = `the ${what} ended with ${day} and has no effect: remove it or renew it`;
    return { code: 'policy/expired', message, place: dated.place };
  }
  if (left <= SOON_MS) {
    const message = `the ${what} ends with ${day}, within 14 days: renew it or do without`;
    return { code: 'policy/expires-soon', message, place: dated.place };
  }
  if (left <= FAR_MS) return undefined;
  const message = `the ${what} lasts until ${day}, more than 400 days: an exception should be looked at each year`;
  return { code: 'policy/expires-late', message, place: dated.place };
}

function findShadowed({ packages }: Pick<Policy, 'packages'>): readonly Remark[] {
  return [...packages.allow.values()].flatMap(({ project, place }) => {
    const denial = packages.deny.get(project)?.find(({ versions }) => versions === undefined);
    if (denial === undefined) return [];
    const message = `${project} is allowed here and denied in every version at line ${denial.place.line}, which wins`;
    return [{ code: 'policy/shadowed', message, place }];
  });
}

function findRepeated(policy: Omit<Policy, 'remarks'>): readonly Remark[] {
  const { allow, bundled } = policy.licenses;
  const licenses = [...allow, ...bundled.allow].map(({ value, place }) => ({
    key: formatLicenseExpression(value),
    place,
  }));
  const ranges = [...policy.packages.allow.values()].flatMap((allowance) =>
    allowance.ranges.map(({ value, place }) => ({
      key: `${allowance.project} ${value.text}`.trimEnd(),
      place,
    })),
  );
  return [...findTwice(licenses), ...findTwice(ranges)];
}

interface Entry {
  readonly key: string;
  readonly place: PolicyPlace;
}

function findTwice(entries: readonly Entry[]): readonly Remark[] {
  const first = new Map<string, PolicyPlace>();
  return entries.flatMap(({ key, place }) => {
    const known = first.get(key);
    if (known === undefined) {
      first.set(key, place);
      return [];
    }
    return [
      {
        code: 'policy/repeated',
        message: `${key} is allowed at line ${known.line} already`,
        place,
      },
    ];
  });
}

function findUnneededGrants({ licenses }: Pick<Policy, 'licenses'>): readonly Remark[] {
  return licenses.grants.flatMap(({ expression, place }) => {
    const allowed = licenses.allow.find(({ value }) => equalExpressions(value, expression));
    if (allowed === undefined) return [];
    const shown = formatLicenseExpression(expression);
    const message = `${shown} needs no grant: line ${allowed.place.line} allows it for all`;
    return [{ code: 'policy/unneeded', message, place }];
  });
}
