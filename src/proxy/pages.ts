import { renderProjectHtml, renderRootHtml } from '../ecosystems/pypi/render-html.ts';
import { renderProjectJson, renderRootJson } from '../ecosystems/pypi/render-json.ts';
import type { SimpleArtifact, SimplePage } from '../ecosystems/pypi/simple-page.ts';
import type { ProjectView, ViewEntry } from '../mirror/view.ts';
import type { ProjectName } from '../model/subject.ts';
import type { Drawing } from './page-cache.ts';
import { refusalText } from './refusals.ts';

/** Where the files of a project page are, seen from it; relative, so that any mount prefix and host hold. */
const FILES = '../../files';

/** An empty reason would be a yank to uv and none to pip. */
const YANKED_WITHOUT_REASON = 'yanked upstream; no reason given';

/** A project page that can be written in each form. */
export function drawProject(view: ProjectView, publicUrl: string): Drawing {
  const page: Omit<SimplePage, 'serial'> = {
    project: view.project,
    ...(view.status === undefined ? {} : { status: view.status }),
    artifacts: view.entries.map((entry) => ({
      ...listedArtifact(entry, view.project, publicUrl),
      url: artifactUrl(FILES, view.project, entry),
    })),
    versions: [...new Set(view.entries.map(({ version }) => version))],
  };
  return {
    ...(view.until === undefined ? {} : { until: view.until }),
    render: (form, serial) =>
      form === 'json'
        ? renderProjectJson({ ...page, serial })
        : renderProjectHtml({ ...page, serial }),
  };
}

/**
 * The page that lists all projects. Its serial is that of each project: mirroring tools fetch again what has another
 * one, so it changes with all that could have changed a page.
 */
export function drawRoot(projects: readonly ProjectName[], standing: string): Drawing {
  return {
    standing,
    render: (form, serial) =>
      form === 'json' ? renderRootJson({ projects, serial }) : renderRootHtml({ projects, serial }),
  };
}

/** Where a file is, below the address of all files. */
export function artifactUrl(
  files: string,
  project: ProjectName,
  { sha256, filename }: Pick<ViewEntry, 'sha256' | 'filename'>,
): string {
  return `${files}/${project}/${sha256}/${encodeURIComponent(filename)}`;
}

/** What a page says of an artifact, but for its address, which depends on where the page is. */
export function listedArtifact(
  entry: ViewEntry,
  project: ProjectName,
  publicUrl: string,
): Omit<SimpleArtifact, 'url'> {
  const { filename, sha256, sizeBytes, uploadTime, requiresPython, metadata, provenance } = entry;
  const yanked = yankOf(entry, project, publicUrl);
  return {
    filename,
    sha256,
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(uploadTime === undefined ? {} : { uploadTime }),
    ...(requiresPython === undefined ? {} : { requiresPython }),
    ...(yanked === undefined ? {} : { yanked }),
    // Of what is refused not even the metadata is served.
    ...(metadata === undefined || entry.kind !== 'approved' ? {} : { metadataSha256: metadata }),
    // PEP 740 wants an absolute https address, which a mirror without one does not have.
    ...(provenance === undefined || !publicUrl.startsWith('https://')
      ? {}
      : { provenance: `${artifactUrl(`${publicUrl}/pypi/files`, project, entry)}.provenance` }),
  };
}

/** Upstream's yank of what is approved; the mirror's own of what clients should pass over (DESIGN §7). */
function yankOf(entry: ViewEntry, project: ProjectName, publicUrl: string): string | undefined {
  if (entry.kind === 'approved')
    return entry.yanked && (entry.yanked.reason || YANKED_WITHOUT_REASON);
  if (entry.hidden !== true) return undefined;
  return refusalText(publicUrl, {
    ecosystem: 'pypi',
    project,
    version: entry.version,
    findings: entry.findings,
  });
}
