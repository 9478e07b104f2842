import {
  type ReleaseName,
  type ReleaseRange,
  takes,
  takesOrUnknown,
} from '../ecosystems/releases.ts';
import { pypiNamesOf } from '../ecosystems/repackaged.ts';
import type { FindingCode, Mode } from '../model/decision.ts';
import type { ProjectName, SourceId } from '../model/subject.ts';
import type { Instant } from '../model/time.ts';
import type { ContentKey } from './content-keys.ts';
import { matchesName, meansPackage, narrownessOf } from './pattern.ts';
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

/** A project of one source. */
export interface Package {
  readonly source: SourceId;
  readonly project: ProjectName;
}

/** One artifact by its name; absent: a name that no standard reads. */
export interface Release extends Package {
  readonly name?: ReleaseName | undefined;
}

/** The entry of `packages.allow`; absent: the project is not allowed by name. */
export function findAllowance(policy: Policy, project: ProjectName): Allowance | undefined {
  return policy.packages.allow.get(project);
}

/** The first entry of `packages.deny` that means the release. One with versions also means a version that cannot be read. */
export function findDenial(policy: Policy, { source, project, name }: Release): Denial | undefined {
  return denialsOf(policy, project).find(
    (denial) =>
      (denial.source ?? source) === source &&
      (denial.versions === undefined ||
        name === undefined ||
        takesOrUnknown(denial.versions, name) !== false),
  );
}

/** What is denied at PyPI is denied as the conda package that repackages it. */
function denialsOf(policy: Policy, project: ProjectName): readonly Denial[] {
  const denials = policy.packages.deny.get(project) ?? [];
  if (policy.ecosystem === 'pypi') return denials;
  const repackaged = pypiNamesOf(project);
  return [
    ...denials,
    ...repackaged.flatMap((name) => policy.of.pypi.packages.deny.get(name) ?? []),
  ];
}

/** The entry of `packages.deny` that means every version of the project; absent: none does. */
export function findProjectDenial(policy: Policy, project: ProjectName): Denial | undefined {
  return denialsOf(policy, project).find(
    ({ versions, source }) =>
      versions === undefined &&
      (source === undefined ||
        policy.sources.every(({ id, kind }) => kind !== policy.ecosystem || id === source)),
  );
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
  { code, now, ...release }: Release & { readonly code: FindingCode; readonly now: Instant },
): readonly Waiver[] {
  return policy.waivers.filter(
    (waiver) =>
      isOf(policy, waiver, release) &&
      (waiver.rule === code || code.startsWith(`${waiver.rule}/`)) &&
      isInForce(waiver, now) &&
      containsKnown(waiver.versions, release),
  );
}

/** Whether an entry names the package of the release: one without a channel means projects of PyPI only. */
function isOf(
  { ecosystem }: Policy,
  entry: { readonly project: ProjectName; readonly source?: SourceId },
  { source, project }: Package,
): boolean {
  const isOfSource = ecosystem === 'pypi' ? entry.source === undefined : entry.source === source;
  return isOfSource && entry.project === project;
}

/** The grants in force for the package. */
export function grantsFor(policy: Policy, of: Package, now: Instant): readonly LicenseGrant[] {
  return policy.licenses.grants.filter(
    (grant) => isInForce(grant, now) && names(policy, grant.packages, of),
  );
}

function names(
  { ecosystem }: Policy,
  patterns: readonly string[],
  { source, project }: Package,
): boolean {
  return patterns.some((pattern) => meansPackage(pattern, { ecosystem, source, project }));
}

/** The clarifications that mean the release; one with versions never means a version that cannot be read. */
export function clarificationsFor(
  policy: Policy,
  release: Release,
): readonly LicenseClarification[] {
  return policy.licenses.clarify.filter(
    (clarification) =>
      isOf(policy, clarification, release) && containsKnown(clarification.versions, release),
  );
}

/** The clarifications that mean a component of the release; names in any case. */
export function componentClarificationsFor(
  policy: Policy,
  release: Release,
  component: string,
): readonly ComponentClarification[] {
  return policy.licenses.bundled.clarify.filter(
    (clarification) =>
      isOf(policy, clarification, release) &&
      containsKnown(clarification.versions, release) &&
      clarification.component.toLowerCase() === component.toLowerCase(),
  );
}

/** What persons have looked at of a project's contents of one kind. */
export function knownContents(
  policy: Policy,
  { key, ...of }: Package & { readonly key: ContentKey },
): readonly KnownContent[] {
  return policy.content.known.filter(
    (known) => known.key === key && names(policy, known.packages, of),
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

function containsKnown(versions: ReleaseRange | undefined, { name }: Release): boolean {
  return versions === undefined || (name !== undefined && takes(versions, name));
}
