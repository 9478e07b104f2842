import type { ProjectName } from '../../model/subject.ts';
import type { ReleaseInfo } from './release-info.ts';
import type { SimpleArtifact } from './simple-page.ts';

/** A project, or one version of it, as the JSON API has it (`/pypi/<project>[/<version>]/json`). */
export interface ProjectJson {
  readonly project: ProjectName;
  /** The version that it tells about; absent: there is none. */
  readonly version?: string;
  /** What its METADATA says; absent: not known. */
  readonly info?: ReleaseInfo;
  /** In place of the summary where there is no version. */
  readonly notice?: string;
  /** Where people read about the project, and about the version. */
  readonly pages: { readonly project: string; readonly release?: string };
  /** Of that version; their addresses are absolute, as no client resolves them. */
  readonly artifacts: readonly SimpleArtifact[];
  /** All versions; absent where one was asked for. */
  readonly releases?: ReadonlyMap<string, readonly SimpleArtifact[]>;
  readonly serial: number;
}

/**
 * Writes a project for programs that ask PyPI's JSON API: Renovate, Dependabot, poetry, bandersnatch. Equal input
 * gives equal bytes. A null is written only for keys that poetry reads without looking whether they are there;
 * Renovate refuses the whole answer for one in `home_page`, `project_urls` or `upload_time`.
 */
export function renderApiJson(project: ProjectJson): Uint8Array {
  const { artifacts, releases, serial } = project;
  const body = {
    info: infoOf(project),
    last_serial: serial,
    ...(releases === undefined ? {} : { releases: releasesOf(releases) }),
    urls: artifacts.map(fileOf),
    // What is known to be vulnerable is for the policy to refuse, not for this answer to list.
    vulnerabilities: [],
  };
  return new TextEncoder().encode(JSON.stringify(body));
}

function infoOf(project: ProjectJson): Readonly<Record<string, unknown>> {
  const { info, pages } = project;
  return {
    ...(info === undefined ? {} : textsOf(info)),
    name: project.project,
    package_url: pages.project,
    platform: info?.platforms.join(',') ?? null,
    project_url: pages.project,
    ...(pages.release === undefined ? {} : { release_url: pages.release }),
    requires_dist: info?.requiresDist ?? null,
    requires_python: info?.requiresPython ?? project.artifacts[0]?.requiresPython ?? null,
    summary: project.notice ?? info?.summary ?? null,
    version: project.version ?? null,
    ...yankOf(project.artifacts),
  };
}

/** What is empty is left out, but for the lists: an absent one is not known. */
function textsOf(info: ReleaseInfo): Readonly<Record<string, unknown>> {
  const texts = {
    author: info.author,
    author_email: info.authorEmail,
    description_content_type: info.descriptionContentType,
    download_url: info.downloadUrl,
    home_page: info.homePage,
    keywords: info.keywords,
    license: info.license,
    license_expression: info.licenseExpression,
    maintainer: info.maintainer,
    maintainer_email: info.maintainerEmail,
    project_urls: info.projectUrls.length === 0 ? undefined : Object.fromEntries(info.projectUrls),
  };
  return {
    ...Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined)),
    classifiers: info.classifiers,
    dynamic: info.dynamic,
    license_files: info.licenseFiles,
    provides_extra: info.providesExtra,
  };
}

function releasesOf(
  releases: ReadonlyMap<string, readonly SimpleArtifact[]>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...releases].map(([version, artifacts]) => [version, artifacts.map(fileOf)] as const),
  );
}

function fileOf(artifact: SimpleArtifact): Readonly<Record<string, unknown>> {
  const { filename, url, sha256, sizeBytes, uploadTime, requiresPython, metadataSha256 } = artifact;
  return {
    comment_text: '',
    ...(metadataSha256 === undefined ? {} : { 'core-metadata': { sha256: metadataSha256 } }),
    // PyPI's MD5 and BLAKE2 are not known here, and nobody should check by the first.
    digests: { sha256 },
    downloads: -1,
    filename,
    has_sig: false,
    packagetype: isWheel(filename) ? 'bdist_wheel' : 'sdist',
    python_version: isWheel(filename) ? pythonTag(filename) : 'source',
    requires_python: requiresPython ?? null,
    ...(sizeBytes === undefined ? {} : { size: sizeBytes }),
    ...(uploadTime === undefined
      ? {}
      : { upload_time: uploadTime.slice(0, 19), upload_time_iso_8601: uploadTime }),
    url,
    ...yankOf([artifact]),
  };
}

function isWheel(filename: string): boolean {
  return filename.endsWith('.whl');
}

/** `py2.py3` of `foo-1.0-py2.py3-none-any.whl`. */
function pythonTag(filename: string): string {
  return filename.split('-').at(-3) ?? 'source';
}

/** A release is yanked when all of it is. */
function yankOf(artifacts: readonly SimpleArtifact[]): Readonly<Record<string, unknown>> {
  const isYanked = artifacts.length > 0 && artifacts.every(({ yanked }) => yanked !== undefined);
  const reason = isYanked ? artifacts[0]?.yanked : undefined;
  return { yanked: isYanked, yanked_reason: reason === '' ? null : (reason ?? null) };
}
