import type { FastifyInstance } from 'fastify';

import { MINUTE_MS } from '../model/time.ts';
import type { ServiceParts } from './parts.ts';
import { serve } from './routes.ts';

/** Without news of the store's head for this long, the last state is served, but nobody new should be sent here. */
const OLDEST_HEAD_MS = MINUTE_MS;

/** `/health/live`: the process answers; `/health/ready`: it can decide, and knows the store's head. */
export function serveHealth(
  app: FastifyInstance,
  parts: ServiceParts,
  policyProblems: () => readonly string[],
): void {
  serve(app, '/health/live', (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ live: true }),
  );
  serve(app, '/health/ready', (_request, reply) => {
    const { policy, ...status } = parts.mirror.status();
    const ready = status.canDecide && status.headAgeMs <= OLDEST_HEAD_MS;
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ ready, policy: policy.digest, policyProblems: policyProblems(), ...status });
  });
}
