import type { ReleaseInfo } from '../ecosystems/pypi/release-info.ts';
import { readReleaseInfo } from '../ecosystems/pypi/release-info.ts';
import { type ProjectJson, renderApiJson } from '../ecosystems/pypi/render-project-json.ts';
import type { SimpleArtifact } from '../ecosystems/pypi/simple-page.ts';
import {
  type Version,
  compareVersions,
  findVersion,
  isPrerelease,
} from '../ecosystems/pypi/versions.ts';
import type { ProjectView, ViewEntry } from '../mirror/view.ts';
import type { Drawing } from './page-cache.ts';
import { artifactUrl, listedArtifact } from './pages.ts';
import type { ServiceParts } from './parts.ts';
import { refusalText, whyAddress } from './refusals.ts';

/** One version with what of it is approved. */
export interface ApprovedRelease {
  readonly version: Version;
  readonly entries: readonly ViewEntry[];
}

/**
 * What of a project is approved, oldest version first. What is refused is in no answer of the JSON API, whatever
 * `denials.show` says: bots propose what they find there, and none reads why it was yanked.
 */
export function approvedReleases({ entries }: ProjectView): readonly ApprovedRelease[] {
  const releases = new Map<string, { readonly version: Version; readonly entries: ViewEntry[] }>();
  for (const entry of entries) {
    const version = entry.kind === 'approved' ? findVersion(entry.version) : undefined;
    if (version === undefined) continue;
    const key = version.order.whole;
    const release = releases.get(key) ?? { version, entries: [] };
    releases.set(key, release);
    release.entries.push(entry);
  }
  return [...releases.values()].toSorted((left, right) =>
    compareVersions(left.version, right.version),
  );
}

/** A project with all its versions; with none it says why in place of its summary. */
export async function drawProjectJson(parts: ServiceParts, view: ProjectView): Promise<Drawing> {
  const releases = approvedReleases(view);
  const newest = newestOf(releases);
  return drawing(view, {
    ...(await describe(parts, view, newest)),
    ...(newest === undefined ? noticeOf(parts, view) : {}),
    releases: new Map(
      releases.map(({ version, entries }) => [version.text, listAll(parts, view, entries)]),
    ),
  });
}

/** One version of a project, as PyPI has it: without the others. */
export async function drawReleaseJson(
  parts: ServiceParts,
  view: ProjectView,
  release: ApprovedRelease,
): Promise<Drawing> {
  return drawing(view, await describe(parts, view, release));
}

function drawing(view: ProjectView, json: Omit<ProjectJson, 'serial'>): Drawing {
  return {
    ...(view.until === undefined ? {} : { until: view.until }),
    render: (_form, serial) => renderApiJson({ ...json, serial }),
  };
}

async function describe(
  parts: ServiceParts,
  view: ProjectView,
  release: ApprovedRelease | undefined,
): Promise<Omit<ProjectJson, 'serial'>> {
  const { project } = view;
  const pages = { project: whyAddress(parts.publicUrl, { ecosystem: 'pypi', project }) };
  if (release === undefined) return { project, pages, artifacts: [] };
  const version = release.version.text;
  const info = await findInfo(parts, view, release);
  return {
    project,
    version,
    pages: {
      ...pages,
      release: whyAddress(parts.publicUrl, { ecosystem: 'pypi', project, version }),
    },
    artifacts: listAll(parts, view, release.entries),
    ...(info === undefined ? {} : { info }),
  };
}

/** From the METADATA that is served beside the first artifact that has one. */
async function findInfo(
  { mirror }: ServiceParts,
  { project }: ProjectView,
  { entries }: ApprovedRelease,
): Promise<ReleaseInfo | undefined> {
  const entry = entries.find(({ metadata }) => metadata !== undefined);
  if (entry === undefined) return undefined;
  const { sha256, filename } = entry;
  const opened = await mirror.openMetadata({ project, sha256, filename });
  return opened.kind === 'metadata' ? readReleaseInfo(opened.content) : undefined;
}

/** As PyPI chooses: what is not yanked, then what is final, then the newest. */
function newestOf(releases: readonly ApprovedRelease[]): ApprovedRelease | undefined {
  const ranked = releases.map((release) => ({ release, rank: rankOf(release) }));
  const best = Math.max(...ranked.map(({ rank }) => rank));
  return ranked.findLast(({ rank }) => rank === best)?.release;
}

function rankOf({ version, entries }: ApprovedRelease): number {
  const isYanked = entries.every(({ yanked }) => yanked !== undefined);
  return (isYanked ? 0 : 2) + (isPrerelease(version) ? 0 : 1);
}

/** Where pages hide what is refused, so does this. */
function noticeOf({ publicUrl }: ServiceParts, view: ProjectView): { readonly notice?: string } {
  const [entry] = view.entries;
  if (entry === undefined) return {};
  const { project } = view;
  const version = entry.kind === 'tombstone' ? {} : { version: entry.version };
  return {
    notice: refusalText(publicUrl, {
      ecosystem: 'pypi',
      project,
      ...version,
      findings: entry.findings,
    }),
  };
}

function listAll(
  { publicUrl }: ServiceParts,
  { project }: ProjectView,
  entries: readonly ViewEntry[],
): readonly SimpleArtifact[] {
  return entries.map((entry) => ({
    ...listedArtifact(entry, project, publicUrl),
    url: artifactUrl(`${publicUrl}/packages`, project, entry),
  }));
}
