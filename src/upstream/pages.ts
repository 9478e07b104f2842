import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

import { parseSimpleHtml } from '../ecosystems/pypi/simple-html.ts';
import { parseSimpleJson } from '../ecosystems/pypi/simple-json.ts';
import { GatehouseError } from '../model/errors.ts';
import type { UpstreamPage } from '../model/record.ts';
import type { ProjectName } from '../model/subject.ts';
import { readBody } from './body.ts';
import { type Answer, type Ask, discard } from './exchange.ts';
import { printUrl } from './settings.ts';

export interface PageRequest {
  readonly project: ProjectName;
  /** Of the page that is known already. */
  readonly etag?: string;
}

/** `unchanged`: the page is still the one of the ETag. `absent`: upstream has no such project. */
export type PageAnswer =
  | { readonly kind: 'page'; readonly page: UpstreamPage; readonly etag?: string }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'absent' };

export interface PageSource {
  readonly ask: Ask;
  readonly indexUrl: string;
  readonly headersMs: number;
}

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const HTML_TYPES = ['application/vnd.pypi.simple.v1+html', 'text/html'];
// PEP 691: JSON before HTML, whichever of its two names the index knows.
const ACCEPT = `${JSON_TYPE}, ${HTML_TYPES[0]};q=0.2, ${HTML_TYPES[1]};q=0.01`;

const LIMIT_BYTES = 64 * 1024 * 1024;
const LONGEST_ETAG = 1024;

const decompress = promisify(gunzip);

/** Asks once for a project's page. Throws as `Ask` does, and `invalid-page` where the page is no page. */
export async function askPage(
  source: PageSource,
  request: PageRequest,
  signal: AbortSignal,
): Promise<PageAnswer> {
  const answer = await source.ask({
    url: `${source.indexUrl}${request.project}/`,
    standing: 'index',
    lane: 'facts',
    headers: {
      accept: ACCEPT,
      'accept-encoding': 'gzip',
      ...(request.etag !== undefined && { 'if-none-match': request.etag }),
    },
    accept: request.etag === undefined ? [200, 404, 410] : [200, 304, 404, 410],
    headersMs: source.headersMs,
    signal,
  });
  if (answer.status === 200) return readPage(answer, request.project);
  discard(answer);
  return { kind: answer.status === 304 ? 'unchanged' : 'absent' };
}

async function readPage(answer: Answer, project: ProjectName): Promise<PageAnswer> {
  try {
    const type = mediaType(answer);
    if (type !== JSON_TYPE && !HTML_TYPES.includes(type)) throw notIndexPage(answer, type);
    const bytes = await readDecoded(answer);
    const context = { project, baseUrl: printUrl(answer.url) };
    const page =
      type === JSON_TYPE
        ? parseSimpleJson(bytes, context)
        : readHtml(answer, new TextDecoder().decode(bytes), context);
    const etag = answer.header('etag');
    return { kind: 'page', page, ...(isUsableEtag(etag) && { etag }) };
  } finally {
    answer.body.destroy();
  }
}

// A page for people, such as a login page, must not pass for a project without artifacts.
function readHtml(
  answer: Answer,
  text: string,
  context: { readonly project: ProjectName; readonly baseUrl: string },
): UpstreamPage {
  const page = parseSimpleHtml(text, context);
  if (page.artifacts.length === 0 && /<(?:form|input|script)\b/i.test(text)) {
    throw notIndexPage(answer, 'an HTML page with a form or a script');
  }
  return page;
}

async function readDecoded(answer: Answer): Promise<Uint8Array> {
  const bytes = await readBody(answer, { limitBytes: LIMIT_BYTES });
  const encoding = answer.header('content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity') return bytes;
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    throw new GatehouseError(
      'upstream-mismatch',
      `${printUrl(answer.url)}: expected Content-Encoding gzip or none, got: ${encoding.slice(0, 40)}`,
    );
  }
  try {
    return await decompress(bytes, { maxOutputLength: LIMIT_BYTES });
  } catch (error) {
    throw new GatehouseError(
      'upstream-mismatch',
      `${printUrl(answer.url)}: expected gzip of at most ${LIMIT_BYTES} bytes`,
      { cause: error },
    );
  }
}

function mediaType(answer: Answer): string {
  return (answer.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

function isUsableEtag(etag: string | undefined): etag is string {
  return etag !== undefined && etag.length <= LONGEST_ETAG && /^[\x20-\x7e]+$/.test(etag);
}

function notIndexPage(answer: Answer, got: string): GatehouseError {
  return new GatehouseError(
    'upstream-mismatch',
    `${printUrl(answer.url)}: not an index page: expected the simple API in JSON or HTML, got: ${got.slice(0, 80)}`,
    {
      hint: 'Check that the upstream setting names a simple index, and whether it asks for credentials.',
    },
  );
}
