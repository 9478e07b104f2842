import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { FILE_PATH, bodyOf, entry, openHouse } from './house.ts';
import { exchange, get, listen, open, statuses } from './raw.ts';

const MIB = 1024 * 1024;

describe('an answer that has begun', () => {
  const gate = Promise.withResolvers<undefined>();
  const house = openHouse({
    open: () => ({ kind: 'approved', sizeBytes: 12, bytes: async () => bodyOf(12, halves()) }),
  });

  async function* halves(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('abcdef');
    await gate.promise;
    yield Buffer.from('ghijkl');
  }

  afterAll(() => house.app.close());

  test('ends when something unreadable follows its request, and nothing else is put into it', async () => {
    const socket = open(await listen(house.app));
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      if (received.endsWith('abcdef')) socket.write('nothing that could be read\r\n\r\n');
    });
    socket.on('error', () => undefined);
    socket.write(`GET ${FILE_PATH} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await new Promise((resolve) => void socket.once('close', resolve));
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nabcdef$/);
    gate.resolve(undefined);
    await expect.poll(() => house.lines).toEqual([expect.objectContaining({ cut: true })]);
  });
});

describe('connections that are slow on purpose', () => {
  const disposed = { count: 0 };
  const house = openHouse({
    page: (project) => ({ project, entries: [entry()] }),
    open: () => ({
      kind: 'approved',
      sizeBytes: 64 * MIB,
      bytes: async () => bodyOf(64 * MIB, zeros(), disposed),
    }),
  });
  let port = 0;

  beforeAll(async () => {
    // What is 10, 30 and 60 s in production; Node looks every 5 s whether they are over.
    house.app.server.headersTimeout = 200;
    house.app.server.requestTimeout = 400;
    house.app.server.setTimeout(1000);
    port = await listen(house.app);
  });

  afterAll(() => house.app.close());

  test('are answered 408 while others are served, when their headers come one by one', async () => {
    const received = Array.from({ length: 200 }, () => dripHeaders());
    await expect
      .poll(async () => statuses(await exchange(port, get('/pypi/simple/foo/'))))
      .toEqual([200]);
    for (const text of await Promise.all(received)) {
      expect(statuses(text)).toEqual([408]);
      expect(text).toContain('"code":"invalid-request"');
    }
    expect(house.log).toEqual([]);
  }, 30_000);

  async function dripHeaders(): Promise<string> {
    const socket = open(port);
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.write('GET /pypi/simple/foo/ HTTP/1.1\r\nHost: a\r\n');
    const drip = setInterval(() => socket.write('X: y\r\n'), 300);
    await new Promise((resolve) => void socket.once('close', resolve));
    clearInterval(drip);
    return received;
  }

  test('are answered before the body that they owe, and closed when it never comes', async () => {
    for (const [target, status] of [
      ['/pypi/simple/foo/', 405],
      ['/nowhere', 404],
    ] as const) {
      for (const length of ['Content-Length: 100', 'Transfer-Encoding: chunked']) {
        const head = `POST ${target} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;
        const patience = { silenceMs: 3000, restMs: 100 };
        expect(statuses(await exchange(port, head, patience))).toEqual([status]);
      }
    }
  });

  test('are cut when they do not read what they asked for', async () => {
    const socket = open(port);
    socket.on('error', () => undefined);
    socket.write(`GET ${FILE_PATH} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await expect
      .poll(() => house.lines.filter(({ kind }) => kind === 'file'), { timeout: 10_000 })
      .toEqual([expect.objectContaining({ status: 200, cut: true })]);
    expect(disposed.count).toBe(1);
    socket.destroy();
  }, 15_000);
});

async function* zeros(): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < 64; sent += 1) yield Buffer.alloc(MIB);
}
