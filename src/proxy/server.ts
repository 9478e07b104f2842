import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

import { SECOND_MS } from '../model/time.ts';
import { serveAudit } from './audit.ts';
import { serveConda } from './conda.ts';
import { servePypiFiles } from './files.ts';
import { serveHealth } from './health.ts';
import { type PageCache, createPageCache } from './page-cache.ts';
import type { ServiceParts } from './parts.ts';
import { notFound, problemOf, sendProblem } from './problems.ts';
import { servePypiJson } from './pypi-json.ts';
import { servePypiPages } from './pypi.ts';
import { refuseUnreadable } from './unreadable-requests.ts';
import { serveWhy } from './why.ts';

/** What the service is made of. */
export interface ServerParts extends ServiceParts {
  /** What is wrong with the policy file as it is now, one line each; empty while it is in force. */
  readonly policyProblems: () => readonly string[];
  /** For written pages in memory; absent: 64 MiB. */
  readonly pageCacheBytes?: number;
}

const PAGE_CACHE_BYTES = 64 * 1024 * 1024;
/** What is under way at `close` has this long to end; the process has 5 s. */
const GRACE_MS = 4 * SECOND_MS;
/** Of a decoded path segment: file names have up to 255 characters, and `.metadata` follows. */
const LONGEST_SEGMENT = 300;

/**
 * Makes the HTTP service; it listens when the caller says so. `close` lets requests end for 4 s, then cuts them.
 * Its host name is never read: links are relative, or begin with the public URL.
 */
export function createServer(parts: ServerParts): FastifyInstance {
  const app = fastify({
    // A line for each request would cost more than the request; refusals and errors are logged where they happen.
    logger: false,
    trustProxy: false,
    bodyLimit: 1024,
    requestTimeout: 30 * SECOND_MS,
    connectionTimeout: 60 * SECOND_MS,
    // Longer than the usual 60 s of a load balancer, or it would send requests into closing connections.
    keepAliveTimeout: 65 * SECOND_MS,
    maxRequestsPerSocket: 0,
    forceCloseConnections: 'idle',
    routerOptions: {
      maxParamLength: LONGEST_SEGMENT,
      ignoreTrailingSlash: false,
      ignoreDuplicateSlashes: false,
      caseSensitive: true,
    },
    http: {
      headersTimeout: 10 * SECOND_MS,
      connectionsCheckingInterval: 5 * SECOND_MS,
      maxHeaderSize: 16 * 1024,
      requireHostHeader: true,
      insecureHTTPParser: false,
    },
    clientErrorHandler: refuseUnreadable,
    frameworkErrors: (error, _request, reply) => {
      // A path that cannot be decoded, or a segment longer than any name: nothing is there.
      void sendProblem(
        reply,
        error.statusCode === 400 || error.statusCode === 414 ? NOTHING_HERE : problemOf(error),
      );
    },
  });
  app.server.maxConnections = 8192;
  readNoBody(app);
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, NOTHING_HERE));
  app.setErrorHandler((error, request, reply) => answerError(parts, { error, request, reply }));
  cutAfterGrace(app);
  const cache = openPageCache(parts);
  servePypiPages(app, parts, cache);
  servePypiJson(app, parts, cache);
  servePypiFiles(app, parts);
  serveConda(app, parts);
  serveWhy(app, parts);
  serveAudit(app, parts);
  serveHealth(app, parts, parts.policyProblems);
  return app;
}

/** All surfaces keep their pages in one. */
function openPageCache({ mirror, clock, pageCacheBytes }: ServerParts): PageCache {
  return createPageCache({
    maxBytes: pageCacheBytes ?? PAGE_CACHE_BYTES,
    clock,
    generation: () => mirror.generation(),
    ledgerSize: () => mirror.ledger.head().size,
  });
}

const NOTHING_HERE = notFound('nothing is at this address');

/** Without a parser for any type, bodies stay unread: also where nothing is, before anybody waits for one. */
function readNoBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
}

function answerError(
  parts: ServiceParts,
  failed: {
    readonly error: unknown;
    readonly request: FastifyRequest;
    readonly reply: FastifyReply;
  },
): FastifyReply {
  const { error, request, reply } = failed;
  const problem = problemOf(error);
  if (problem.status >= 500) {
    parts.log.error(
      { route: request.routeOptions.url, code: problem.code, err: error },
      'request failed',
    );
  }
  return sendProblem(reply, problem);
}

/** Streams may last for minutes, and a process that was told to end has seconds. */
function cutAfterGrace(app: FastifyInstance): void {
  let timer: NodeJS.Timeout | undefined;
  app.addHook('preClose', async () => {
    timer = setTimeout(() => app.server.closeAllConnections(), GRACE_MS);
  });
  app.addHook('onClose', async () => clearTimeout(timer));
}
