import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

import { afterEach, describe, expect, test, vi } from 'vitest';

import { GatehouseError } from '../../src/model/errors.ts';
import { FILE_PATH, HASH, WHEEL, approved, bodyOf, openHouse, type House } from './house.ts';
import { exchange, get, listen, open, statuses } from './raw.ts';

const MIB = Buffer.alloc(1024 * 1024, 'x');
const houses: House[] = [];

async function start(
  answer: Parameters<typeof openHouse>[0],
): Promise<House & { readonly port: number }> {
  const house = openHouse(answer);
  houses.push(house);
  return { ...house, port: await listen(house.app) };
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield MIB;
  throw new GatehouseError('not-found', 'refused while it was being sent');
}

async function* short(): AsyncGenerator<Uint8Array> {
  yield MIB;
}

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) yield MIB;
}

async function* dripping(): AsyncGenerator<Uint8Array> {
  for (;;) {
    yield Buffer.from('x');
    await pause(20);
  }
}

afterEach(async () => {
  await Promise.all(houses.splice(0).map(({ app }) => app.close()));
});

describe('a whole answer', () => {
  test('is one line of the access log, and its body is disposed of once', async () => {
    const disposed = { count: 0 };
    const { port, lines } = await start({ open: () => approved('abcdefghijkl', disposed) });
    const received = await exchange(
      port,
      get(FILE_PATH, 'Range: bytes=2-5\r\nUser-Agent: uv/0.13.9\r\n'),
    );
    expect(received).toMatch(/\r\n\r\ncdef$/);
    await vi.waitFor(() => expect(lines).toHaveLength(1));
    expect(lines).toEqual([
      {
        time: '2026-03-01T12:00:00.000Z',
        kind: 'file',
        project: 'foo',
        filename: WHEEL,
        sha256: HASH,
        status: 206,
        bytes: 4,
        userAgent: 'uv/0.13.9',
      },
    ]);
    expect(disposed.count).toBe(1);
  });

  test('leaves the connection open for the next', async () => {
    const { port } = await start({ open: () => approved('abcdefghijkl') });
    const keep = `GET ${FILE_PATH} HTTP/1.1\r\nHost: a\r\n\r\n`;
    expect(statuses(await exchange(port, `${keep}${keep}${get(FILE_PATH)}`))).toEqual([
      200, 200, 200,
    ]);
  });

  test('of 64 MiB arrives whole at a slow reader, with little of it in memory at once', async () => {
    let made = 0;
    async function* many(): AsyncGenerator<Uint8Array> {
      for (; made < 64; made += 1) yield MIB;
    }
    const { port } = await start({
      open: () => ({
        kind: 'approved',
        sizeBytes: 64 * MIB.length,
        bytes: async () => bodyOf(64 * MIB.length, many()),
      }),
    });
    const socket = open(port);
    let received = 0;
    socket.write(get(FILE_PATH));
    await once(socket, 'readable');
    await pause(200);
    expect(made).toBeLessThan(32);
    socket.on('data', (chunk: Buffer) => (received += chunk.length));
    await once(socket, 'close');
    expect(received).toBeGreaterThan(64 * MIB.length);
  });
});

describe('an answer that fails after it began', () => {
  test.each<readonly [string, () => AsyncGenerator<Uint8Array>]>([
    ['the gate closed', failing],
    ['the body was too short', short],
  ])('is cut, and never looks whole: %s', async (_, stream) => {
    const disposed = { count: 0 };
    const { port, lines, log } = await start({
      open: () => ({
        kind: 'approved',
        sizeBytes: 3 * MIB.length,
        bytes: async () => bodyOf(3 * MIB.length, stream(), disposed),
      }),
    });
    const received = await exchange(port, `GET ${FILE_PATH} HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect(statuses(received)).toEqual([200]);
    expect(received).toContain(`content-length: ${3 * MIB.length}`);
    expect(received.length).toBeLessThan(3 * MIB.length);
    await vi.waitFor(() => expect(lines).toHaveLength(1));
    expect(lines).toEqual([expect.objectContaining({ status: 200, bytes: MIB.length, cut: true })]);
    expect(log).toEqual([expect.objectContaining({ msg: 'artifact cut off', filename: WHEEL })]);
    expect(disposed.count).toBe(1);
  });
});

describe('a caller who leaves', () => {
  test('in the middle ends the body, which is not a fault', async () => {
    const disposed = { count: 0 };
    const { port, lines, log } = await start({
      open: () => ({
        kind: 'approved',
        sizeBytes: 1e12,
        bytes: async () => bodyOf(1e12, endless(), disposed),
      }),
    });
    const socket = open(port);
    socket.write(get(FILE_PATH));
    await once(socket, 'data');
    socket.destroy();
    await vi.waitFor(() => expect(disposed.count).toBe(1));
    await vi.waitFor(() =>
      expect(lines).toEqual([expect.objectContaining({ status: 200, cut: true })]),
    );
    expect(log).toEqual([]);
  });

  test('while bytes are awaited frees what was taken for them at once', async () => {
    const disposed = { count: 0 };
    const never = Promise.withResolvers<void>();
    async function* stalled(): AsyncGenerator<Uint8Array> {
      yield MIB;
      await never.promise;
    }
    const { port } = await start({
      open: () => ({
        kind: 'approved',
        sizeBytes: 2 * MIB.length,
        bytes: async () => bodyOf(2 * MIB.length, stalled(), disposed),
      }),
    });
    const socket = open(port);
    socket.write(get(FILE_PATH));
    await once(socket, 'data');
    socket.destroy();
    await vi.waitFor(() => expect(disposed.count).toBe(1));
    never.resolve();
  });

  test('before the body was there frees it when it comes', async () => {
    const disposed = { count: 0 };
    const late = Promise.withResolvers<void>();
    const asking = Promise.withResolvers<void>();
    const { port } = await start({
      open: () => ({
        kind: 'approved',
        sizeBytes: 12,
        async bytes() {
          asking.resolve();
          await late.promise;
          return bodyOf(12, [Buffer.from('abcdefghijkl')], disposed);
        },
      }),
    });
    const socket = open(port);
    socket.write(get(FILE_PATH));
    await asking.promise;
    socket.destroy();
    await pause(50);
    late.resolve();
    await vi.waitFor(() => expect(disposed.count).toBe(1));
  });
});

test('headers come within seconds even while a body has no bytes yet', async () => {
  const bytes = Promise.withResolvers<void>();
  async function* slow(): AsyncGenerator<Uint8Array> {
    await bytes.promise;
    yield Buffer.from('abcdefghijkl');
  }
  const { port } = await start({
    open: () => ({ kind: 'approved', sizeBytes: 12, bytes: async () => bodyOf(12, slow()) }),
  });
  const socket = open(port);
  const before = performance.now();
  socket.write(get(FILE_PATH));
  const [head] = await once(socket, 'data');
  expect(`${head}`).toMatch(/^HTTP\/1\.1 200 OK/);
  expect(performance.now() - before).toBeLessThan(12_000);
  bytes.resolve();
  const [rest] = await once(socket, 'data');
  expect(`${rest}`).toBe('abcdefghijkl');
});

describe('closing', () => {
  test('lets a stream that ends in time end', async () => {
    async function* brief(): AsyncGenerator<Uint8Array> {
      yield MIB;
      await pause(300);
      yield MIB;
    }
    const { app, port } = await start({
      open: () => ({
        kind: 'approved',
        sizeBytes: 2 * MIB.length,
        bytes: async () => bodyOf(2 * MIB.length, brief()),
      }),
    });
    const answer = exchange(port, get(FILE_PATH));
    await pause(100);
    await app.close();
    expect((await answer).length).toBeGreaterThan(2 * MIB.length);
  });

  test('cuts one that does not, within 5 s, and does not wait for idle connections', async () => {
    const disposed = { count: 0 };
    const { app, port } = await start({
      open: () => ({
        kind: 'approved',
        sizeBytes: 1e9,
        bytes: async () => bodyOf(1e9, dripping(), disposed),
      }),
    });
    const idle = open(port).on('error', () => undefined);
    idle.write('GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(idle, 'data');
    const socket = open(port).on('error', () => undefined);
    socket.write(get(FILE_PATH));
    await once(socket, 'data');
    const before = performance.now();
    await app.close();
    expect(performance.now() - before).toBeLessThan(5000);
    await vi.waitFor(() => expect(disposed.count).toBe(1));
  });
});
