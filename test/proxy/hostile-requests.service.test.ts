import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { DENIED, FILE_PATH, FOO, HASH, WHEEL, approved, entry, openHouse } from './house.ts';
import { exchange, get, listen, open, statuses } from './raw.ts';

const house = openHouse({
  page: (project) => ({ project, entries: [entry()] }),
  open: (wanted) =>
    wanted.filename === WHEEL
      ? approved('abcdefghijkl')
      : { kind: 'refused', ecosystem: 'pypi', project: FOO, findings: [DENIED] },
});
let port = 0;

beforeAll(async () => {
  port = await listen(house.app);
});

afterAll(() => house.app.close());

async function serves(): Promise<boolean> {
  return statuses(await exchange(port, get('/pypi/simple/foo/')))[0] === 200;
}

describe('requests that two servers could read two ways', () => {
  const second = `GET ${FILE_PATH} HTTP/1.1\r\nHost: gate.test\r\n\r\n`;
  test.each<readonly [string, string]>([
    [
      'both lengths',
      `POST /pypi/simple/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${second}`,
    ],
    [
      'a space before the colon',
      `POST /pypi/simple/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n${second}`,
    ],
    [
      'two lengths',
      `POST /pypi/simple/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx${second}`,
    ],
    ['lines that end with LF', 'GET /pypi/simple/foo/ HTTP/1.1\nHost: a\n\n'],
    ['no Host', 'GET /pypi/simple/foo/ HTTP/1.1\r\n\r\n'],
    ['a folded header', 'GET /pypi/simple/foo/ HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n'],
    ['a tab in the target', 'GET /pypi/simple/foo\t/ HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a NUL in a header', 'GET /pypi/simple/foo/ HTTP/1.1\r\nHost: a\r\nX: \u0000\r\n\r\n'],
    ['no HTTP at all', '\u0016\u0003\u0001\u0000garbage\r\n\r\n'],
  ])('with %s are refused, and nothing after them is read', async (_, request) => {
    house.asked.length = 0;
    const received = await exchange(port, request);
    expect(statuses(received)).toEqual([400]);
    expect(house.asked).toEqual([]);
    expect(await serves()).toBe(true);
  });

  test('a length with a body is left unread: the connection does not take it for a request', async () => {
    house.asked.length = 0;
    const received = await exchange(
      port,
      `POST /pypi/simple/ HTTP/1.1\r\nHost: a\r\nContent-Length: ${second.length}\r\n\r\n${second}`,
    );
    expect(statuses(received)).toEqual([405]);
    expect(house.asked).toEqual([]);
  });

  test('an odd transfer coding ends the connection after one answer', async () => {
    house.asked.length = 0;
    const request = `POST /pypi/simple/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n${second}`;
    // The 400 is left out while the 405 is still on its way.
    expect([[405], [405, 400]]).toContainEqual(statuses(await exchange(port, request)));
    expect(house.asked).toEqual([]);
  });

  test('two requests in one write are two answers', async () => {
    expect(statuses(await exchange(port, `${second}${get('/pypi/simple/foo/')}`))).toEqual([
      200, 200,
    ]);
  });
});

describe('requests of odd size', () => {
  test('a header of 20 kB is too large', async () => {
    expect(
      statuses(await exchange(port, get('/pypi/simple/foo/', `X: ${'x'.repeat(20_000)}\r\n`))),
    ).toEqual([431]);
  });

  test('a target of 20 kB is too large', async () => {
    expect(statuses(await exchange(port, get(`/pypi/simple/${'a'.repeat(20_000)}/`)))).toEqual([
      431,
    ]);
  });

  test('a target of 10 kB is nothing', async () => {
    expect(statuses(await exchange(port, get(`/pypi/simple/${'a'.repeat(10_000)}/`)))).toEqual([
      404,
    ]);
  });

  test('a body is never read', async () => {
    const head = `PUT /pypi/simple/foo/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100000000\r\n\r\n`;
    expect(statuses(await exchange(port, `${head}${'x'.repeat(100_000)}`))).toEqual([405]);
    expect(await serves()).toBe(true);
  });

  test('200 connections that send nothing leave room for others', async () => {
    const sockets = Array.from({ length: 200 }, () => open(port));
    for (const socket of sockets)
      socket.on('error', () => undefined).write('GET /pypi/simple/foo/ HTTP/1.1\r\nHo');
    expect(await serves()).toBe(true);
    for (const socket of sockets) socket.destroy();
  });
});

describe('the Host that a caller names', () => {
  test.each([
    'Host: evil.test\r\nX-Forwarded-Host: evil.test\r\nX-Forwarded-Proto: gopher\r\nForwarded: host=evil.test\r\n',
    'Host: evil.test\r\nHost: also-evil.test\r\n',
    'Host: evil.test"><script>\r\n',
  ])('is in no answer: %j', async (headers) => {
    for (const target of [
      '/pypi/simple/foo/',
      '/pypi/simple/Foo/',
      '/pypi/simple/',
      `/pypi/files/foo/${HASH}/other.whl`,
      'http://evil.test/pypi/simple/Foo',
    ]) {
      const received = await exchange(
        port,
        `GET ${target} HTTP/1.1\r\nConnection: close\r\n${headers}\r\n`,
      );
      expect(statuses(received)).toHaveLength(1);
      expect(received).not.toContain('evil');
    }
  });
});

test('every limit is the one that is written down', () => {
  const { server } = house.app;
  expect({
    headersTimeout: server.headersTimeout,
    requestTimeout: server.requestTimeout,
    keepAliveTimeout: server.keepAliveTimeout,
    timeout: server.timeout,
    maxConnections: server.maxConnections,
  }).toEqual({
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    timeout: 60_000,
    maxConnections: 8192,
  });
});
