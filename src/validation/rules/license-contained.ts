import { licensesOf, parseLicenseExpression } from '../../ecosystems/spdx/expression.ts';
import { familyOf, ownTexts } from '../../ecosystems/spdx/text-worlds.ts';
import type { LicenseTerms } from '../license-terms.ts';
import { type Claim, judgeConflict } from './license-claim.ts';
import { licenseTextsOf } from './license-facts.ts';
import type { RuleInput, Statement } from './rule.ts';

/**
 * A text of a conda package's own that contains other licences than those declared, and none of them. Of wheels the rule
 * `bundled` speaks of such texts; what a conda package carries of others is not judged.
 */
export function judgeContained(
  input: RuleInput,
  claim: Claim,
  terms: LicenseTerms,
): readonly Statement[] {
  const { reading } = claim;
  if (input.name?.kind !== 'conda' || reading.kind !== 'worlds') return [];
  const declared = new Set(reading.worlds.flatMap(licensesOf).map(({ id }) => familyOf(id)));
  const foreign = ownTexts(licenseTextsOf(input) ?? [])
    .filter(({ match }) => match === 'contains')
    .map(({ expressions }) => expressions.map(parseLicenseExpression))
    .filter((texts) => texts.flatMap(licensesOf).every(({ id }) => !declared.has(familyOf(id))))
    .flat();
  if (foreign.length === 0) return [];
  const { worlds, ...facts } = reading;
  const conflict = { ...facts, kind: 'text-conflict', declared: worlds, texts: foreign } as const;
  return judgeConflict({ ...claim, reading: conflict }, terms);
}
