import {
  type LicenseExpression,
  licensesOf,
  parseLicenseExpression,
} from '../../ecosystems/spdx/expression.ts';
import { isOwnLicenseFile } from '../../ecosystems/spdx/license-files.ts';
import { familyOf } from '../../ecosystems/spdx/text-worlds.ts';
import type { LicenseText, WheelContents } from '../../model/contents.ts';
import { type BundledClaim, readClarified } from './bundled-claim.ts';
import { pathInDistribution } from './bundled-license.ts';
import { listExpressions } from './license-words.ts';
import type { RuleInput } from './rule.ts';
import { quote } from './subject-words.ts';

/**
 * The licence texts that an artifact carries for what it bundles: all but the texts of its own licence, and those that
 * are of a component that is known. Nobody says whose they are, or whether one of several may be chosen.
 */
export function claimTexts(
  input: RuleInput,
  contents: WheelContents,
  explained: {
    /** What the artifact itself is under. */
    readonly own: readonly LicenseExpression[];
    readonly components: readonly BundledClaim[];
  },
): readonly BundledClaim[] {
  const ofOwn = familiesOf(explained.own);
  const ofComponents = familiesOf(explained.components.flatMap(({ worlds }) => worlds));
  const bundled = (contents.components ?? []).filter(({ origin }) => origin === 'vendored');
  return (contents.licenseTexts ?? [])
    .filter(({ path, match }) => {
      const inner = bundled.map((one) => pathInDistribution(path, one.path)).find(isPresent);
      return !(isOwnLicenseFile(inner ?? path) && match === 'whole');
    })
    .flatMap((text) => {
      const isInDistInfo = /^[^/]+\.dist-info\//i.test(text.path);
      const known = isInDistInfo ? new Set([...ofOwn, ...ofComponents]) : ofComponents;
      return claimsOf(input, text, known);
    });
}

function claimsOf(
  input: RuleInput,
  text: LicenseText,
  known: ReadonlySet<string>,
): readonly BundledClaim[] {
  const clarified = readClarified(input, text.path);
  const meanings = clarified === undefined ? meaningsOf(text) : [clarified.worlds];
  const of = clarified?.origin ?? (text.match === 'whole' ? 'its text' : 'contained text');
  return meanings
    .filter((worlds) =>
      worlds.some((world) => ![...familiesOf([world])].every((id) => known.has(id))),
    )
    .map((worlds) => ({
      name: text.path,
      kind: 'worlds' as const,
      worlds,
      evidence: `${quote(text.path)} (sha256 ${text.sha256}): ${listExpressions(worlds)} (${of})`,
      isOptional: false,
    }));
}

function isPresent(path: string | undefined): path is string {
  return path !== undefined;
}

/** For each text in the file, what it may mean: its words do not tell `-only` from `-or-later`. */
function meaningsOf({
  match,
  expressions,
}: LicenseText): readonly (readonly LicenseExpression[])[] {
  if (match === 'whole') return [expressions.map(parseLicenseExpression)];
  return expressions.map((expression) =>
    (expression.endsWith('-only')
      ? [expression, expression.replace(/-only$/, '-or-later')]
      : [expression]
    ).map(parseLicenseExpression),
  );
}

function familiesOf(worlds: readonly LicenseExpression[]): ReadonlySet<string> {
  return new Set(worlds.flatMap(licensesOf).map(({ id }) => familyOf(id)));
}
