import { isAny, parseSpecifierSet, type SpecifierSet } from '../ecosystems/pypi/specifiers.ts';
import type { PolicyPlace } from '../model/decision.ts';
import type { Sha256 } from '../model/sha256.ts';
import type { ProjectName } from '../model/subject.ts';
import type { Target } from '../model/target.ts';
import type { ContentEffect, ContentKey } from './content-keys.ts';
import type {
  Allowance,
  BundledLicenses,
  Dated,
  Denial,
  LicenseClarification,
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
  const parts = {
    digest,
    text,
    sources: buildSources(file, at),
    targets: buildTargets(file),
    targetsPlace: at('targets'),
    packages: { allow: buildAllow(file, at), deny: buildDeny(file, at) },
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
      project: waiver.name.project,
      ...versionsOf(waiver),
      ...datedOf(waiver, at('waivers', index)),
    })),
  };
  return { ...parts, remarks: findRemarks(parts) };
}

const ANY_VERSION = parseSpecifierSet('');

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
    hashes,
    place: at('sources', id),
  }));
}

function buildTargets({ targets }: PolicyFile): readonly Target[] {
  return targets.python.flatMap((python) =>
    targets.platforms.map((platform) => ({ id: `${python}/${platform}`, python, platform })),
  );
}

function buildAllow(file: PolicyFile, at: At): ReadonlyMap<ProjectName, Allowance> {
  const allow = new Map<ProjectName, Allowance>();
  for (const [index, entry] of file.packages.allow.entries()) {
    const place = at('packages', 'allow', index);
    const { project } = entry.name;
    const before = allow.get(project);
    const reason = before?.reason ?? ('reason' in entry ? entry.reason : undefined);
    allow.set(project, {
      project,
      ranges: [...(before?.ranges ?? []), placed(entry.versions ?? ANY_VERSION, place)],
      extras: [...new Set([...(before?.extras ?? []), ...entry.extras])],
      ...(reason === undefined ? {} : { reason }),
      place: before?.place ?? place,
    });
  }
  return allow;
}

function buildDeny(file: PolicyFile, at: At): ReadonlyMap<ProjectName, readonly Denial[]> {
  const denials = file.packages.deny.map((entry, index): Denial => {
    const instead = 'instead' in entry ? entry.instead : undefined;
    return {
      project: entry.name.project,
      ...versionsOf(entry),
      reason: 'reason' in entry ? entry.reason : 'denied by policy',
      ...(instead === undefined ? {} : { instead }),
      place: at('packages', 'deny', index),
    };
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
      project: clarification.name.project,
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
      project: clarification.name.project,
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
    },
  };
}

function placed<Value>(value: Value, place: PolicyPlace): Placed<Value> {
  return { value, place };
}

// An entry without versions and one with none written (`torch` in the short form) mean every version.
function versionsOf(entry: { readonly versions?: SpecifierSet | undefined }): {
  readonly versions?: SpecifierSet;
} {
  const { versions } = entry;
  return versions === undefined || isAny(versions) ? {} : { versions };
}

function datedOf(entry: Omit<Dated, 'place'>, place: PolicyPlace): Dated {
  return { reason: entry.reason, approver: entry.approver, expires: entry.expires, place };
}
