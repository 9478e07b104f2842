import type { FastifyRequest } from 'fastify';

import type { ServiceParts } from './parts.ts';

/** What was served or refused, before it becomes a line of the access log. */
export interface Served {
  readonly kind: 'page' | 'file' | 'metadata' | 'provenance';
  /** Absent: the page that lists all projects. */
  readonly project?: string;
  /** Of conda: the source whose index or file it is. */
  readonly channel?: string;
  readonly filename?: string;
  readonly sha256?: string;
  readonly status: number;
  readonly bytes: number;
  /** True: the answer began, and its end was never sent. */
  readonly cut?: true;
}

const LONGEST_USER_AGENT = 200;

/** Enters one answer in the access log. */
export function recordAccess(parts: ServiceParts, request: FastifyRequest, served: Served): void {
  parts.record({
    time: new Date(parts.clock()).toISOString(),
    ...served,
    userAgent: userAgentOf(request),
  });
}

/** JSON escapes no C1 control, and a terminal that shows the log would obey them. */
function userAgentOf(request: FastifyRequest): string | undefined {
  return request.headers['user-agent']?.slice(0, LONGEST_USER_AGENT).replaceAll(/[^ -~]+/g, '?');
}
