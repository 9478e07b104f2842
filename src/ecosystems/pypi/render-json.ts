import {
  SIMPLE_API_VERSION,
  type SimpleArtifact,
  type SimplePage,
  type SimpleRoot,
} from './simple-page.ts';

/**
 * Writes a project page as `application/vnd.pypi.simple.v1+json`. Equal pages give equal bytes. What is unknown
 * is left out, as uv refuses a whole page for one null; `dist-info-metadata` is never written, as pip 22.3 to
 * 23.1 crash on it; nor is an empty `yanked`, which pip reads as a no and uv as a yank.
 */
export function renderProjectJson(page: SimplePage): Uint8Array {
  return encode({
    meta: meta(page.serial, apiVersionOf(page)),
    name: page.project,
    ...(page.status === undefined ? {} : { 'project-status': statusOf(page.status) }),
    versions: page.versions,
    files: page.artifacts.map(fileOf),
  });
}

/** Writes the list of all projects; bandersnatch passes over a project without a serial, so each has the page's. */
export function renderRootJson(root: SimpleRoot): Uint8Array {
  return encode({
    meta: meta(root.serial, SIMPLE_API_VERSION),
    projects: root.projects.map((name) => ({ '_last-serial': root.serial, name })),
  });
}

/** From 1.1 on each file must have a size (PEP 700), and strict readers refuse the whole page for one without. */
function apiVersionOf({ artifacts }: SimplePage): string {
  return artifacts.every(({ sizeBytes }) => sizeBytes !== undefined) ? SIMPLE_API_VERSION : '1.0';
}

function meta(serial: number, apiVersion: string): Readonly<Record<string, unknown>> {
  return { '_last-serial': serial, 'api-version': apiVersion };
}

function statusOf(status: Required<SimplePage>['status']): Readonly<Record<string, unknown>> {
  return {
    status: status.status,
    ...(status.reason === undefined ? {} : { reason: status.reason }),
  };
}

function fileOf(artifact: SimpleArtifact): Readonly<Record<string, unknown>> {
  const { sizeBytes, uploadTime, requiresPython, yanked, metadataSha256, provenance } = artifact;
  return {
    filename: artifact.filename,
    url: artifact.url,
    hashes: { sha256: artifact.sha256 },
    ...(requiresPython === undefined ? {} : { 'requires-python': requiresPython }),
    ...(metadataSha256 === undefined ? {} : { 'core-metadata': { sha256: metadataSha256 } }),
    ...(sizeBytes === undefined ? {} : { size: sizeBytes }),
    ...(uploadTime === undefined ? {} : { 'upload-time': uploadTime }),
    ...(yanked === undefined ? {} : { yanked: yanked === '' ? true : yanked }),
    ...(provenance === undefined ? {} : { provenance }),
  };
}

function encode(value: Readonly<Record<string, unknown>>): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
