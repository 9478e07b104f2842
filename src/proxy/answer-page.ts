import type { FastifyReply } from 'fastify';

import type { Clock, Instant } from '../model/time.ts';
import { recordAccess } from './access.ts';
import { isKnownToCaller } from './conditional.ts';
import type { PageVariant } from './negotiation.ts';
import type { Drawing, PageCache, ShownPage } from './page-cache.ts';
import type { ServiceParts } from './parts.ts';
import { type Problem, sendProblem } from './problems.ts';
import type { PathRequest } from './routes.ts';

const LONGEST_AGE_SECONDS = 60;

/** A request for a page, with where pages are kept. */
export interface AskedPage {
  readonly parts: ServiceParts;
  readonly cache: PageCache;
  readonly request: PathRequest<never>;
  readonly reply: FastifyReply;
}

/** Which page is asked for, and how it is made. */
export interface PageAddress {
  /** Its name in the cache. */
  readonly key: string;
  /** Absent: it is of no project. */
  readonly project?: string;
  readonly variant: PageVariant;
  /** The request's headers that the variant was chosen by. */
  readonly vary: string;
  /** A problem is what is answered in place of a page. */
  readonly draw: () => Promise<Drawing | Problem>;
}

/** Answers with a page: from memory where it is still right, else drawn; 304 to whoever has it. */
export function answerPage(
  asked: AskedPage,
  page: PageAddress,
): FastifyReply | Promise<FastifyReply> {
  const { key, variant, draw } = page;
  const known = asked.cache.find(key, variant);
  if (known !== undefined) return sendPage(asked, page, known);
  return asked.cache
    .get(key, variant, draw)
    .then((made) =>
      'body' in made ? sendPage(asked, page, made) : sendInstead(asked, page, made),
    );
}

function sendPage(
  asked: AskedPage,
  { variant, vary, project }: PageAddress,
  page: ShownPage,
): FastifyReply {
  const { parts, request, reply } = asked;
  reply
    .header('content-type', variant.contentType)
    .header('etag', page.etag)
    .header('cache-control', cacheControl(page.until, parts.clock))
    .header('vary', vary)
    // bandersnatch takes a page for stale whose header is below the serial that it read on the page of all projects.
    .header('x-pypi-last-serial', page.highestSerial);
  const isKnown = isKnownToCaller(request.headers['if-none-match'], page.etag);
  record(asked, project, {
    status: isKnown ? 304 : 200,
    bytes: isKnown || request.method === 'HEAD' ? 0 : page.body.length,
  });
  if (isKnown) return reply.removeHeader('content-type').code(304).send();
  if (variant.encoding !== 'identity') reply.header('content-encoding', variant.encoding);
  return reply.send(page.body);
}

/** Clients may keep a page for a minute (pip 26.2 and newer do), and never beyond the instant it can change at. */
function cacheControl(until: Instant | undefined, clock: Clock): string {
  if (until === undefined) return `max-age=${LONGEST_AGE_SECONDS}, must-revalidate`;
  const seconds = Math.floor((until - clock()) / 1000);
  return `max-age=${Math.max(0, Math.min(LONGEST_AGE_SECONDS, seconds))}, must-revalidate`;
}

function sendInstead(asked: AskedPage, { project }: PageAddress, problem: Problem): FastifyReply {
  record(asked, project, { status: problem.status, bytes: 0 });
  return sendProblem(asked.reply, problem);
}

function record(
  { parts, request }: AskedPage,
  project: string | undefined,
  answered: { readonly status: number; readonly bytes: number },
): void {
  recordAccess(parts, request, {
    kind: 'page',
    ...(project === undefined ? {} : { project }),
    ...answered,
  });
}
