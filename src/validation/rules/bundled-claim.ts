import type { LicenseExpression } from '../../ecosystems/spdx/expression.ts';
import type { WheelContents } from '../../model/contents.ts';
import { componentClarificationsFor } from '../../policy/select.ts';
import { readComponentLicense } from './bundled-license.ts';
import { listExpressions } from './license-words.ts';
import type { RuleInput } from './rule.ts';
import { quote } from './subject-words.ts';

/** What is known of the licence of something that an artifact bundles. */
export interface BundledClaim {
  /** As findings and clarifications name it. */
  readonly name: string;
  /** `unread`: somebody says it in words that no table knows. `silent`: nobody says it. Both have no worlds. */
  readonly kind: 'worlds' | 'conflict' | 'unread' | 'silent';
  /** One of these is meant. */
  readonly worlds: readonly LicenseExpression[];
  /** Where it was found, and who says its licence. */
  readonly evidence: string;
  /** An SBOM lists it as something that is not there. */
  readonly isOptional: boolean;
}

/** Reads the licence of each component: what a person has read, else what the wheel says, else what a table knows. */
export function claimComponents(
  input: RuleInput,
  { components = [], licenseTexts = [] }: WheelContents,
): readonly BundledClaim[] {
  return components.map((component) => {
    const { kind, worlds, origin } =
      readClarified(input, component.name) ?? readComponentLicense(component, licenseTexts);
    const { path, name, version, isOptional = false } = component;
    const what = quote(version === undefined ? name : `${name} ${version}`);
    const said = worlds.length === 0 ? origin : `${listExpressions(worlds)} (${origin})`;
    return { name, kind, worlds, evidence: `${quote(path)}: ${what}: ${said}`, isOptional };
  });
}

/** What persons have read of a component or a licence text; two entries that differ are two worlds. */
export function readClarified(
  { policy, subject, name }: RuleInput,
  component: string,
): (Pick<BundledClaim, 'kind' | 'worlds'> & { readonly origin: string }) | undefined {
  const release = { project: subject.project, version: name?.version };
  const entries = componentClarificationsFor(policy, release, component);
  if (entries.length === 0) return undefined;
  const origin = `clarified: ${entries.map(({ reason }) => reason).join('; ')}`;
  return { kind: 'worlds', worlds: entries.map(({ expression }) => expression), origin };
}
