import type { UpstreamPage } from '../../model/record.ts';
import { listHtmlTags, type HtmlTag } from './html-tags.ts';
import {
  findHttpUrl,
  findStatus,
  invalidPage,
  readUpstreamRows,
  type PageContext,
  type RowOrNote,
} from './upstream-rows.ts';

/**
 * Reads a project page of the simple API in HTML (PEP 503, 592, 629, 658, 714, 792), with uv's `data-size` and
 * `data-upload-time`. The page does not say whose it is, so that is not checked. Throws `invalid-page` when it
 * is not HTML or of another API version; see `readUpstreamRows` for bad rows.
 */
export function parseSimpleHtml(text: string, context: PageContext): UpstreamPage {
  const head = readHead(text);
  if (!head.hasTags) throw invalidPage(context, 'not HTML: no element in it');
  const version = head.metas.get('pypi:repository-version');
  if (version !== undefined && !/^1\.[0-9]+$/.test(version)) {
    throw invalidPage(context, `pypi:repository-version: expected 1.x, got: ${quote(version)}`);
  }
  const status = findStatus(
    head.metas.get('pypi:project-status'),
    head.metas.get('pypi:project-status-reason'),
  );
  const baseUrl = parseBase(head.base, context);
  return {
    project: context.project,
    ...(status === undefined ? {} : { status }),
    ...readUpstreamRows(readAnchors(text), { ...context, baseUrl }),
  };
}

interface Head {
  readonly hasTags: boolean;
  readonly metas: ReadonlyMap<string, string>;
  /** The first `<base>` with an address, which counts for the whole page, also for what stands before it. */
  readonly base: string | undefined;
}

// The page is read once for this and once for the anchors, so that the tags of a hostile page pile up nowhere.
function readHead(text: string): Head {
  const metas = new Map<string, string>();
  let hasTags = false;
  let base: string | undefined;
  for (const { name, attributes } of listHtmlTags(text)) {
    hasTags = true;
    if (name === 'base') base ??= attributes.get('href');
    const key = name === 'meta' ? attributes.get('name') : undefined;
    if (key?.startsWith('pypi:')) metas.set(key, attributes.get('content') ?? '');
  }
  return { hasTags, metas, base };
}

function parseBase(href: string | undefined, context: PageContext): string {
  if (href === undefined) return context.baseUrl;
  const url = findHttpUrl(href, context.baseUrl);
  if (url === undefined) {
    throw invalidPage(context, `<base>: expected an http(s) address, got: ${quote(href)}`);
  }
  return url;
}

function* readAnchors(text: string): Generator<RowOrNote> {
  for (const { name, attributes } of listHtmlTags(text)) {
    const href = name === 'a' ? attributes.get('href') : undefined;
    if (href === undefined) continue;
    const [address = '', ...fragment] = href.trim().split('#');
    const filename = lastSegment(address);
    // Links to folders and within the page, such as "../" of directory listings, are not rows.
    if (filename !== '') {
      yield readAnchor({ filename, address, fragment: fragment.join('#') }, attributes);
    }
  }
}

function readAnchor(
  link: { readonly filename: string; readonly address: string; readonly fragment: string },
  attributes: HtmlTag['attributes'],
): RowOrNote {
  const size = attributes.get('data-size');
  const reason = attributes.get('data-yanked');
  return {
    filename: link.filename,
    url: link.address,
    sha256: hashIn(link.fragment),
    sizeBytes: size !== undefined && /^[0-9]{1,16}$/.test(size) ? Number(size) : undefined,
    uploadTime: attributes.get('data-upload-time'),
    requiresPython: attributes.get('data-requires-python'),
    yanked: reason === undefined ? undefined : { reason },
    sidecar: sidecarOf(
      attributes.get('data-core-metadata') ?? attributes.get('data-dist-info-metadata'),
    ),
    provenance: attributes.get('data-provenance'),
  };
}

/** The name that pip and uv give a file: from the address, not from the anchor's text. */
function lastSegment(address: string): string {
  const path = address.split('?')[0] ?? '';
  const segment = path.slice(path.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** A sidecar is offered with `sha256=<digest>`, `true` or nothing to check it by. */
function sidecarOf(value: string | undefined): { readonly sha256: string | undefined } | undefined {
  return value === undefined || value === 'false' ? undefined : { sha256: hashIn(value) };
}

function hashIn(text: string): string | undefined {
  const prefix = 'sha256=';
  return text
    .split('&')
    .find((part) => part.startsWith(prefix))
    ?.slice(prefix.length);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
