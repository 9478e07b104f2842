import { connect, type AddressInfo, type Socket } from 'node:net';

import type { FastifyInstance } from 'fastify';

/** Starts a service on a free loopback port. */
export async function listen(app: FastifyInstance): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return port;
}

export function open(port: number): Socket {
  return connect({ host: '127.0.0.1', port });
}

export interface Patience {
  /** For the first byte. */
  readonly silenceMs: number;
  /** After a byte, for the next. */
  readonly restMs: number;
}

/** Sends these bytes and gives everything that comes back until the service closes, or falls silent for a while. */
export async function exchange(
  port: number,
  request: string | Buffer,
  { silenceMs, restMs }: Patience = { silenceMs: 1500, restMs: 1500 },
): Promise<string> {
  const socket = open(port);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    socket.setTimeout(restMs);
  });
  socket.on('error', () => undefined);
  socket.setTimeout(silenceMs, () => socket.destroy());
  socket.write(request);
  // A reset is an end like any other, so this must not fail at `error`.
  await new Promise((resolve) => void socket.once('close', resolve));
  return Buffer.concat(chunks).toString('latin1');
}

/** A GET of a target as it is, on a connection that closes afterwards. */
export function get(target: string, headers = ''): string {
  return `GET ${target} HTTP/1.1\r\nHost: gate.test\r\nConnection: close\r\n${headers}\r\n`;
}

/** The statuses of the answers in what came back. */
export function statuses(received: string): readonly number[] {
  return [...received.matchAll(/HTTP\/1\.1 ([0-9]{3}) /g)].map(([, status]) => Number(status));
}
