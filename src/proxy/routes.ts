import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { sendProblem } from './problems.ts';

/** A request whose path has these parameters. */
export type PathRequest<Name extends string> = FastifyRequest<{
  Params: Readonly<Record<Name, string>>;
  Querystring: Readonly<Record<string, unknown>>;
}>;

/** Answers one request; what it throws becomes a problem. */
export type Handler<Name extends string> = (
  request: PathRequest<Name>,
  reply: FastifyReply,
) => FastifyReply | Promise<FastifyReply>;

const OTHER_METHODS = ['DELETE', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE'];

/** Puts a handler at a path for GET and HEAD; every other method is answered 405, before any body is read. */
export function serve<Name extends string>(
  app: FastifyInstance,
  url: string,
  handler: Handler<Name>,
): void {
  app.route<PathOf<Name>>({ method: ['GET', 'HEAD'], url, handler });
  app.route({ method: OTHER_METHODS, url, onRequest: refuseMethod, handler: refuseMethod });
}

interface PathOf<Name extends string> {
  Params: Readonly<Record<Name, string>>;
  Querystring: Readonly<Record<string, unknown>>;
}

/** Sends the caller to another address for ever: a relative one, so that any mount prefix stays, with its query. */
export function redirect(request: FastifyRequest, reply: FastifyReply, path: string): FastifyReply {
  const query = /\?[!-~]*$/.exec(request.raw.url ?? '')?.[0] ?? '';
  return reply.code(301).header('location', `${path}${query}`).send();
}

async function refuseMethod(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  reply.header('allow', 'GET, HEAD');
  return sendProblem(reply, {
    status: 405,
    title: 'Method not allowed',
    detail: `this address is only read: expected GET or HEAD, got ${request.method}`,
    code: 'invalid-request',
  });
}
