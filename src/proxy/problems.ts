import type { FastifyReply } from 'fastify';

import type { Finding } from '../model/decision.ts';
import { type ErrorCode, isGatehouseError } from '../model/errors.ts';

/** The body of an answer that is not what was asked for (RFC 9457), with members of our own. */
export interface Problem {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** For programs: an error's code, or the finding that refused. */
  readonly code: string;
  readonly findings?: readonly Finding[];
  /** Where a person reads the whole reason. */
  readonly why?: string;
  readonly retryAfterSeconds?: number;
  /** The HTTP reason phrase, which pip prints; absent: that of the status. */
  readonly reasonPhrase?: string;
}

const STATUS_OF: Readonly<Record<ErrorCode, number>> = {
  'archive-refused': 502,
  'artifact-refused': 403,
  'invalid-expression': 500,
  'invalid-filename': 404,
  'invalid-hash': 404,
  'invalid-key': 500,
  'invalid-metadata': 502,
  'invalid-name': 404,
  'invalid-page': 502,
  'invalid-policy': 500,
  'invalid-request': 400,
  'invalid-requirement': 500,
  'invalid-setting': 500,
  'invalid-specifier': 500,
  'invalid-version': 404,
  'ledger-inconsistent': 503,
  'not-found': 404,
  'not-ready': 503,
  'store-corrupt': 500,
  'store-full': 503,
  'store-too-new': 503,
  'store-unavailable': 503,
  'upstream-mismatch': 502,
  'upstream-not-found': 502,
  'upstream-refused': 502,
  'upstream-unavailable': 503,
  'wrong-use': 500,
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request cannot be understood',
  404: 'Not found',
  500: 'Internal error',
  502: 'Upstream sent what cannot be served',
  503: 'Not available now',
};

const RETRY_AFTER_SECONDS = 5;

/**
 * Sends a problem, never to be cached. As bytes: to text, fastify would add a charset, and uv reads the problem only
 * when its type is `application/problem+json` exactly.
 */
export function sendProblem(
  reply: FastifyReply,
  problem: Problem,
  body: Buffer = problemBody(problem),
): FastifyReply {
  const { status, retryAfterSeconds, reasonPhrase } = problem;
  if (retryAfterSeconds !== undefined) reply.header('retry-after', `${retryAfterSeconds}`);
  if (reasonPhrase !== undefined) {
    reply.raw.statusMessage = reasonPhrase;
    reply.header('x-error-message', reasonPhrase);
  }
  return reply
    .code(status)
    .header('content-type', 'application/problem+json')
    .header('cache-control', 'no-store')
    .send(body);
}

/**
 * A problem as it goes over the wire. conda prints `reason` (in capitals, in place of the HTTP reason phrase) and
 * `message` of any JSON that comes with an error, and `detail` only since 25.9.
 */
export function problemBody(problem: Problem): Buffer {
  const { status, title, detail, code, findings, why } = problem;
  const type = `urn:gatehouse:problem:${code}`;
  const told = { type, title, status, detail, reason: title, message: detail };
  return Buffer.from(JSON.stringify({ ...told, code, findings, why }));
}

/** What to say of an error. What nobody foresaw is not told to the outside. */
export function problemOf(error: unknown): Problem {
  if (isGatehouseError(error)) {
    const status = STATUS_OF[error.code];
    return {
      status,
      title: titleOf(status),
      detail: error.hint === undefined ? error.message : `${error.message}; ${error.hint}`,
      code: error.code,
      ...(status === 503 ? { retryAfterSeconds: RETRY_AFTER_SECONDS } : {}),
    };
  }
  const status = refusedByServer(error);
  if (status !== undefined) {
    return {
      status,
      title: titleOf(status),
      detail: 'the request cannot be read',
      code: 'invalid-request',
    };
  }
  return {
    status: 500,
    title: titleOf(500),
    detail: 'an error that the log describes',
    code: 'internal',
  };
}

/** Nothing is at this address. */
export function notFound(detail: string): Problem {
  return { status: 404, title: titleOf(404), detail, code: 'not-found' };
}

/** The answer is not known yet; never a refusal (DESIGN §4.4). */
export function notYet(detail: string): Problem {
  return { status: 503, title: 'Not known yet', detail, code: 'not-ready', retryAfterSeconds: 2 };
}

/** The path names a project that none can be called. */
export const NO_SUCH_NAME = notFound(
  'no project can have this name: expected ASCII letters, digits and inner "-", "_", "."',
);

/** The path names a version that no release can have. */
export const NO_SUCH_VERSION = notFound(
  'no release can have this version: expected one of PEP 440, such as 1.2.3',
);

/** What a page shows is still being gathered. */
export const PAGE_NOT_YET = notYet(
  'what this page shows is still being gathered; ask again in a few seconds',
);

/** Fastify's own errors carry the status; those below 500 are the caller's mistakes. */
function refusedByServer(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  const { statusCode } = error;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500
    ? statusCode
    : undefined;
}

function titleOf(status: number): string {
  return TITLES[status] ?? 'The request cannot be answered';
}
