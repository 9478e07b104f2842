import type { FastifyInstance, FastifyReply } from 'fastify';

import { parseDecisionQuery } from './decision-query.ts';
import type { ServiceParts } from './parts.ts';
import { notFound, sendProblem } from './problems.ts';
import { serve } from './routes.ts';
import { findTile } from './tile-path.ts';

/** What was decided, for people and programs, and the ledger as standard tools verify it (C2SP tlog-tiles). */
export function serveAudit(app: FastifyInstance, { mirror }: ServiceParts): void {
  serve(app, '/audit/v1/decisions', async (request, reply) => {
    const page = await mirror.decisions(parseDecisionQuery(request.query));
    return reply.header('cache-control', 'no-store').send(page);
  });
  serve(app, '/audit/checkpoint', async (_request, reply) =>
    reply
      .header('content-type', 'text/plain; charset=utf-8')
      .header('cache-control', 'no-cache')
      .send(await mirror.ledger.checkpoint()),
  );
  serve<'*'>(app, '/audit/tile/*', async (request, reply) => {
    const wanted = findTile(request.params['*']);
    if (wanted === undefined) return sendProblem(reply, NO_TILE);
    const { level, index, width } = wanted;
    const content =
      level === 'entries'
        ? await mirror.ledger.entryBundle(index, width)
        : await mirror.ledger.tile(level, index, width);
    return content === undefined
      ? sendProblem(reply, NO_TILE)
      : sendTile(reply, content, width === undefined);
  });
}

const NO_TILE = notFound('the ledger has no such tile');

function sendTile(reply: FastifyReply, content: Uint8Array, isFull: boolean): FastifyReply {
  return reply
    .header('content-type', 'application/octet-stream')
    .header('cache-control', isFull ? 'public, max-age=31536000, immutable' : 'no-cache')
    .send(Buffer.from(content));
}
