import { gunzipSync, zstdDecompressSync } from 'node:zlib';

import { describe, expect, test } from 'vitest';

import { parseProjectName } from '../../src/ecosystems/pypi/names.ts';
import { parseSimpleHtml } from '../../src/ecosystems/pypi/simple-html.ts';
import { parseSimpleJson } from '../../src/ecosystems/pypi/simple-json.ts';
import type { Finding } from '../../src/model/decision.ts';
import { parseSha256 } from '../../src/model/sha256.ts';
import { DENIED, FOO, HASH, PUBLIC_URL, START, WHEEL, entry, openHouse } from './house.ts';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const OTHER_HASH = parseSha256('cd'.repeat(32));
const JSON_ONLY = { accept: JSON_TYPE };

const TOMBSTONE = entry({
  kind: 'tombstone',
  filename: 'foo-0+not.approved.by.policy-py3-none-any.whl',
  version: '0+not.approved.by.policy',
  findings: [DENIED],
});

interface FileRow {
  readonly filename: string;
  readonly url: string;
  readonly yanked?: unknown;
  readonly [key: string]: unknown;
}

describe('a project page', () => {
  test('as JSON has what clients read and nothing that they choke on', async () => {
    const { app } = openHouse({
      page: (project) => ({
        project,
        status: { status: 'archived' },
        entries: [
          entry({
            metadata: OTHER_HASH,
            uploadTime: '2024-06-16T12:00:00.123456Z',
            requiresPython: '>=3.8,',
          }),
          entry({ filename: 'foo-0.9+cu121.tar.gz', version: '0.9+cu121' }),
          entry({ filename: 'foo-0.9+cu121-py3-none-any.whl', version: '0.9+cu121' }),
        ],
      }),
    });
    const response = await app.inject({ url: '/pypi/simple/foo/', headers: JSON_ONLY });
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      'content-type': JSON_TYPE,
      'cache-control': 'max-age=60, must-revalidate',
      vary: 'Accept, Accept-Encoding',
      'x-pypi-last-serial': '7',
      date: expect.any(String),
    });
    expect(response.headers).not.toHaveProperty('content-encoding');
    expect(response.json()).toEqual({
      meta: { '_last-serial': 7, 'api-version': '1.4' },
      name: 'foo',
      'project-status': { status: 'archived' },
      versions: ['1.0', '0.9+cu121'],
      files: [
        {
          filename: WHEEL,
          url: `../../files/foo/${HASH}/${WHEEL}`,
          hashes: { sha256: HASH },
          'requires-python': '>=3.8,',
          'core-metadata': { sha256: OTHER_HASH },
          size: 12,
          'upload-time': '2024-06-16T12:00:00.123456Z',
        },
        expect.objectContaining({ url: `../../files/foo/${HASH}/foo-0.9%2Bcu121.tar.gz` }),
        expect.objectContaining({ filename: 'foo-0.9+cu121-py3-none-any.whl' }),
      ],
    });
    expect(response.body).not.toContain('null');
  });

  test('as HTML lists the same files with the same hashes, in the same order', async () => {
    const { app } = openHouse({
      page: (project) => ({
        project,
        entries: [
          entry({ metadata: OTHER_HASH }),
          entry({
            filename: 'foo-2.0-py3-none-any.whl',
            version: '2.0',
            kind: 'refused',
            hidden: true,
            findings: [DENIED],
          }),
        ],
      }),
    });
    const asHtml = await app.inject('/pypi/simple/foo/');
    const asJson = await app.inject({ url: '/pypi/simple/foo/', headers: JSON_ONLY });
    expect(asHtml.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(asHtml.body).toMatch(/^<!DOCTYPE html>/);
    const context = { project: FOO, baseUrl: 'https://gate.test/mirror/pypi/simple/foo/' };
    expect(parseSimpleHtml(asHtml.body, context)).toEqual(
      parseSimpleJson(asJson.rawPayload, context),
    );
    const hrefs = parseSimpleHtml(asHtml.body, context).artifacts.map(({ url }) => url);
    expect(hrefs[0]).toBe(`https://gate.test/mirror/pypi/files/foo/${HASH}/${WHEEL}`);
  });

  test.each<readonly [string, Parameters<typeof entry>[0], unknown]>([
    ['what is approved is not yanked', {}, undefined],
    [
      'a yank of upstream keeps its reason',
      { yanked: { reason: 'broken "é" <b>' } },
      'broken "é" <b>',
    ],
    [
      'a yank without a reason gets one',
      { yanked: { reason: '' } },
      'yanked upstream; no reason given',
    ],
    [
      'what clients should pass over is yanked with the reason',
      { kind: 'refused', hidden: true, version: '2.0', findings: [DENIED] },
      `${DENIED.message} (license/not-allowed); see ${PUBLIC_URL}/why/pypi/foo/2.0`,
    ],
    ['what clients should choose is not', { kind: 'refused', findings: [DENIED] }, undefined],
    [
      'not even where upstream yanked it',
      { kind: 'refused', hidden: false, findings: [DENIED], yanked: { reason: 'broken' } },
      undefined,
    ],
  ])('%s', async (_, changes, yanked) => {
    const { app } = openHouse({ page: (project) => ({ project, entries: [entry(changes)] }) });
    const page = (await app.inject({ url: '/pypi/simple/foo/', headers: JSON_ONLY })).json<{
      files: FileRow[];
    }>();
    expect(page.files[0]?.yanked).toEqual(yanked);
    const asHtml = await app.inject('/pypi/simple/foo/');
    const row = parseSimpleHtml(asHtml.body, { project: FOO, baseUrl: 'https://gate.test/' })
      .artifacts[0];
    expect(row?.yanked?.reason).toEqual(yanked);
  });

  test('offers no metadata of what is refused, but keeps its requires-python', async () => {
    const refused = entry({
      kind: 'refused',
      findings: [DENIED],
      metadata: OTHER_HASH,
      requiresPython: '>=3.13',
    });
    const { app } = openHouse({ page: (project) => ({ project, entries: [refused] }) });
    const { files } = (await app.inject({ url: '/pypi/simple/foo/', headers: JSON_ONLY })).json<{
      files: FileRow[];
    }>();
    expect(files[0]).toMatchObject({ 'requires-python': '>=3.13' });
    expect(files[0]).not.toHaveProperty('core-metadata');
  });

  test('of a project with nothing approved has a file that carries the reason', async () => {
    const { app } = openHouse({ page: (project) => ({ project, entries: [TOMBSTONE] }) });
    const page = (await app.inject({ url: '/pypi/simple/foo/', headers: JSON_ONLY })).json<{
      versions: string[];
      files: FileRow[];
    }>();
    expect(page.versions).toEqual(['0+not.approved.by.policy']);
    expect(page.files[0]?.url).toMatch(/\/foo-0%2Bnot\.approved\.by\.policy-py3-none-any\.whl$/);
    expect(page.files[0]).not.toHaveProperty('yanked');
  });

  test('of a project whose refused files are hidden is empty in both forms', async () => {
    const { app } = openHouse();
    const asJson = await app.inject({ url: '/pypi/simple/foo/', headers: JSON_ONLY });
    expect(asJson.json()).toMatchObject({ versions: [], files: [] });
    expect((await app.inject('/pypi/simple/foo/')).body).not.toContain('<a ');
  });

  test('keeps hostile texts of upstream inside their attributes', async () => {
    const hostile = '"><script>alert(1)</script>\n<a href="https://evil.test/x.whl">';
    const { app } = openHouse({
      page: (project) => ({
        project,
        status: { status: 'deprecated', reason: hostile },
        entries: [entry({ yanked: { reason: hostile }, requiresPython: hostile })],
      }),
    });
    const { body } = await app.inject('/pypi/simple/foo/');
    expect(body).not.toContain('<script');
    expect(body.match(/<a /g)).toHaveLength(1);
  });

  test('that is not known yet is never a refusal', async () => {
    const { app, lines } = openHouse({ page: () => 'waiting' });
    const response = await app.inject('/pypi/simple/foo/');
    expect(response.statusCode).toBe(503);
    expect(response.headers).toMatchObject({
      'retry-after': '2',
      'cache-control': 'no-store',
      'content-type': 'application/problem+json',
    });
    expect(response.statusMessage).toBe('Service Unavailable');
    expect(lines).toEqual([expect.objectContaining({ kind: 'page', project: 'foo', status: 503 })]);
  });

  test('whose mirror fails says so without telling more than it should', async () => {
    const { app, log } = openHouse({
      page: () => {
        throw new TypeError('secret detail');
      },
    });
    const response = await app.inject('/pypi/simple/foo/');
    expect(response.statusCode).toBe(500);
    expect(response.headers['content-type']).toBe('application/problem+json');
    expect(response.body).not.toContain('secret');
    expect(log).toEqual([
      expect.objectContaining({
        msg: 'request failed',
        code: 'internal',
        route: '/pypi/simple/:project/',
      }),
    ]);
  });
});

describe('the list of projects', () => {
  test('has each project with a serial, which mirroring tools need', async () => {
    const { app } = openHouse({ projects: () => [FOO, parseProjectName('bar')] });
    const response = await app.inject({ url: '/pypi/simple/', headers: JSON_ONLY });
    expect(response.headers['content-type']).toBe(JSON_TYPE);
    expect(response.json()).toEqual({
      meta: { '_last-serial': 7, 'api-version': '1.4' },
      projects: [
        { '_last-serial': 7, name: 'foo' },
        { '_last-serial': 7, name: 'bar' },
      ],
    });
  });

  test('as HTML has a relative link to each page', async () => {
    const { app } = openHouse({ projects: () => [FOO] });
    expect((await app.inject('/pypi/simple/')).body).toContain('<a href="foo/">foo</a>');
  });

  test('waits for the first catalogue', async () => {
    const { app } = openHouse({ projects: () => 'waiting' });
    expect((await app.inject('/pypi/simple/')).statusCode).toBe(503);
  });
});

describe('addresses of pages', () => {
  test.each([
    ['/pypi/simple', 'simple/'],
    ['/pypi/simple?x=1', 'simple/?x=1'],
    ['/pypi/simple/foo', 'foo/'],
    ['/pypi/simple/Foo_.Bar', 'foo-bar/'],
    ['/pypi/simple/Foo_.Bar/', '../foo-bar/'],
    ['/pypi/simple/Foo/?format=text/html&y=%20', '../foo/?format=text/html&y=%20'],
  ])('%s is sent to %s, below whatever prefix it is mounted', async (url, location) => {
    const { app, asked } = openHouse();
    const response = await app.inject(url);
    expect(response.statusCode).toBe(301);
    expect(response.headers.location).toBe(location);
    expect(asked).toEqual([]);
  });

  test.each([
    '/pypi/simple/-x/',
    '/pypi/simple/a%2fb/',
    '/pypi/simple/a/b/',
    '/pypi/simple/a%00/',
    '/pypi/simple/foo%0a/',
    '/pypi/simple/f%C3%B6%C3%B6/',
    '/pypi/simple/%E2%84%AA/',
    '/pypi/simple/..%2f..%2fetc%2fpasswd/',
    `/pypi/simple/${'a'.repeat(300)}/`,
    `/pypi/simple/${'a'.repeat(400)}/`,
    '/pypi/simple//',
    '/pypi/simple/%zz/',
    '/pypi/simple/foo;x/',
    '/pypi/simple/-x',
    '/pypi',
    '/nothing',
    '/PYPI/simple/foo/',
  ])('%s is nothing, and nobody is asked', async (url) => {
    const { app, asked } = openHouse();
    const response = await app.inject(url);
    expect(response.statusCode).toBe(404);
    expect(response.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
    });
    expect(response.json()).toMatchObject({
      status: 404,
      code: 'not-found',
      title: 'Not found',
      detail: expect.any(String),
    });
    expect(asked).toEqual([]);
  });

  test.each([
    ['POST', '/pypi/simple/foo/'],
    ['PUT', '/pypi/simple/'],
    ['DELETE', `/pypi/files/foo/${HASH}/${WHEEL}`],
    ['PATCH', '/why/pypi/foo'],
    ['OPTIONS', '/audit/v1/decisions'],
    ['POST', '/health/live'],
  ] as const)('%s %s is refused with what is allowed, body unread', async (method, url) => {
    const { app, asked } = openHouse();
    const response = await app.inject({
      method,
      url,
      payload: 'x'.repeat(5000),
      headers: { 'content-type': 'application/x-odd' },
    });
    expect(response.statusCode).toBe(405);
    expect(response.headers['allow']).toBe('GET, HEAD');
    expect(response.headers['content-type']).toBe('application/problem+json');
    expect(asked).toEqual([]);
  });

  test('406 names what there is', async () => {
    const { app } = openHouse();
    for (const request of [
      { url: '/pypi/simple/foo/', headers: { accept: 'application/json' } },
      { url: '/pypi/simple/foo/?format=text/html&format=text/html', headers: {} },
    ]) {
      const response = await app.inject(request);
      expect(response.statusCode).toBe(406);
      expect(response.json().detail).toContain(JSON_TYPE);
    }
  });
});

describe('a page on the wire', () => {
  test('HEAD has the headers of GET and no body', async () => {
    const { app } = openHouse({ page: (project) => ({ project, entries: [entry()] }) });
    const get = await app.inject({ url: '/pypi/simple/foo/', headers: JSON_ONLY });
    const head = await app.inject({ method: 'HEAD', url: '/pypi/simple/foo/', headers: JSON_ONLY });
    expect(head.body).toBe('');
    const { date: _, ...expected } = get.headers;
    expect(head.headers).toMatchObject(expected);
  });

  test.each([
    ['gzip', gunzipSync],
    ['zstd', zstdDecompressSync],
  ] as const)('as %s decodes to the page', async (encoding, decode) => {
    const { app } = openHouse({ page: (project) => ({ project, entries: [entry()] }) });
    const plain = await app.inject({
      url: '/pypi/simple/foo/',
      headers: { ...JSON_ONLY, 'accept-encoding': 'identity' },
    });
    const encoded = await app.inject({
      url: '/pypi/simple/foo/',
      headers: { ...JSON_ONLY, 'accept-encoding': encoding },
    });
    expect(encoded.headers['content-encoding']).toBe(encoding);
    expect(encoded.headers['content-length']).toBe(`${encoded.rawPayload.length}`);
    expect(decode(encoded.rawPayload)).toEqual(plain.rawPayload);
  });

  test('has another strong tag for each type and encoding', async () => {
    const { app } = openHouse({ page: (project) => ({ project, entries: [entry()] }) });
    const tags = new Set<unknown>();
    for (const accept of [JSON_TYPE, 'application/vnd.pypi.simple.v1+html', 'text/html']) {
      for (const encoding of ['identity', 'gzip', 'zstd']) {
        const { headers } = await app.inject({
          url: '/pypi/simple/foo/',
          headers: { accept, 'accept-encoding': encoding },
        });
        expect(headers.etag).toMatch(/^"[\w-]{32}"$/);
        tags.add(headers.etag);
      }
    }
    expect(tags.size).toBe(9);
  });

  test.each<readonly [string, (etag: string) => string, number]>([
    ['the tag', (etag) => etag, 304],
    ['a weak one', (etag) => `W/${etag}`, 304],
    ['one of several', (etag) => `"other", ${etag}`, 304],
    ['any', () => '*', 304],
    ['another', () => '"other"', 200],
  ])('is not sent again to who names %s', async (_, header, status) => {
    const { app, lines } = openHouse({ page: (project) => ({ project, entries: [entry()] }) });
    const first = await app.inject({ url: '/pypi/simple/foo/', headers: JSON_ONLY });
    const second = await app.inject({
      url: '/pypi/simple/foo/',
      headers: { ...JSON_ONLY, 'if-none-match': header(`${first.headers.etag}`) },
    });
    expect(second.statusCode).toBe(status);
    for (const name of ['etag', 'cache-control', 'vary'] as const)
      expect(second.headers[name]).toBe(first.headers[name]);
    expect(second.headers.date).toBeDefined();
    expect(second.body).toBe(status === 304 ? '' : first.body);
    expect(second.headers['content-length']).toBe(
      status === 304 ? undefined : first.headers['content-length'],
    );
    expect(lines.at(-1)).toMatchObject({
      status,
      bytes: status === 304 ? 0 : first.rawPayload.length,
    });
  });

  test.each<readonly [string, number | undefined, string]>([
    ['nothing is to come', undefined, 'max-age=60, must-revalidate'],
    ['its end is far', START + 3_600_000, 'max-age=60, must-revalidate'],
    ['its end is near', START + 12_900, 'max-age=12, must-revalidate'],
    ['its end is now', START + 400, 'max-age=0, must-revalidate'],
  ])('may be kept for a minute at most: %s', async (_, until, expected) => {
    const { app } = openHouse({
      page: (project) => ({ project, entries: [], ...(until === undefined ? {} : { until }) }),
    });
    expect((await app.inject('/pypi/simple/foo/')).headers['cache-control']).toBe(expected);
  });

  test('every answer is one line of the access log', async () => {
    const { app, lines } = openHouse({ page: (project) => ({ project, entries: [entry()] }) });
    const { rawPayload } = await app.inject({
      url: '/pypi/simple/foo/',
      headers: { 'user-agent': `pip/26.3 ${'x'.repeat(400)}` },
    });
    expect(lines).toEqual([
      {
        time: '2026-03-01T12:00:00.000Z',
        kind: 'page',
        project: 'foo',
        status: 200,
        bytes: rawPayload.length,
        userAgent: `pip/26.3 ${'x'.repeat(191)}`,
      },
    ]);
  });
});

test.each<readonly [string, Finding]>([
  ['line breaks', { ...DENIED, message: 'first\r\nX-Evil: 1' }],
  ['other scripts', { ...DENIED, message: 'licence “Лицензия” — 许可' }],
])('a reason with %s stays one line of ASCII in the yank', async (_, finding) => {
  const { app } = openHouse({
    page: (project) => ({
      project,
      entries: [entry({ kind: 'refused', hidden: true, findings: [finding] })],
    }),
  });
  const page = (await app.inject({ url: '/pypi/simple/foo/', headers: JSON_ONLY })).json<{
    files: FileRow[];
  }>();
  expect(page.files[0]?.yanked).toMatch(/^[ -~]{1,200}$/);
});
