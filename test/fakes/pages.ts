import { sha256Of } from '../fixtures/wheels.ts';

/** One downloadable file as the fake index serves it; `buildWheel` makes one. */
export interface FakeArtifact {
  readonly filename: string;
  readonly bytes: Uint8Array;
  /** In normal form; absent: what is before the first `-` of the file name. */
  readonly project?: string;
  /** As the page says; `undefined` given explicitly: the page has none. */
  readonly sha256?: string | undefined;
  /** As the page says; default: of the bytes. */
  readonly sizeBytes?: number;
  /** The sidecar's bytes; absent: no sidecar. */
  readonly metadata?: Uint8Array;
  /** As the page says; default: of the sidecar's bytes. */
  readonly metadataSha256?: string;
  /** Default `2020-01-01T00:00:00.000000Z`; `undefined` given explicitly: the page has none. */
  readonly uploadTime?: string | undefined;
  readonly requiresPython?: string;
  /** The provenance object's bytes (PEP 740); absent: none is offered. */
  readonly provenance?: Uint8Array | undefined;
  /** Present: yanked; the reason may be empty. */
  readonly yanked?: string | undefined;
}

export interface PageShape {
  readonly project: string;
  readonly filesAt: string;
  readonly sidecars: boolean;
  readonly uploadTime: boolean;
  /** Nothing newer than API version 1.1. */
  readonly ordinary: boolean;
  readonly status?: { readonly status: string; readonly reason?: string };
}

/** The project page of PEP 691. */
export function jsonPage(artifacts: readonly FakeArtifact[], shape: PageShape): string {
  return JSON.stringify({
    meta: { 'api-version': shape.ordinary ? '1.1' : '1.4' },
    name: shape.project,
    ...(shape.status === undefined ? {} : { 'project-status': shape.status }),
    versions: [...new Set(artifacts.map(({ filename }) => versionOf(filename)))],
    files: artifacts.map((artifact) => jsonFile(artifact, shape)),
  });
}

function versionOf(filename: string): string {
  return filename.replace(/\.tar\.gz$/, '').split('-')[1] ?? '';
}

function jsonFile(artifact: FakeArtifact, shape: PageShape) {
  const hash = pageHash(artifact);
  const sidecar =
    shape.sidecars && artifact.metadata !== undefined ? { sha256: sidecarHash(artifact) } : false;
  return {
    filename: artifact.filename,
    url: fileUrl(artifact, shape),
    hashes: hash === undefined ? {} : { sha256: hash },
    ...(artifact.requiresPython === undefined
      ? {}
      : { 'requires-python': artifact.requiresPython }),
    yanked: artifact.yanked === undefined ? false : artifact.yanked || true,
    ...(shape.uploadTime ? { size: pageSize(artifact), 'upload-time': pageTime(artifact) } : {}),
    ...(shape.ordinary
      ? {}
      : {
          'core-metadata': sidecar,
          'data-dist-info-metadata': sidecar,
          provenance: provenanceUrl(artifact, shape),
        }),
  };
}

/** The project page of PEP 503, 592, 658 and 714. */
export function htmlPage(artifacts: readonly FakeArtifact[], shape: PageShape): string {
  const status = shape.status
    ? `<meta name="pypi:project-status" content="${escape(shape.status.status)}">`
    : '';
  const anchors = artifacts.map(
    (artifact) =>
      `<a ${attributes(artifact, shape).join(' ')}>${escape(artifact.filename)}</a><br />`,
  );
  return html(`Links for ${shape.project}`, status, anchors);
}

function attributes(artifact: FakeArtifact, shape: PageShape): readonly string[] {
  const hash = pageHash(artifact);
  const found = [
    `href="${escape(fileUrl(artifact, shape))}${hash === undefined ? '' : `#sha256=${hash}`}"`,
  ];
  if (artifact.requiresPython !== undefined)
    found.push(`data-requires-python="${escape(artifact.requiresPython)}"`);
  if (artifact.yanked !== undefined) found.push(`data-yanked="${escape(artifact.yanked)}"`);
  const provenance = provenanceUrl(artifact, shape);
  if (provenance !== null) found.push(`data-provenance="${escape(provenance)}"`);
  if (shape.sidecars && artifact.metadata !== undefined) {
    const value = `sha256=${sidecarHash(artifact)}`;
    found.push(`data-dist-info-metadata="${value}"`, `data-core-metadata="${value}"`);
  }
  return found;
}

/** The list of projects of PEP 691. */
export function jsonRoot(projects: readonly string[]): string {
  return JSON.stringify({
    meta: { 'api-version': '1.1' },
    projects: projects.map((name) => ({ name })),
  });
}

/** The list of projects of PEP 503. */
export function htmlRoot(projects: readonly string[]): string {
  return html(
    'Simple index',
    '',
    projects.map((name) => `<a href="/simple/${name}/">${name}</a>`),
  );
}

function html(title: string, head: string, body: readonly string[]): string {
  const version = '<meta name="pypi:repository-version" content="1.4">';
  return `<!DOCTYPE html>\n<html>\n<head>${version}${head}<title>${title}</title></head>\n<body>\n${body.join('\n')}\n</body>\n</html>\n`;
}

function fileUrl(artifact: FakeArtifact, shape: PageShape): string {
  return `${shape.filesAt}/${sha256Of(Buffer.from(artifact.filename)).slice(0, 8)}/${encodeURIComponent(artifact.filename)}`;
}

function provenanceUrl(artifact: FakeArtifact, shape: PageShape): string | null {
  return artifact.provenance === undefined ? null : `${fileUrl(artifact, shape)}.provenance`;
}

function pageHash(artifact: FakeArtifact): string | undefined {
  return 'sha256' in artifact ? artifact.sha256 : sha256Of(artifact.bytes);
}

function pageSize(artifact: FakeArtifact): number {
  return artifact.sizeBytes ?? artifact.bytes.length;
}

function pageTime(artifact: FakeArtifact): string | undefined {
  return 'uploadTime' in artifact ? artifact.uploadTime : '2020-01-01T00:00:00.000000Z';
}

function sidecarHash(artifact: FakeArtifact): string {
  return artifact.metadataSha256 ?? sha256Of(artifact.metadata ?? new Uint8Array());
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
