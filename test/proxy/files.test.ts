import { describe, expect, test } from 'vitest';

import type { Opened, Refused } from '../../src/mirror/open.ts';
import { GatehouseError } from '../../src/model/errors.ts';
import {
  DENIED,
  FILE_PATH,
  FOO,
  HASH,
  PUBLIC_URL,
  WHEEL,
  approved,
  bodyOf,
  openHouse,
} from './house.ts';

const CONTENT = 'abcdefghijkl';
const REFUSED: Refused = {
  kind: 'refused',
  ecosystem: 'pypi',
  project: FOO,
  version: '2.0',
  findings: [DENIED],
};
const REASON = `${DENIED.message} (license/not-allowed); see ${PUBLIC_URL}/why/pypi/foo/2.0`;

describe('an approved artifact', () => {
  test('comes whole, never encoded, to be kept for ever', async () => {
    const { app, asked, log } = openHouse({ open: () => approved(CONTENT) });
    const response = await app.inject({
      url: FILE_PATH,
      headers: { 'accept-encoding': 'gzip, zstd' },
    });
    expect(response.statusCode).toBe(200);
    expect(response.body).toBe(CONTENT);
    expect(response.headers).toMatchObject({
      'content-length': '12',
      'content-type': 'application/octet-stream',
      etag: `"${HASH}"`,
      'accept-ranges': 'bytes',
      'last-modified': 'Sun, 16 Jun 2024 12:00:00 GMT',
      'cache-control': 'private, max-age=31536000, immutable',
      date: expect.any(String),
    });
    expect(response.headers).not.toHaveProperty('content-encoding');
    expect(asked).toEqual([['open', { project: 'foo', sha256: HASH, filename: WHEEL }]]);
    expect(log).toEqual([]);
  });

  test.each<readonly [string, number, string, string | undefined]>([
    ['bytes=0-3', 206, 'abcd', 'bytes 0-3/12'],
    ['bytes=4-', 206, 'efghijkl', 'bytes 4-11/12'],
    ['bytes=-5', 206, 'hijkl', 'bytes 7-11/12'],
    ['bytes=-500', 206, CONTENT, 'bytes 0-11/12'],
    ['bytes=10-500', 206, 'kl', 'bytes 10-11/12'],
    ['bytes=0-0', 206, 'a', 'bytes 0-0/12'],
    ['bytes=12-', 416, '', 'bytes */12'],
    ['bytes=99-100', 416, '', 'bytes */12'],
    ['bytes=-0', 416, '', 'bytes */12'],
    ['bytes=0-1,4-5', 200, CONTENT, undefined],
    ['bytes=5-2', 200, CONTENT, undefined],
    ['bytes=-', 200, CONTENT, undefined],
    ['bytes=a-b', 200, CONTENT, undefined],
    ['lines=0-3', 200, CONTENT, undefined],
    ['bytes=99999999999999999999-', 416, '', 'bytes */12'],
  ])('Range: %s is %i', async (range, status, body, contentRange) => {
    const { app } = openHouse({ open: () => approved(CONTENT) });
    const response = await app.inject({ url: FILE_PATH, headers: { range } });
    expect(response.statusCode).toBe(status);
    expect(status === 416 ? '' : response.body).toBe(body);
    expect(response.headers['content-length']).toBe(`${response.rawPayload.length}`);
    expect(response.headers['content-range']).toBe(contentRange);
  });

  test.each<readonly [string, string, number]>([
    ['the tag', `"${HASH}"`, 206],
    ['the date', 'Sun, 16 Jun 2024 12:00:00 GMT', 206],
    ['another tag', '"other"', 200],
    ['a weak tag', `W/"${HASH}"`, 200],
    ['another date', 'Sun, 16 Jun 2024 12:00:01 GMT', 200],
  ])('If-Range with %s', async (_, header, status) => {
    const { app } = openHouse({ open: () => approved(CONTENT) });
    const response = await app.inject({
      url: FILE_PATH,
      headers: { range: 'bytes=4-', 'if-range': header },
    });
    expect(response.statusCode).toBe(status);
    expect(response.body).toBe(status === 206 ? CONTENT.slice(4) : CONTENT);
  });

  test('whose length is not known is sent whole, whatever range is asked for', async () => {
    const { app } = openHouse({
      open: () => ({
        kind: 'approved',
        sizeBytes: undefined,
        bytes: async () => bodyOf(12, [Buffer.from(CONTENT)]),
      }),
    });
    const response = await app.inject({ url: FILE_PATH, headers: { range: 'bytes=4-' } });
    expect(response.statusCode).toBe(200);
    expect(response.body).toBe(CONTENT);
    expect(response.headers).not.toHaveProperty('last-modified');
  });

  test('HEAD is answered from the record, and fetches nothing', async () => {
    const { app, lines } = openHouse({
      open: () => ({
        kind: 'approved',
        sizeBytes: 999,
        bytes: () => Promise.reject(new Error('fetched')),
      }),
    });
    const response = await app.inject({
      method: 'HEAD',
      url: FILE_PATH,
      headers: { range: 'bytes=0-3' },
    });
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      'content-length': '999',
      'accept-ranges': 'bytes',
      etag: `"${HASH}"`,
    });
    expect(response.body).toBe('');
    expect(lines).toEqual([expect.objectContaining({ status: 200, bytes: 0 })]);
  });

  test('HEAD of one whose length nobody knows names none', async () => {
    const { app } = openHouse({
      open: () => ({
        kind: 'approved',
        sizeBytes: undefined,
        bytes: () => Promise.reject(new Error('fetched')),
      }),
    });
    const response = await app.inject({ method: 'HEAD', url: FILE_PATH });
    expect(response.statusCode).toBe(200);
    expect(response.headers).not.toHaveProperty('content-length');
  });

  test('is not sent again to who has it', async () => {
    const { app } = openHouse({ open: () => approved(CONTENT) });
    const response = await app.inject({
      url: FILE_PATH,
      headers: { 'if-none-match': `"${HASH}"` },
    });
    expect(response.statusCode).toBe(304);
    expect(response.body).toBe('');
    expect(response.headers['cache-control']).toBe('private, max-age=31536000, immutable');
  });

  test.each(['foo-1.0+cu121-py3-none-any.whl', 'foo-1.0%2Bcu121-py3-none-any.whl'])(
    'with a local version is found as %s',
    async (segment) => {
      const { app, asked } = openHouse({ open: () => approved(CONTENT) });
      expect((await app.inject(`/pypi/files/foo/${HASH}/${segment}`)).statusCode).toBe(200);
      expect(asked).toEqual([
        ['open', expect.objectContaining({ filename: 'foo-1.0+cu121-py3-none-any.whl' })],
      ]);
    },
  );

  test('may have a name of 255 characters, with metadata', async () => {
    const filename = `${'f'.repeat(251)}.whl`;
    const { app, asked } = openHouse({ open: () => approved(CONTENT) });
    expect((await app.inject(`/pypi/files/foo/${HASH}/${filename}`)).statusCode).toBe(200);
    await app.inject(`/pypi/files/foo/${HASH}/${filename}.metadata`);
    expect(asked.map(([question]) => question)).toEqual(['open', 'openMetadata']);
  });
});

describe('an artifact that fails before its first byte', () => {
  test.each<readonly [string, unknown, number, string]>([
    [
      'upstream is away',
      new GatehouseError('upstream-unavailable', 'the index does not answer'),
      503,
      'upstream-unavailable',
    ],
    [
      'upstream sends other bytes',
      new GatehouseError('upstream-mismatch', 'other sha256'),
      502,
      'upstream-mismatch',
    ],
    [
      'the store is away',
      new GatehouseError('store-unavailable', 'no disk'),
      503,
      'store-unavailable',
    ],
    [
      'the policy changed meanwhile',
      new GatehouseError('not-ready', 'policy changed', { hint: 'ask again' }),
      503,
      'not-ready',
    ],
    ['nobody knows why', new TypeError('secret'), 500, 'internal'],
  ])('is a problem where %s', async (_, error, status, code) => {
    for (const when of ['opening', 'reading'] as const) {
      const disposed = { count: 0 };
      const { app, lines, log } = openHouse({
        open: () => ({
          kind: 'approved',
          sizeBytes: 12,
          async bytes() {
            if (when === 'opening') throw error;
            return bodyOf(12, failAfter([], error), disposed);
          },
        }),
      });
      const response = await app.inject(FILE_PATH);
      expect(response.statusCode).toBe(status);
      expect(response.headers).toMatchObject({
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
      });
      expect(response.headers).not.toHaveProperty('etag');
      expect(response.headers['retry-after']).toBe(status === 503 ? '5' : undefined);
      expect(response.json()).toMatchObject({ status, code });
      expect(response.body).not.toContain('secret');
      expect(lines).toEqual([expect.objectContaining({ status, bytes: 0 })]);
      expect(log).toEqual([
        expect.objectContaining({ msg: 'artifact not served', filename: WHEEL, code }),
      ]);
      expect(disposed.count).toBe(when === 'reading' ? 1 : 0);
    }
  });

  test('is refused with the reason where its contents were', async () => {
    let times = 0;
    const failing: Opened = {
      kind: 'approved',
      sizeBytes: 12,
      bytes: () =>
        Promise.reject(new GatehouseError('upstream-mismatch', 'refused for its contents')),
    };
    const { app, log } = openHouse({ open: () => (times++ === 0 ? failing : REFUSED) });
    const response = await app.inject(FILE_PATH);
    expect(response.statusCode).toBe(403);
    expect(response.statusMessage).toBe(REASON);
    expect(log).toEqual([
      expect.objectContaining({ msg: 'artifact refused', code: 'license/not-allowed' }),
    ]);
  });
});

async function* failAfter(chunks: readonly string[], error: unknown): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
  throw error;
}

describe('a refused artifact', () => {
  test.each(['', '.metadata'])(
    'answers 403 with one reason in three places: %s',
    async (suffix) => {
      const { app, lines, log } = openHouse({
        open: () => REFUSED,
        openMetadata: () => REFUSED,
      });
      const response = await app.inject(`${FILE_PATH}${suffix}`);
      expect(response.statusCode).toBe(403);
      expect(response.statusMessage).toBe(REASON);
      expect(response.headers).toMatchObject({
        'content-type': 'application/problem+json',
        'x-error-message': REASON,
        'cache-control': 'no-store',
      });
      expect(response.headers).not.toHaveProperty('etag');
      expect(response.json()).toEqual({
        type: 'urn:gatehouse:problem:license/not-allowed',
        title: 'Refused by policy',
        status: 403,
        detail: REASON,
        reason: 'Refused by policy',
        message: REASON,
        code: 'license/not-allowed',
        findings: [DENIED],
        why: `${PUBLIC_URL}/why/pypi/foo/2.0`,
      });
      expect(lines).toEqual([
        expect.objectContaining({
          kind: suffix === '' ? 'file' : 'metadata',
          status: 403,
          bytes: 0,
        }),
      ]);
      expect(log).toHaveLength(1);
    },
  );

  test('is logged once while the mirror gives the same refusal, and recorded every time', async () => {
    let refusal = REFUSED;
    const { app, lines, log } = openHouse({ open: () => refusal });
    const first = await app.inject(FILE_PATH);
    const second = await app.inject(FILE_PATH);
    expect(second.body).toBe(first.body);
    expect([lines.length, log.length]).toEqual([2, 1]);
    refusal = { ...REFUSED, findings: [{ ...DENIED, message: 'foo 2.0 was looked at again' }] };
    const third = await app.inject(FILE_PATH);
    expect(third.statusMessage).toMatch(/^foo 2\.0 was looked at again /);
    expect([lines.length, log.length]).toEqual([3, 2]);
  });

  test('answers HEAD and Range with the same refusal', async () => {
    const { app } = openHouse({ open: () => REFUSED });
    for (const method of ['HEAD', 'GET'] as const) {
      const response = await app.inject({
        method,
        url: FILE_PATH,
        headers: { range: 'bytes=0-3', 'if-none-match': '*' },
      });
      expect([response.statusCode, response.statusMessage]).toEqual([403, REASON]);
    }
  });

  test('of which nothing is known yet is not refused', async () => {
    const { app, log } = openHouse({ open: () => ({ kind: 'waiting' }) });
    const response = await app.inject(FILE_PATH);
    expect(response.statusCode).toBe(503);
    expect(response.headers).toMatchObject({ 'retry-after': '2', 'cache-control': 'no-store' });
    expect(response.statusMessage).toBe('Service Unavailable');
    expect(log).toEqual([]);
  });

  test('that no record names is absent', async () => {
    const { app } = openHouse();
    for (const suffix of ['', '.metadata']) {
      const response = await app.inject(`${FILE_PATH}${suffix}`);
      expect([response.statusCode, response.headers['cache-control']]).toEqual([404, 'no-store']);
    }
  });
});

describe('metadata', () => {
  test('has the digest as its tag and is kept for ever', async () => {
    const content = Buffer.from('Metadata-Version: 2.1\nName: foo\n');
    const { app, asked, lines } = openHouse({
      openMetadata: () => ({ kind: 'metadata', content, sha256: HASH }),
    });
    const response = await app.inject({
      url: `${FILE_PATH}.metadata`,
      headers: { 'accept-encoding': 'gzip' },
    });
    expect(response.rawPayload).toEqual(content);
    expect(response.headers).toMatchObject({
      etag: `"${HASH}"`,
      'content-length': `${content.length}`,
      'cache-control': 'private, max-age=31536000, immutable',
    });
    expect(response.headers).not.toHaveProperty('content-encoding');
    expect(asked).toEqual([['openMetadata', { project: 'foo', sha256: HASH, filename: WHEEL }]]);
    expect(lines).toEqual([
      expect.objectContaining({ kind: 'metadata', status: 200, bytes: content.length }),
    ]);
    const again = await app.inject({
      url: `${FILE_PATH}.metadata`,
      headers: { 'if-none-match': `"${HASH}"` },
    });
    expect([again.statusCode, again.body]).toEqual([304, '']);
    const head = await app.inject({ method: 'HEAD', url: `${FILE_PATH}.metadata` });
    expect([head.statusCode, head.body, head.headers['content-length']]).toEqual([
      200,
      '',
      `${content.length}`,
    ]);
  });
});

test.each([
  `/pypi/files/Foo/${HASH}/${WHEEL}`,
  `/pypi/files/foo/${HASH.toUpperCase()}/${WHEEL}`,
  `/pypi/files/foo/${HASH.slice(1)}/${WHEEL}`,
  `/pypi/files/foo/${HASH}/..%2f..%2fhead`,
  `/pypi/files/foo/${HASH}/..%5chead`,
  `/pypi/files/foo/${HASH}/.hidden`,
  `/pypi/files/foo/${HASH}/a%00b.whl`,
  `/pypi/files/foo/${HASH}/a%0d%0aX-Evil:1`,
  `/pypi/files/foo/${HASH}/a%20b.whl`,
  `/pypi/files/foo/${HASH}/%252e%252e`,
  `/pypi/files/foo/${HASH}/`,
  `/pypi/files/foo/${HASH}/.metadata`,
  `/pypi/files/foo/${HASH}/${'f'.repeat(256)}`,
  `/pypi/files/foo/${HASH}/${'f'.repeat(400)}.whl`,
  `/pypi/files/foo/${HASH}`,
  `/pypi/files/__proto__/${HASH}/${WHEEL}`,
])('%s names no file, and nobody is asked', async (url) => {
  const { app, asked } = openHouse({ open: () => approved(CONTENT) });
  const response = await app.inject(url);
  expect(response.statusCode).toBe(404);
  expect(response.headers['content-type']).toBe('application/problem+json');
  expect(asked).toEqual([]);
});
