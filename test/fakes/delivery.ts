import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { type Fault, flipBit } from './faults.ts';

/** An emulated wide-area network: for each request, and for each connection. */
export interface Wan {
  readonly latencyMs: number;
  readonly bytesPerSecond: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** The body may be asked for in parts. */
  readonly ranges?: boolean;
}

export interface Delivery {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly answer: Answer;
  readonly fault: Fault | undefined;
  readonly wan: Wan | undefined;
}

const PIECE_BYTES = 64 * 1024;

/** Writes an answer, spoilt as the fault says, as slowly as the network would. */
export async function deliver({ request, response, answer, fault, wan }: Delivery): Promise<void> {
  if (fault?.kind === 'hang') return;
  if (fault?.kind === 'reset') {
    request.socket.destroy();
    return;
  }
  if (fault?.kind === 'delay') await sleep(fault.delayMs);
  if (wan) await sleep(wan.latencyMs);
  const spoilt = inPart(spoil(answer, fault), request, fault);
  const body = Buffer.from(spoilt.body ?? '');
  response.writeHead(spoilt.status, { ...spoilt.headers, ...lengthHeader(spoilt, fault) });
  if (request.method === 'HEAD' || spoilt.status === 304) {
    response.end();
    return;
  }
  const end =
    fault?.kind === 'cut' || fault?.kind === 'stall'
      ? (fault.afterBytes ?? body.length >> 1)
      : body.length;
  await writeBody(response, body.subarray(0, end), { fault, wan });
  if (fault?.kind === 'stall') return;
  if (fault?.kind === 'cut' || fault?.kind === 'wrong-length') response.socket?.end();
  else response.end();
}

function spoil(answer: Answer, fault: Fault | undefined): Answer {
  if (fault?.kind === 'status') {
    return {
      status: fault.status,
      headers: { 'content-type': 'text/plain', ...fault.headers },
      body: Buffer.from(`status ${fault.status}`),
    };
  }
  if (fault?.kind === 'body') {
    return {
      status: 200,
      headers: { ...answer.headers, ...fault.headers },
      body: Buffer.from(fault.body),
    };
  }
  if (answer.body === undefined) return answer;
  if (fault?.kind === 'flip-bit-first-mb')
    return { ...answer, body: flipBit(answer.body, 'first') };
  if (fault?.kind === 'flip-bit-last-mb') return { ...answer, body: flipBit(answer.body, 'last') };
  return answer;
}

function inPart(answer: Answer, request: IncomingMessage, fault: Fault | undefined): Answer {
  const { body, ranges } = answer;
  if (body === undefined || !ranges || answer.status !== 200) return answer;
  const whole = { ...answer, headers: { ...answer.headers, 'accept-ranges': 'bytes' } };
  const asked = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '');
  const condition = request.headers['if-range'];
  if (asked === null || (condition !== undefined && condition !== answer.headers['etag']))
    return whole;
  const [, first = '', last = ''] = asked;
  const start = first === '' ? Math.max(0, body.length - Number(last)) : Number(first);
  const end = first === '' || last === '' ? body.length : Math.min(Number(last) + 1, body.length);
  if (start >= end) return { status: 416, headers: { 'content-range': `bytes */${body.length}` } };
  const said = fault?.kind === 'wrong-range' ? start + 1 : start;
  const contentRange = `bytes ${said}-${said + end - start - 1}/${body.length}`;
  return {
    status: 206,
    headers: { ...whole.headers, 'content-range': contentRange },
    body: body.subarray(start, end),
  };
}

function lengthHeader(answer: Answer, fault: Fault | undefined): Record<string, string> {
  if (fault?.kind === 'no-length' || answer.status === 304) return {};
  const difference = fault?.kind === 'wrong-length' ? fault.differenceBytes : 0;
  return { 'content-length': `${(answer.body?.length ?? 0) + difference}` };
}

async function writeBody(
  response: ServerResponse,
  body: Uint8Array,
  how: Pick<Delivery, 'fault' | 'wan'>,
): Promise<void> {
  const pieceBytes = how.fault?.kind === 'drip' ? (how.fault.pieceBytes ?? 1) : PIECE_BYTES;
  for (let start = 0; start < body.length; start += pieceBytes) {
    const piece = body.subarray(start, start + pieceBytes);
    if (how.fault?.kind === 'drip') await sleep(how.fault.everyMs);
    if (how.wan && response.socket)
      await takeTurn(response.socket, (1000 * piece.length) / how.wan.bytesPerSecond);
    if (response.destroyed) return;
    await new Promise<void>((resolve) => {
      response.once('close', resolve);
      response.write(piece, () => {
        response.off('close', resolve);
        resolve();
      });
    });
  }
}

const busyUntil = new WeakMap<Socket, number>();

// A token bucket for each connection. A debt under the timer's resolution is kept, so that the rate is right on average.
async function takeTurn(socket: Socket, durationMs: number): Promise<void> {
  const now = performance.now();
  const until = Math.max(now - 5, busyUntil.get(socket) ?? 0) + durationMs;
  busyUntil.set(socket, until);
  if (until - now > 2) await sleep(until - now);
}
