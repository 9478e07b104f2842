import { type IncomingMessage, ServerResponse } from 'node:http';

import { type Problem, problemBody } from './problems.ts';

type Socket = IncomingMessage['socket'];

const REASON: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/**
 * Answers what is no HTTP request, or comes too slowly, and closes. While another answer is on its way it only
 * closes: whatever were written now would be read as a part of that answer.
 */
export function refuseUnreadable(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable && !isAnswering(socket)) socket.write(answer(problemOf(error.code)));
  socket.destroy(error);
}

/** Node keeps the answer that has the connection in this property, and asks it in the same way for its own default. */
function isAnswering(socket: Socket): boolean {
  const under: unknown = Reflect.get(socket, '_httpMessage');
  return under instanceof ServerResponse && under.headersSent;
}

function problemOf(code: string | undefined): Problem {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return refused(408, 'The request took too long', 'the request did not arrive in time');
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    const detail = 'the address and the headers together have more than 16 KiB';
    return refused(431, 'The request is too large', detail);
  }
  return refused(400, 'The request cannot be understood', 'the request cannot be read');
}

function refused(status: number, title: string, detail: string): Problem {
  return { status, title, detail, code: 'invalid-request' };
}

function answer(problem: Problem): Buffer {
  const { status } = problem;
  const body = problemBody(problem);
  const head = [
    `HTTP/1.1 ${status} ${REASON[status]}`,
    'content-type: application/problem+json',
    'cache-control: no-store',
    `content-length: ${body.length}`,
    'connection: close',
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}
