import { satisfies, type SpecifierSet } from '../ecosystems/pypi/specifiers.ts';
import type { Version } from '../ecosystems/pypi/versions.ts';
import type { FindingCode, Mode } from '../model/decision.ts';
import type { ProjectName } from '../model/subject.ts';
import type { Instant } from '../model/time.ts';
import type { ContentKey } from './content-keys.ts';
import { matchesName, narrownessOf } from './pattern.ts';
import type {
  Allowance,
  ComponentClarification,
  Dated,
  Denial,
  KnownContent,
  LicenseClarification,
  LicenseGrant,
  Policy,
  PolicySource,
  RequiredAttestation,
  Waiver,
} from './policy.ts';

/** One version of a project; absent: a version that no standard reads. */
export interface Release {
  readonly project: ProjectName;
  readonly version?: Version | undefined;
}

/** The entry of `packages.allow`; absent: the project is not allowed by name. */
export function findAllowance(policy: Policy, project: ProjectName): Allowance | undefined {
  return policy.packages.allow.get(project);
}

/** The first entry of `packages.deny` that means the release. One with versions also means a version that cannot be read. */
export function findDenial(policy: Policy, { project, version }: Release): Denial | undefined {
  const denials = policy.packages.deny.get(project) ?? [];
  return denials.find(({ versions }) => version === undefined || contains(versions, version));
}

/** The entry of `packages.deny` that means every version of the project; absent: none does. */
export function findProjectDenial(policy: Policy, project: ProjectName): Denial | undefined {
  return policy.packages.deny.get(project)?.find(({ versions }) => versions === undefined);
}

/** The only source that the project may come from; absent: any. Of several claims the narrowest decides. */
export function claimant(policy: Policy, project: ProjectName): PolicySource | undefined {
  const claims = policy.sources.flatMap((source) =>
    source.claims
      .filter(({ value }) => matchesName(value, project))
      .map(({ value }) => ({ source, narrowness: narrownessOf(value) })),
  );
  return claims.toSorted((left, right) => right.narrowness - left.narrowness)[0]?.source;
}

/** The waivers in force that lift the code for the release. One with versions never means a version that cannot be read. */
export function waiversFor(
  policy: Policy,
  { project, version, code, now }: Release & { readonly code: FindingCode; readonly now: Instant },
): readonly Waiver[] {
  return policy.waivers.filter(
    (waiver) =>
      waiver.project === project &&
      (waiver.rule === code || code.startsWith(`${waiver.rule}/`)) &&
      isInForce(waiver, now) &&
      containsKnown(waiver.versions, version),
  );
}

/** The grants in force for the project. */
export function grantsFor(
  policy: Policy,
  project: ProjectName,
  now: Instant,
): readonly LicenseGrant[] {
  return policy.licenses.grants.filter(
    (grant) =>
      isInForce(grant, now) && grant.packages.some((pattern) => matchesName(pattern, project)),
  );
}

/** The clarifications that mean the release; one with versions never means a version that cannot be read. */
export function clarificationsFor(
  policy: Policy,
  { project, version }: Release,
): readonly LicenseClarification[] {
  return policy.licenses.clarify.filter(
    (clarification) =>
      clarification.project === project && containsKnown(clarification.versions, version),
  );
}

/** The clarifications that mean a component of the release; names in any case. */
export function componentClarificationsFor(
  policy: Policy,
  { project, version }: Release,
  component: string,
): readonly ComponentClarification[] {
  return policy.licenses.bundled.clarify.filter(
    (clarification) =>
      clarification.project === project &&
      containsKnown(clarification.versions, version) &&
      clarification.component.toLowerCase() === component.toLowerCase(),
  );
}

/** What persons have looked at of a project's contents of one kind. */
export function knownContents(
  policy: Policy,
  { key, project }: { readonly key: ContentKey; readonly project: ProjectName },
): readonly KnownContent[] {
  return policy.content.known.filter(
    (known) => known.key === key && known.packages.some((pattern) => matchesName(pattern, project)),
  );
}

/** The entries of `integrity.attestations.require` that mean the project. */
export function requiredAttestations(
  policy: Policy,
  project: ProjectName,
): readonly RequiredAttestation[] {
  return policy.attestations.require.filter(({ packages }) =>
    packages.some((pattern) => matchesName(pattern, project)),
  );
}

/** Whether attestations of the project are looked at: they are required, or verified where they are. */
export function verifiesAttestations(policy: Policy, project: ProjectName): boolean {
  return (
    policy.attestations.verify.value !== 'off' || requiredAttestations(policy, project).length > 0
  );
}

/** What a rule's findings do. */
export function modeOf(policy: Policy, ruleId: string): Mode {
  return policy.rules.get(ruleId)?.value ?? 'enforce';
}

/** Whether a dated exception still holds. */
export function isInForce(dated: Dated, now: Instant): boolean {
  return now < dated.expires;
}

function containsKnown(versions: SpecifierSet | undefined, version: Version | undefined): boolean {
  return version === undefined ? versions === undefined : contains(versions, version);
}

function contains(versions: SpecifierSet | undefined, version: Version): boolean {
  return versions === undefined || satisfies(versions, version);
}
