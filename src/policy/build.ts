import { ANY_CONDA_RANGE, ANY_PYPI_RANGE, type ReleaseRange } from '../ecosystems/releases.ts';
import type { PolicyPlace } from '../model/decision.ts';
import type { Sha256 } from '../model/sha256.ts';
import type { Ecosystem, ProjectName } from '../model/subject.ts';
import type { CondaTarget, Target } from '../model/target.ts';
import type { ContentEffect, ContentKey } from './content-keys.ts';
import type { NamedProject, WrittenVersions } from './entry.ts';
import type {
  Allowance,
  BundledLicenses,
  Dated,
  Denial,
  LicenseClarification,
  Packages,
  Placed,
  Policy,
  PolicySource,
} from './policy.ts';
import { findRemarks } from './remarks.ts';
import type { PolicyFile } from './schema.ts';
import { parseSourceId } from './values.ts';
import { placeAt, type PolicyTree } from './yaml-tree.ts';

/** What a policy has besides the values of its file. */
export interface PolicyOrigin {
  readonly text: string;
  readonly digest: Sha256;
  readonly tree: PolicyTree;
}

/** Gives the values of a file their places. The file has no problems. */
export function buildPolicy(file: PolicyFile, { text, digest, tree }: PolicyOrigin): Policy {
  function at(...path: readonly PropertyKey[]): PolicyPlace {
    return placeAt(tree, path);
  }
  const of = {
    pypi: { targets: buildTargets(file), packages: buildPackages(file, at, 'pypi') },
    conda: { targets: buildCondaTargets(file), packages: buildPackages(file, at, 'conda') },
  };
  const parts = {
    digest,
    text,
    sources: buildSources(file, at),
    ecosystem: 'pypi' as const,
    targets: of.pypi.targets,
    targetsPlace: at('targets'),
    packages: of.pypi.packages,
    of,
    licenses: buildLicenses(file, at),
    versions: buildVersions(file, at),
    dependencies: {
      closure: placed(file.dependencies.closure, at('dependencies', 'closure')),
      directUrls: placed(file.dependencies['direct-urls'], at('dependencies', 'direct-urls')),
    },
    content: buildContent(file, at),
    attestations: buildAttestations(file, at),
    denials: { show: placed(file.denials.show, at('denials', 'show')) },
    rules: new Map(
      Object.entries(file.rules).map(([id, mode]) => [id, placed(mode, at('rules', id))]),
    ),
    waivers: file.waivers.map((waiver, index) => ({
      rule: waiver.rule,
      ...projectOf(waiver.name),
      ...versionsOf(waiver),
      ...datedOf(waiver, at('waivers', index)),
    })),
  };
  return { ...parts, remarks: findRemarks(parts) };
}

type At = (...path: readonly PropertyKey[]) => PolicyPlace;

function buildSources(file: PolicyFile, at: At): readonly PolicySource[] {
  return Object.entries(file.sources).map(([id, { kind, url, claims, hashes, ...more }]) => ({
    id: parseSourceId(id),
    kind,
    ...(url === undefined ? {} : { url }),
    claims: claims.map((claim, index) => placed(claim, at('sources', id, 'claims', index))),
    ...(more['min-age'] === undefined
      ? {}
      : { minAgeMs: placed(more['min-age'], at('sources', id, 'min-age')) }),
    firstLook: more['first-look'],
    hashes,
    place: at('sources', id),
  }));
}

function buildTargets({ targets }: PolicyFile): readonly Target[] {
  return targets.python.flatMap((python) =>
    targets.platforms.map((platform) => ({ id: `${python}/${platform}`, python, platform })),
  );
}

function buildCondaTargets({ targets }: PolicyFile): readonly CondaTarget[] {
  const { subdirs = [], virtual = {} } = targets.conda ?? {};
  return subdirs.map((subdir) => ({ id: subdir, subdir, virtual }));
}

function buildPackages(file: PolicyFile, at: At, ecosystem: Ecosystem): Packages {
  return { allow: buildAllow(file, at, ecosystem), deny: buildDeny(file, at, ecosystem) };
}

function isOf({ source }: NamedProject, ecosystem: Ecosystem): boolean {
  return (source === undefined) === (ecosystem === 'pypi');
}

function projectOf({ project, source }: NamedProject): Pick<Allowance, 'project' | 'source'> {
  return { project, ...(source === undefined ? {} : { source }) };
}

function buildAllow(
  file: PolicyFile,
  at: At,
  ecosystem: Ecosystem,
): ReadonlyMap<ProjectName, Allowance> {
  const allow = new Map<ProjectName, Allowance>();
  for (const [index, entry] of file.packages.allow.entries()) {
    if (!isOf(entry.name, ecosystem)) continue;
    const place = at('packages', 'allow', index);
    const { project } = entry.name;
    const before = allow.get(project);
    const reason = before?.reason ?? ('reason' in entry ? entry.reason : undefined);
    allow.set(project, {
      ...projectOf(entry.name),
      ranges: [...(before?.ranges ?? []), placed(rangeOf(entry), place)],
      extras: [...new Set([...(before?.extras ?? []), ...entry.extras])],
      ...(reason === undefined ? {} : { reason }),
      place: before?.place ?? place,
    });
  }
  return allow;
}

function buildDeny(
  file: PolicyFile,
  at: At,
  ecosystem: Ecosystem,
): ReadonlyMap<ProjectName, readonly Denial[]> {
  const denials = file.packages.deny.flatMap((entry, index): readonly Denial[] => {
    if (!isOf(entry.name, ecosystem)) return [];
    const instead = 'instead' in entry ? entry.instead : undefined;
    return [
      {
        ...projectOf(entry.name),
        ...versionsOf(entry),
        reason: 'reason' in entry ? entry.reason : 'denied by policy',
        ...(instead === undefined ? {} : { instead }),
        place: at('packages', 'deny', index),
      },
    ];
  });
  return Map.groupBy(denials, (denial) => denial.project);
}

function buildLicenses({ licenses }: PolicyFile, at: At): Policy['licenses'] {
  return {
    allow: licenses.allow.map((license, index) => placed(license, at('licenses', 'allow', index))),
    exceptionsArePermissive: licenses['exceptions-are-permissive'],
    grants: licenses.grants.map((grant, index) => ({
      expression: grant.expression,
      packages: grant.packages,
      ...datedOf(grant, at('licenses', 'grants', index)),
    })),
    clarify: licenses.clarify.map((clarification, index): LicenseClarification => ({
      ...projectOf(clarification.name),
      ...versionsOf(clarification),
      expression: clarification.expression,
      ...(clarification.text === undefined ? {} : { text: clarification.text }),
      reason: clarification.reason,
      place: at('licenses', 'clarify', index),
    })),
    bundled: buildBundled(licenses.bundled, at),
    place: at('licenses', 'allow'),
  };
}

function buildBundled(
  { allow, others, unknown, clarify }: PolicyFile['licenses']['bundled'],
  at: At,
): BundledLicenses {
  const path = ['licenses', 'bundled'] as const;
  return {
    allow: allow.map((license, index) => placed(license, at(...path, 'allow', index))),
    others: placed(others, at(...path, 'others')),
    unknown: placed(unknown, at(...path, 'unknown')),
    clarify: clarify.map((clarification, index) => ({
      ...projectOf(clarification.name),
      ...versionsOf(clarification),
      component: clarification.component,
      expression: clarification.expression,
      reason: clarification.reason,
      place: at(...path, 'clarify', index),
    })),
  };
}

function buildContent({ content }: PolicyFile, at: At): Policy['content'] {
  const probe = content['install-probe'];
  function effect(key: Exclude<ContentKey, 'install-probe'>): Placed<ContentEffect> {
    return placed(content[key], at('content', key));
  }
  return {
    startup: effect('startup'),
    notebook: effect('notebook'),
    executables: effect('executables'),
    pickles: effect('pickles'),
    secrets: effect('secrets'),
    obfuscation: effect('obfuscation'),
    drift: effect('drift'),
    build: effect('build'),
    'link-scripts': effect('link-scripts'),
    collisions: effect('collisions'),
    'install-probe': placed(probe === 'off' ? 'allow' : probe, at('content', 'install-probe')),
    known: content.known.map((entry, index) => ({
      key: entry.rule,
      packages: entry.packages,
      ...(entry.sha256 === undefined ? {} : { sha256: entry.sha256 }),
      reason: entry.reason,
      place: at('content', 'known', index),
    })),
  };
}

function buildAttestations({ integrity }: PolicyFile, at: At): Policy['attestations'] {
  const { attestations } = integrity;
  function placeOf(key: string): PolicyPlace {
    return at('integrity', 'attestations', key);
  }
  return {
    verify: placed(attestations.default, placeOf('default')),
    downgrade: placed(attestations.downgrade, placeOf('downgrade')),
    publisherChange: placed(attestations['publisher-change'], placeOf('publisher-change')),
    require: attestations.require.map(({ packages, publishers }, index) => ({
      packages,
      ...(publishers === undefined ? {} : { publishers }),
      place: at('integrity', 'attestations', 'require', index),
    })),
  };
}

function buildVersions({ versions }: PolicyFile, at: At): Policy['versions'] {
  return {
    minAgeMs: placed(versions['min-age'], at('versions', 'min-age')),
    keep: placed(versions.keep, at('versions', 'keep')),
    prereleases: placed(versions.prereleases, at('versions', 'prereleases')),
    yanked: placed(versions.yanked, at('versions', 'yanked')),
    formats: {
      wheel: placed(versions.formats.wheel, at('versions', 'formats', 'wheel')),
      sdist: placed(versions.formats.sdist, at('versions', 'formats', 'sdist')),
      conda: placed(versions.formats.conda, at('versions', 'formats', 'conda')),
      'tar-bz2': placed(versions.formats['tar-bz2'], at('versions', 'formats', 'tar-bz2')),
    },
  };
}

function placed<Value>(value: Value, place: PolicyPlace): Placed<Value> {
  return { value, place };
}

interface Entry {
  readonly name: NamedProject;
  readonly versions?: ReleaseRange | WrittenVersions | undefined;
}

// An entry without versions and one with none written (`torch` in the short form) mean every version.
function versionsOf(entry: Entry): { readonly versions?: ReleaseRange } {
  const versions = rangeOf(entry);
  return versions.text === '' ? {} : { versions };
}

/** What cannot be read for the entry's ecosystem is a contradiction that was found before. */
function rangeOf({ name: { source }, versions }: Entry): ReleaseRange {
  const isPypi = source === undefined;
  const any = isPypi ? ANY_PYPI_RANGE : ANY_CONDA_RANGE;
  if (versions === undefined) return any;
  if ('clauses' in versions || 'kind' in versions) return versions;
  return (isPypi ? versions.pypi : versions.conda) ?? any;
}

function datedOf(entry: Omit<Dated, 'place'>, place: PolicyPlace): Dated {
  return { reason: entry.reason, approver: entry.approver, expires: entry.expires, place };
}
