import {
  SIMPLE_API_VERSION,
  type SimpleArtifact,
  type SimplePage,
  type SimpleRoot,
} from './simple-page.ts';

/**
 * Writes a project page as `application/vnd.pypi.simple.v1+html`. Equal pages give equal bytes. Renovate,
 * Dependabot and many scripts read such pages with patterns, hence one anchor a line, double quotes, and the
 * attributes in PyPI's order; uv's `data-size` and `data-upload-time` follow.
 */
export function renderProjectHtml(page: SimplePage): Uint8Array {
  return renderDocument(
    {
      title: `Links for ${page.project}`,
      metas: {
        'pypi:project-status': page.status?.status,
        'pypi:project-status-reason': page.status?.reason,
      },
      serial: page.serial,
    },
    page.artifacts.map(anchorOf),
  );
}

/** Writes the list of all projects. */
export function renderRootHtml(root: SimpleRoot): Uint8Array {
  return renderDocument(
    { title: 'Simple index', metas: {}, serial: root.serial },
    root.projects.map((project) => anchor(project, { href: `${project}/` })),
  );
}

type Attributes = Readonly<Record<string, string | undefined>>;

function anchorOf(artifact: SimpleArtifact): string {
  const metadata =
    artifact.metadataSha256 === undefined ? undefined : `sha256=${artifact.metadataSha256}`;
  return anchor(artifact.filename, {
    href: `${artifact.url}#sha256=${artifact.sha256}`,
    'data-requires-python': artifact.requiresPython,
    'data-dist-info-metadata': metadata,
    'data-core-metadata': metadata,
    'data-yanked': artifact.yanked,
    'data-size': artifact.sizeBytes?.toString(),
    'data-upload-time': artifact.uploadTime,
    'data-provenance': artifact.provenance,
  });
}

function anchor(text: string, attributes: Attributes): string {
  return `<a${attributesOf(attributes)}>${escapeHtml(text)}</a><br />`;
}

function renderDocument(
  head: { readonly title: string; readonly metas: Attributes; readonly serial: number },
  anchors: readonly string[],
): Uint8Array {
  const metas = Object.entries({ 'pypi:repository-version': SIMPLE_API_VERSION, ...head.metas })
    .filter(([, content]) => content !== undefined)
    .map(([name, content]) => `    <meta${attributesOf({ name, content })}>`);
  const lines = [
    '<!DOCTYPE html>',
    '<html>',
    '  <head>',
    ...metas,
    `    <title>${escapeHtml(head.title)}</title>`,
    '  </head>',
    '  <body>',
    `    <h1>${escapeHtml(head.title)}</h1>`,
    ...anchors,
    '  </body>',
    '</html>',
    `<!--SERIAL ${head.serial}-->`,
  ];
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}

function attributesOf(attributes: Attributes): string {
  return Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value = '']) => ` ${name}="${escapeHtml(value)}"`)
    .join('');
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
  // As they are, they would break the line, and parsers read the second as the first.
  ['\n', '&#10;'],
  ['\r', '&#13;'],
  ['\t', '&#9;'],
]);

/** HTML can write no other control characters, not even as references. */
function escapeHtml(text: string): string {
  return text.replaceAll(/[\p{Cc}&<>"']/gu, (character) => ESCAPES.get(character) ?? '\ufffd');
}
