import {
  formatLicenseExpression,
  type LicenseExpression,
} from '../../ecosystems/spdx/expression.ts';

const MOST_LISTED = 6;
const LONGEST_EXPRESSION = 160;

/** `is MIT (License-Expression)`, or `may be any of BSD-2-Clause, BSD-3-Clause (classifiers)`. */
export function describeWorlds(reading: {
  readonly worlds: readonly LicenseExpression[];
  readonly origin: string;
}): string {
  const different = new Set(reading.worlds.map(formatLicenseExpression)).size;
  const claim = different === 1 ? 'is' : 'may be any of';
  return `${claim} ${listExpressions(reading.worlds)} (${reading.origin})`;
}

/** `, which licenses.allow does not list`, or the same with the licences that would have to be listed. */
export function describeLack(
  worlds: readonly LicenseExpression[],
  lacking: readonly LicenseExpression[],
): string {
  const names = listExpressions(lacking);
  if (names !== listExpressions(worlds)) return `; licenses.allow does not list ${names}`;
  return worlds.length === 1
    ? ', which licenses.allow does not list'
    : ', none of which licenses.allow lists';
}

/** The different ones of some expressions, the first few of them by name; `nothing` where there are none. */
export function listExpressions(expressions: readonly LicenseExpression[]): string {
  const different = [...new Set(expressions.map(formatLicenseExpression))];
  if (different.length === 0) return 'nothing';
  const named = different.slice(0, MOST_LISTED).map(shorten).join(', ');
  const rest = different.length - MOST_LISTED;
  return rest > 0 ? `${named} and ${rest} more` : named;
}

function shorten(text: string): string {
  return text.length > LONGEST_EXPRESSION ? `${text.slice(0, LONGEST_EXPRESSION)}…` : text;
}
