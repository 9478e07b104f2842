import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { findProjectName } from '../ecosystems/pypi/names.ts';
import type { Instant } from '../model/time.ts';
import { recordAccess } from './access.ts';
import { isKnownToCaller } from './conditional.ts';
import { chooseVariant, type PageVariant } from './negotiation.ts';
import { type Drawing, type PageCache, type ShownPage, createPageCache } from './page-cache.ts';
import { drawProject, drawRoot } from './pages.ts';
import type { ServiceParts } from './parts.ts';
import { notFound, notYet, sendProblem } from './problems.ts';
import { redirect, serve, type PathRequest } from './routes.ts';

const LONGEST_AGE_SECONDS = 60;
/** The page that lists all projects, among those that are kept; no project has this name. */
const ROOT = '';

/** The simple repository API: the list of projects and the page of each. */
export function servePypiPages(app: FastifyInstance, parts: ServiceParts, maxBytes: number): void {
  const { mirror, clock } = parts;
  const cache = createPageCache({
    maxBytes,
    clock,
    generation: () => mirror.generation(),
    ledgerSize: () => mirror.ledger.head().size,
  });
  serve(app, '/pypi/simple', (request, reply) => redirect(request, reply, 'simple/'));
  serve(app, '/pypi/simple/', (request, reply) =>
    answerPage({ parts, cache, request, reply }, ROOT, async () => {
      const projects = mirror.projects();
      return projects === 'waiting' ? 'waiting' : drawRoot(projects);
    }),
  );
  serve<'project'>(app, '/pypi/simple/:project', (request, reply) => {
    const name = findProjectName(request.params.project);
    return name === undefined
      ? sendProblem(reply, NO_SUCH_NAME)
      : redirect(request, reply, `${name}/`);
  });
  serve<'project'>(app, '/pypi/simple/:project/', (request, reply) => {
    const name = findProjectName(request.params.project);
    if (name === undefined) return sendProblem(reply, NO_SUCH_NAME);
    if (name !== request.params.project) return redirect(request, reply, `../${name}/`);
    return answerPage({ parts, cache, request, reply }, name, async () => {
      const view = await mirror.page(name);
      return view === 'waiting' ? 'waiting' : drawProject(view, parts.publicUrl);
    });
  });
}

const NO_SUCH_NAME = notFound(
  'no project can have this name: expected ASCII letters, digits and inner "-", "_", "."',
);

interface Asked {
  readonly parts: ServiceParts;
  readonly cache: PageCache;
  readonly request: PathRequest<never>;
  readonly reply: FastifyReply;
}

function answerPage(
  asked: Asked,
  name: string,
  draw: () => Promise<Drawing | 'waiting'>,
): FastifyReply | Promise<FastifyReply> {
  const { request, reply, cache } = asked;
  const { accept, 'accept-encoding': acceptEncoding } = request.headers;
  const variant = chooseVariant({
    accept,
    acceptEncoding,
    format: request.query['format'],
  });
  if (variant === undefined) return refuseForm(reply);
  const page = cache.find(name, variant);
  if (page !== undefined) return sendPage(asked, { name, variant, page });
  return cache
    .get(name, variant, draw)
    .then((made) =>
      made === 'waiting'
        ? sendWaiting(asked, name)
        : sendPage(asked, { name, variant, page: made }),
    );
}

interface Answer {
  readonly name: string;
  readonly variant: PageVariant;
  readonly page: ShownPage;
}

function sendPage({ parts, request, reply }: Asked, { name, variant, page }: Answer): FastifyReply {
  reply
    .header('content-type', variant.contentType)
    .header('etag', page.etag)
    .header('cache-control', cacheControl(page.until, parts.clock))
    .header('vary', 'Accept, Accept-Encoding')
    .header('x-pypi-last-serial', page.serial);
  const isKnown = isKnownToCaller(request.headers['if-none-match'], page.etag);
  recordPage(parts, request, {
    name,
    status: isKnown ? 304 : 200,
    bytes: isKnown || request.method === 'HEAD' ? 0 : page.body.length,
  });
  if (isKnown) return reply.removeHeader('content-type').code(304).send();
  if (variant.encoding !== 'identity') reply.header('content-encoding', variant.encoding);
  return reply.send(page.body);
}

/** Clients may keep a page for a minute (pip 26.2 and newer do), and never beyond the instant it can change at. */
function cacheControl(until: Instant | undefined, clock: () => Instant): string {
  if (until === undefined) return `max-age=${LONGEST_AGE_SECONDS}, must-revalidate`;
  const seconds = Math.floor((until - clock()) / 1000);
  return `max-age=${Math.max(0, Math.min(LONGEST_AGE_SECONDS, seconds))}, must-revalidate`;
}

function sendWaiting({ parts, request, reply }: Asked, name: string): FastifyReply {
  recordPage(parts, request, { name, status: 503, bytes: 0 });
  return sendProblem(
    reply,
    notYet('what this page shows is still being gathered; ask again in a few seconds'),
  );
}

function refuseForm(reply: FastifyReply): FastifyReply {
  return sendProblem(reply.header('vary', 'Accept, Accept-Encoding'), {
    status: 406,
    title: 'Not acceptable',
    detail:
      'a page is there as application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html and text/html; Accept or format ask for none of them',
    code: 'invalid-request',
  });
}

function recordPage(
  parts: ServiceParts,
  request: FastifyRequest,
  {
    name,
    status,
    bytes,
  }: { readonly name: string; readonly status: number; readonly bytes: number },
): void {
  recordAccess(parts, request, {
    kind: 'page',
    ...(name === ROOT ? {} : { project: name }),
    status,
    bytes,
  });
}
