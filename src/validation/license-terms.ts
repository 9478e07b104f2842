import { coversLicense } from '../ecosystems/spdx/covers.ts';
import {
  equalExpressions,
  joinExpressions,
  type LicenseExpression,
} from '../ecosystems/spdx/expression.ts';
import type { LicenseGrant, Policy } from '../policy/policy.ts';

/** What licences one project may have at one time: those allowed to all, and those granted to it. */
export interface LicenseTerms {
  readonly allow: readonly LicenseExpression[];
  /** In force, those that last longest first. */
  readonly grants: readonly LicenseGrant[];
  readonly exceptionsArePermissive: boolean;
}

/** Whether terms permit an expression, and through what. */
export type Permission =
  | {
      readonly permitted: true;
      /** The branch of each `OR` that was chosen. */
      readonly chosen: LicenseExpression;
      /** The grants without which it would not be permitted. */
      readonly grants: readonly LicenseGrant[];
    }
  | {
      readonly permitted: false;
      /** The licences that would have to be allowed, one of them for each `OR`. */
      readonly lacking: readonly LicenseExpression[];
    };

/** Puts the policy's list and the grants in force for a project together. */
export function licenseTerms(policy: Policy, grants: readonly LicenseGrant[]): LicenseTerms {
  return {
    allow: policy.licenses.allow.map(({ value }) => value),
    grants: grants.toSorted((left, right) => right.expires - left.expires),
    exceptionsArePermissive: policy.licenses.exceptionsArePermissive,
  };
}

/**
 * Permits a licence that is listed or granted, an `AND` of which each operand is permitted, and an `OR` of which
 * one is: the one that needs the fewest grants, so that no expiry takes away what needed none.
 */
export function permit(expression: LicenseExpression, terms: LicenseTerms): Permission {
  const direct = permitWhole(expression, terms);
  if (direct !== undefined) return direct;
  if (expression.kind === 'license') return { permitted: false, lacking: [expression] };
  const operands = expression.operands.map((operand) => permit(operand, terms));
  return expression.kind === 'and' ? permitAll(operands) : permitOne(operands);
}

function permitWhole(expression: LicenseExpression, terms: LicenseTerms): Permission | undefined {
  if (terms.allow.some((listed) => covers(listed, expression, terms))) {
    return { permitted: true, chosen: expression, grants: [] };
  }
  const grant = terms.grants.find((candidate) => covers(candidate.expression, expression, terms));
  return grant && { permitted: true, chosen: expression, grants: [grant] };
}

function permitAll(operands: readonly Permission[]): Permission {
  const lacking = lackingOf(operands);
  const permitted = operands.filter((operand) => operand.permitted);
  const [first, ...rest] = permitted.map(({ chosen }) => chosen);
  if (first === undefined || lacking.length > 0) return { permitted: false, lacking };
  return {
    permitted: true,
    chosen: joinExpressions('and', [first, ...rest]),
    grants: [...new Set(permitted.flatMap(({ grants }) => grants))],
  };
}

function permitOne(operands: readonly Permission[]): Permission {
  const permitted = operands.filter((operand) => operand.permitted);
  const best = permitted.toSorted(
    (left, right) =>
      left.grants.length - right.grants.length || lastsUntil(right) - lastsUntil(left),
  )[0];
  return best ?? { permitted: false, lacking: lackingOf(operands) };
}

function lastsUntil({ grants }: { readonly grants: readonly LicenseGrant[] }): number {
  return Math.min(Number.MAX_SAFE_INTEGER, ...grants.map(({ expires }) => expires));
}

function lackingOf(operands: readonly Permission[]): readonly LicenseExpression[] {
  return operands.flatMap((operand) => (operand.permitted ? [] : operand.lacking));
}

function covers(
  listed: LicenseExpression,
  expression: LicenseExpression,
  terms: LicenseTerms,
): boolean {
  if (listed.kind === 'license' || expression.kind === 'license') {
    if (listed.kind !== 'license' || expression.kind !== 'license') return false;
    return coversLicense(listed, expression, terms);
  }
  return equalExpressions(listed, expression);
}
