import { createHash, randomBytes } from 'node:crypto';
import { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

import { expect, test } from 'vitest';

import { parseSha256 } from '../../src/model/sha256.ts';
import type { OpenArtifact } from '../../src/upstream/artifacts.ts';
import { openUpstream } from '../../src/upstream/upstream.ts';
import { artifact, JSON_TYPE, jsonPage, listen, project, upstreamAt } from './loopback.ts';

const BYTES = randomBytes(200_000);
const demo = project('demo');

async function collect(open: OpenArtifact): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of open.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function sendPage(response: ServerResponse, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(200, { 'content-type': JSON_TYPE, ...headers }).end(jsonPage('demo'));
}

// Answers ranges as a file server does, single ranges only.
function sendRange(request: IncomingMessage, response: ServerResponse): void {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const start = first === '' ? Math.max(0, BYTES.length - Number(last)) : Number(first);
  const end = first === '' ? BYTES.length : Number(last) + 1;
  response.writeHead(206, { 'content-range': `bytes ${start}-${end - 1}/${BYTES.length}` });
  response.end(BYTES.subarray(start, end));
}

test('a page is asked for in JSON before HTML, compressed, under the normal name', async () => {
  await using index = await listen((_request, response) => sendPage(response, { etag: '"1"' }));
  await using upstream = await upstreamAt(index.origin);
  const answer = await upstream.fetchPage(demo);
  expect(answer).toMatchObject({ kind: 'page', etag: '"1"', page: { project: 'demo' } });
  expect(answer.kind === 'page' && answer.page.artifacts).toMatchObject([
    { url: `${index.origin}/simple/demo/demo-1.0-py3-none-any.whl` },
  ]);
  expect(index.requests[0]?.url).toBe('/simple/demo/');
  expect(index.requests[0]?.headers).toMatchObject({
    accept: expect.stringMatching(/^application\/vnd\.pypi\.simple\.v1\+json, .*;q=0\.01$/),
    'accept-encoding': 'gzip',
  });
});

test.each([
  ['a page in HTML of the standard type', 'application/vnd.pypi.simple.v1+html'],
  ['a page in plain HTML', 'text/html; charset=utf-8'],
])('%s of an HTML-only index is read', async (_name, type) => {
  await using index = await listen((_request, response) => {
    response.writeHead(200, { 'content-type': type });
    response.end('<!DOCTYPE html><a href="../../files/demo-1.0.tar.gz#sha256=00">demo</a>');
  });
  await using upstream = await upstreamAt(index.origin);
  expect(await upstream.fetchPage(demo)).toMatchObject({
    kind: 'page',
    page: { artifacts: [{ url: `${index.origin}/files/demo-1.0.tar.gz` }] },
  });
});

test('links of a redirected page are relative to where the page is', async () => {
  await using index = await listen((request, response) => {
    if (request.url === '/moved/') sendPage(response);
    else response.writeHead(301, { location: '/moved/' }).end();
  });
  await using upstream = await upstreamAt(index.origin);
  expect(await upstream.fetchPage(demo)).toMatchObject({
    page: { artifacts: [{ url: `${index.origin}/moved/demo-1.0-py3-none-any.whl` }] },
  });
});

test('a known page is asked for by its ETag and may be unchanged', async () => {
  await using index = await listen((request, response) => {
    response.writeHead(request.headers['if-none-match'] === '"1"' ? 304 : 500).end();
  });
  await using upstream = await upstreamAt(index.origin);
  expect(await upstream.fetchPage(demo, { etag: '"1"' })).toEqual({ kind: 'unchanged' });
});

test.each([404, 410])(
  'a project of which upstream says %d is absent, asked once',
  async (status) => {
    await using index = await listen((_request, response) => response.writeHead(status).end());
    await using upstream = await upstreamAt(index.origin);
    expect(await upstream.fetchPage(demo)).toEqual({ kind: 'absent' });
    expect(index.requests).toHaveLength(1);
  },
);

test('a gzip page is unpacked', async () => {
  await using index = await listen((_request, response) => {
    response.writeHead(200, { 'content-type': JSON_TYPE, 'content-encoding': 'gzip' });
    response.end(gzipSync(jsonPage('demo')));
  });
  await using upstream = await upstreamAt(index.origin);
  expect(await upstream.fetchPage(demo)).toMatchObject({ kind: 'page' });
});

const LOGIN =
  '<html><form action="/login"><input name="user"><a href="/help/">help</a></form></html>';

function answerWith(
  headers: Readonly<Record<string, string>>,
  body: string | Buffer,
): RequestListener {
  return (_request, response) => response.writeHead(200, headers).end(body);
}

test.each([
  ['a login page', 'upstream-mismatch', answerWith({ 'content-type': 'text/html' }, LOGIN)],
  ['plain JSON', 'upstream-mismatch', answerWith({ 'content-type': 'application/json' }, '{}')],
  ['no type', 'upstream-mismatch', answerWith({}, jsonPage('demo'))],
  ['half a page', 'invalid-page', answerWith({ 'content-type': JSON_TYPE }, '{"meta":')],
  [
    "another project's page",
    'invalid-page',
    answerWith({ 'content-type': JSON_TYPE }, jsonPage('other')),
  ],
  [
    'an encoding nobody asked for',
    'upstream-mismatch',
    answerWith({ 'content-type': JSON_TYPE, 'content-encoding': 'br' }, 'x'),
  ],
  [
    'encodings in a chain',
    'upstream-mismatch',
    answerWith({ 'content-type': JSON_TYPE, 'content-encoding': 'gzip, gzip' }, 'x'),
  ],
  [
    'broken gzip',
    'upstream-mismatch',
    answerWith({ 'content-type': JSON_TYPE, 'content-encoding': 'gzip' }, 'x'),
  ],
  [
    'a small page that unpacks to more than 64 MiB',
    'upstream-mismatch',
    answerWith(
      { 'content-type': JSON_TYPE, 'content-encoding': 'gzip' },
      gzipSync(Buffer.alloc(65 * 1024 * 1024, ' ')),
    ),
  ],
  [
    'an unchanged page that nobody knows',
    'upstream-mismatch',
    (_request, response) => response.writeHead(304).end(),
  ],
  ['a refusal', 'upstream-refused', (_request, response) => response.writeHead(403).end()],
  ['a lost page', 'upstream-mismatch', (_request, response) => response.writeHead(302).end()],
] satisfies readonly (readonly [string, string, RequestListener])[])(
  '%s in place of a page is %s, asked once',
  async (_name, code, handle) => {
    await using index = await listen(handle);
    await using upstream = await upstreamAt(index.origin);
    await expect(upstream.fetchPage(demo)).rejects.toMatchObject({ code });
    expect(index.requests).toHaveLength(1);
  },
);

test('a page without end is given up at 64 MiB', async () => {
  let sentBytes = 0;
  await using index = await listen((_request, response) => {
    response.writeHead(200, { 'content-type': JSON_TYPE });
    const chunk = Buffer.alloc(1024 * 1024, ' ');
    function send(): void {
      for (let room = true; room && !response.destroyed; sentBytes += chunk.length) {
        room = response.write(chunk);
      }
    }
    response.on('drain', send);
    send();
  });
  await using upstream = await upstreamAt(index.origin);
  await expect(upstream.fetchPage(demo)).rejects.toMatchObject({ code: 'upstream-mismatch' });
  expect(sentBytes).toBeLessThan(80 * 1024 * 1024);
});

test('a hundred first requests for one page, and for one sidecar, are one each', async () => {
  await using index = await listen((request, response) => {
    if (request.url === '/a.whl.metadata') response.end('Name: demo');
    else sendPage(response);
  });
  await using upstream = await upstreamAt(index.origin);
  const wheel = artifact(`${index.origin}/a.whl`);
  const asked = Array.from({ length: 100 }, async () =>
    Promise.all([upstream.fetchPage(demo), upstream.fetchSidecar(wheel)]),
  );
  await Promise.all(asked);
  expect(index.requests).toHaveLength(2);
});

test('pages, sidecars and ranges share eight connections; artifacts do not wait for them', async () => {
  let open = 0;
  let most = 0;
  await using index = await listen((request, response) => {
    if (request.url === '/a.whl') {
      response.end(BYTES);
      return;
    }
    open += 1;
    most = Math.max(most, open);
    setTimeout(() => {
      open -= 1;
      response.end('Name: demo');
    }, 20);
  });
  await using upstream = await upstreamAt(index.origin);
  const sidecars = Array.from({ length: 40 }, async (_value, number) =>
    upstream.fetchSidecar(artifact(`${index.origin}/${number}.whl`)),
  );
  const whole = await collect(await upstream.openArtifact(artifact(`${index.origin}/a.whl`)));
  expect(whole.length).toBe(BYTES.length);
  expect(open).toBeGreaterThan(0);
  await Promise.all(sidecars);
  expect(most).toBe(8);
});

test.each([408, 425, 429, 500, 502, 503, 504])(
  'a page is tried three times while upstream answers %d, with growing pauses',
  async (status) => {
    const pauses: number[] = [];
    await using index = await listen((_request, response) => {
      if (index.requests.length < 3) response.writeHead(status).end('later');
      else sendPage(response);
    });
    const timing = { sleep: async (ms: number) => void pauses.push(ms), random: () => 1 };
    await using upstream = await upstreamAt(index.origin, { timing });
    expect(await upstream.fetchPage(demo)).toMatchObject({ kind: 'page' });
    expect(pauses).toEqual([500, 1000]);
  },
);

test('a storm of 429 ends after three tries, each as late as upstream asks', async () => {
  const pauses: number[] = [];
  await using index = await listen((_request, response) => {
    response.writeHead(429, { 'retry-after': '7' }).end();
  });
  const timing = { sleep: async (ms: number) => void pauses.push(ms), random: () => 0 };
  await using upstream = await upstreamAt(index.origin, { timing });
  await expect(upstream.fetchPage(demo)).rejects.toMatchObject({
    code: 'upstream-unavailable',
    data: { status: 429, retryAfterSeconds: 7 },
  });
  expect(pauses).toEqual([7250, 7500]);
  expect(index.requests).toHaveLength(3);
});

test.each(['31', new Date(Date.now() + 3_600_000).toUTCString()])(
  'who asks to come back in %s is not asked again now',
  async (later) => {
    await using index = await listen((_request, response) => {
      response.writeHead(503, { 'retry-after': later }).end();
    });
    await using upstream = await upstreamAt(index.origin);
    await expect(upstream.fetchPage(demo)).rejects.toMatchObject({ code: 'upstream-unavailable' });
    expect(index.requests).toHaveLength(1);
  },
);

test('a connection that breaks is tried again; where nobody listens is unavailable', async () => {
  await using index = await listen((request, response) => {
    if (index.requests.length < 3) request.socket.destroy();
    else sendPage(response);
  });
  await using upstream = await upstreamAt(index.origin);
  expect(await upstream.fetchPage(demo)).toMatchObject({ kind: 'page' });
  await using nobody = await upstreamAt('http://127.0.0.1:1');
  await expect(nobody.fetchPage(demo)).rejects.toMatchObject({ code: 'upstream-unavailable' });
});

test('three redirects are followed, a loop is not', async () => {
  await using index = await listen((request, response) => {
    const hop = Number(new URL(request.url ?? '', index.origin).searchParams.get('hop') ?? 0);
    if (hop === 3) return sendPage(response);
    return void response.writeHead(307, { location: `/simple/demo/?hop=${hop + 1}` }).end();
  });
  await using upstream = await upstreamAt(index.origin);
  expect(await upstream.fetchPage(demo)).toMatchObject({ kind: 'page' });
  await using loop = await listen((request, response) => {
    response.writeHead(302, { location: request.url }).end();
  });
  await using looped = await upstreamAt(loop.origin);
  await expect(looped.fetchPage(demo)).rejects.toMatchObject({ code: 'upstream-refused' });
  expect(loop.requests).toHaveLength(4);
});

test('credentials go to the index alone, not to file hosts nor along redirects', async () => {
  // Behind a proxy every host of the test is one server.
  await using proxy = await listen((request, response) => {
    if (request.url !== 'http://index.test/moved.whl') response.end(BYTES);
    else response.writeHead(302, { location: 'http://cdn.test/moved.whl' }).end();
  });
  await using upstream = await openUpstream({
    indexUrl: 'http://index.test/simple/',
    credentials: { username: 'me', password: 'sécret:' },
    proxy: { http: proxy.origin },
  });
  for (const place of ['index.test/a', 'index.test/moved', 'files.test/a', 'index.test:81/a']) {
    await collect(await upstream.openArtifact(artifact(`http://${place}.whl`)));
  }
  const basic = `Basic ${Buffer.from('me:sécret:').toString('base64')}`;
  expect(proxy.requests.map(({ url, headers }) => [url, headers.authorization])).toEqual([
    ['http://index.test/a.whl', basic],
    ['http://index.test/moved.whl', basic],
    ['http://cdn.test/moved.whl', undefined],
    ['http://files.test/a.whl', undefined],
    ['http://index.test:81/a.whl', undefined],
  ]);
});

test('no error shows credentials or a query', async () => {
  await using index = await listen((_request, response) => response.writeHead(403).end());
  await using upstream = await openUpstream({
    indexUrl: `${index.origin}/simple/`,
    credentials: { username: 'me', password: 'secret' },
  });
  const signed = artifact(`${index.origin}/a.whl?signature=secret`);
  for (const asked of [upstream.fetchPage(demo), upstream.openArtifact(signed)]) {
    const error: unknown = await asked.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'upstream-refused' });
    expect(JSON.stringify(error) + String(error)).not.toContain('secret');
  }
});

test('a proxy is asked in place of the index, and hosts that are excepted directly', async () => {
  await using index = await listen((_request, response) => sendPage(response));
  await using proxy = await listen((_request, response) => sendPage(response));
  const indexUrl = 'http://index.test/simple/';
  const settings = { http: proxy.origin.replace('//', '//me:secret@') };
  await using proxied = await openUpstream({ indexUrl, proxy: settings });
  expect(await proxied.fetchPage(demo)).toMatchObject({ kind: 'page' });
  expect(proxy.requests[0]?.url).toBe('http://index.test/simple/demo/');
  expect(proxy.requests[0]?.headers['proxy-authorization']).toBeDefined();
  await expect(
    proxied.openArtifact(artifact('http://169.254.169.254/a.whl')),
  ).rejects.toMatchObject({ code: 'upstream-refused' });
  await using direct = await openUpstream({
    indexUrl: `${index.origin}/simple/`,
    proxy: { ...settings, except: '127.0.0.1' },
  });
  expect(await direct.fetchPage(demo)).toMatchObject({ kind: 'page' });
  expect([proxy.requests.length, index.requests.length]).toEqual([1, 1]);
});

test('certificates that cannot be read, and a proxy that is no URL, are wrong settings', async () => {
  const indexUrl = 'http://index.test/simple/';
  await expect(openUpstream({ indexUrl, caFile: '/nowhere/ca.pem' })).rejects.toMatchObject({
    code: 'invalid-setting',
    message: expect.stringContaining('/nowhere/ca.pem'),
  });
  await using upstream = await openUpstream({ indexUrl, proxy: { http: 'http://me:secret@' } });
  const error: unknown = await upstream.fetchPage(demo).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'invalid-setting' });
  expect(String(error)).not.toContain('secret');
});

test('a sidecar is read, checked by its digest, and may be missing', async () => {
  await using index = await listen((request, response) => {
    if (request.url?.startsWith('/a.whl.metadata')) response.end('Name: demo');
    else response.writeHead(404).end();
  });
  await using upstream = await upstreamAt(index.origin);
  const url = `${index.origin}/a.whl?signature=1`;
  const sha256 = parseSha256(createHash('sha256').update('Name: demo').digest('hex'));
  const bytes = await upstream.fetchSidecar(artifact(url, { sidecar: { sha256 } }));
  expect(Buffer.from(bytes ?? []).toString()).toBe('Name: demo');
  expect(index.requests[0]?.url).toBe('/a.whl.metadata?signature=1');
  const other = { sidecar: { sha256: parseSha256('0'.repeat(64)) } };
  await expect(upstream.fetchSidecar(artifact(url, other))).rejects.toMatchObject({
    code: 'upstream-mismatch',
  });
  expect(await upstream.fetchSidecar(artifact(`${index.origin}/b.whl`))).toBeUndefined();
});

test.each([
  ['more than 4 MiB', answerWith({}, Buffer.alloc(4 * 1024 * 1024 + 1))],
  ['gzip', answerWith({ 'content-encoding': 'gzip' }, gzipSync('Name: demo'))],
])('a sidecar of %s is refused', async (_name, handle) => {
  await using index = await listen(handle);
  await using upstream = await upstreamAt(index.origin);
  await expect(upstream.fetchSidecar(artifact(`${index.origin}/a.whl`))).rejects.toMatchObject({
    code: 'upstream-mismatch',
  });
});

test('attestations are read where the page says, and may be missing', async () => {
  await using index = await listen((request, response) => {
    if (request.url === '/integrity/a') response.end('{}');
    else response.writeHead(404).end();
  });
  await using upstream = await upstreamAt(index.origin);
  const url = `${index.origin}/a.whl`;
  const offered = artifact(url, { provenance: `${index.origin}/integrity/a` });
  const bytes = await upstream.fetchProvenance(offered);
  expect(Buffer.from(bytes ?? []).toString()).toBe('{}');
  expect(index.requests[0]?.headers.accept).toContain('application/vnd.pypi.integrity.v1+json');
  const gone = artifact(url, { provenance: `${index.origin}/integrity/b` });
  expect(await upstream.fetchProvenance(gone)).toBeUndefined();
  expect(await upstream.fetchProvenance(artifact(url))).toBeUndefined();
  expect(index.requests).toHaveLength(2);
});

test.each([
  ['more than 1 MiB', answerWith({}, Buffer.alloc(1024 * 1024 + 1))],
  ['gzip', answerWith({ 'content-encoding': 'gzip' }, gzipSync('{}'))],
])('attestations of %s are refused', async (_name, handle) => {
  await using index = await listen(handle);
  await using upstream = await upstreamAt(index.origin);
  const offered = artifact(`${index.origin}/a.whl`, { provenance: `${index.origin}/integrity/a` });
  await expect(upstream.fetchProvenance(offered)).rejects.toMatchObject({
    code: 'upstream-mismatch',
  });
});

test('parts are read by ranges; the size comes from the record or with the tail', async () => {
  await using index = await listen(sendRange);
  await using upstream = await upstreamAt(index.origin);
  const known = await upstream.openRanges(
    artifact(`${index.origin}/a.whl`, { sizeBytes: BYTES.length }),
  );
  expect(index.requests).toHaveLength(0);
  expect(await known.read(10, 20)).toEqual(BYTES.subarray(10, 30));
  expect(await known.read(5, 0)).toHaveLength(0);
  expect(index.requests[0]?.headers).toMatchObject({
    range: 'bytes=10-29',
    'accept-encoding': 'identity',
  });
  const unknown = await upstream.openRanges(artifact(`${index.origin}/a.whl`));
  expect(unknown.sizeBytes).toBe(BYTES.length);
  expect(await unknown.read(BYTES.length - 22, 22)).toEqual(BYTES.subarray(-22));
  expect(index.requests).toHaveLength(2);
  expect(await unknown.read(0, 4)).toEqual(BYTES.subarray(0, 4));
  await expect(unknown.read(BYTES.length, 1)).rejects.toThrow(RangeError);
});

function sendPart(contentRange: string, body: Buffer, headers = {}): RequestListener {
  return (_request, response) =>
    response.writeHead(206, { 'content-range': contentRange, ...headers }).end(body);
}

const SIZE = BYTES.length;
const PART = BYTES.subarray(10, 30);

test.each([
  ['at another offset', 'upstream-mismatch', sendPart(`bytes 11-30/${SIZE}`, PART)],
  ['of another length', 'upstream-mismatch', sendPart(`bytes 10-30/${SIZE}`, PART)],
  [
    'of an artifact of another size',
    'upstream-mismatch',
    sendPart(`bytes 10-29/${SIZE + 1}`, PART),
  ],
  ['without Content-Range', 'upstream-mismatch', answerWith({}, PART)],
  [
    'with fewer bytes than it says',
    'upstream-mismatch',
    sendPart(`bytes 10-29/${SIZE}`, PART.subarray(1)),
  ],
  ['with more bytes than it says', 'upstream-mismatch', sendPart(`bytes 10-29/${SIZE}`, BYTES)],
  [
    'in gzip',
    'upstream-mismatch',
    sendPart(`bytes 10-29/${SIZE}`, PART, { 'content-encoding': 'gzip' }),
  ],
  ['in no form at all', 'upstream-mismatch', sendPart('bytes */5', PART)],
] satisfies readonly (readonly [string, string, RequestListener])[])(
  'a part %s is %s',
  async (name, code, handle) => {
    await using index = await listen((request, response) => {
      if (name === 'without Content-Range') response.writeHead(206).end(PART);
      else handle(request, response);
    });
    await using upstream = await upstreamAt(index.origin);
    const ranges = await upstream.openRanges(
      artifact(`${index.origin}/a.whl`, { sizeBytes: SIZE }),
    );
    await expect(ranges.read(10, 20)).rejects.toMatchObject({ code });
  },
);

test('a size that the server does not know is fine where the record does', async () => {
  await using index = await listen(sendPart('bytes 10-29/*', PART));
  await using upstream = await upstreamAt(index.origin);
  const url = `${index.origin}/a.whl`;
  const ranges = await upstream.openRanges(artifact(url, { sizeBytes: SIZE }));
  expect(await ranges.read(10, 20)).toEqual(PART);
  await expect(upstream.openRanges(artifact(url))).rejects.toMatchObject({
    code: 'upstream-mismatch',
  });
});

test('an upstream without ranges says so', async () => {
  await using index = await listen((_request, response) => response.end(BYTES));
  await using upstream = await upstreamAt(index.origin);
  await expect(upstream.openRanges(artifact(`${index.origin}/a.whl`))).rejects.toMatchObject({
    code: 'upstream-refused',
    data: { ranges: false },
  });
  expect(index.requests).toHaveLength(1);
});

test('an artifact streams as it is, from another file host too', async () => {
  await using files = await listen((_request, response) => {
    response.writeHead(200, { 'content-length': SIZE }).end(BYTES);
  });
  await using index = await listen((_request, response) => sendPage(response));
  await using upstream = await upstreamAt(index.origin);
  await using open = await upstream.openArtifact(
    artifact(`${files.origin}/a.whl`, { sizeBytes: SIZE }),
  );
  expect(open.sizeBytes).toBe(SIZE);
  expect(await collect(open)).toEqual(BYTES);
  expect(files.requests[0]?.headers).toMatchObject({ 'accept-encoding': 'identity' });
});

test("without Content-Length the size is the record's to check, not to promise", async () => {
  await using index = await listen((_request, response) => {
    response.write(BYTES.subarray(0, 10));
    response.end(BYTES.subarray(10));
  });
  await using upstream = await upstreamAt(index.origin);
  const open = await upstream.openArtifact(artifact(`${index.origin}/a.whl`, { sizeBytes: SIZE }));
  expect(open.sizeBytes).toBeUndefined();
  expect(await collect(open)).toEqual(BYTES);
});

function truncated(response: ServerResponse): void {
  response.writeHead(200, { 'content-length': SIZE });
  response.write(BYTES.subarray(0, SIZE / 2), () => response.destroy());
}

test.each([
  ['that is cut', 'upstream-unavailable', (_request, response) => truncated(response)],
  [
    'that is cut in chunks',
    'upstream-unavailable',
    (_request, response) => void response.write(BYTES.subarray(1), () => response.destroy()),
  ],
  ['that is short', 'upstream-mismatch', answerWith({}, BYTES.subarray(1))],
  [
    'that is long',
    'upstream-mismatch',
    answerWith({ 'transfer-encoding': 'chunked' }, Buffer.concat([BYTES, BYTES])),
  ],
  [
    'that ends early in chunks',
    'upstream-mismatch',
    answerWith({ 'transfer-encoding': 'chunked' }, BYTES.subarray(1)),
  ],
  [
    'of another Content-Length',
    'upstream-mismatch',
    answerWith({ 'content-length': `${SIZE + 1}` }, ''),
  ],
  ['in gzip', 'upstream-mismatch', answerWith({ 'content-encoding': 'gzip' }, gzipSync(BYTES))],
  ['that is gone', 'upstream-not-found', (_request, response) => response.writeHead(404).end()],
  ['that is a part', 'upstream-mismatch', sendPart(`bytes 0-19/${SIZE}`, PART)],
] satisfies readonly (readonly [string, string, RequestListener])[])(
  'an artifact %s is %s, asked once',
  async (_name, code, handle) => {
    await using index = await listen(handle);
    await using upstream = await upstreamAt(index.origin);
    const read = upstream
      .openArtifact(artifact(`${index.origin}/a.whl`, { sizeBytes: SIZE }))
      .then(collect);
    await expect(read).rejects.toMatchObject({ code });
    expect(index.requests).toHaveLength(1);
  },
);

test('an artifact is tried again before its first byte', async () => {
  await using index = await listen((request, response) => {
    if (index.requests.length === 1) request.socket.destroy();
    else if (index.requests.length === 2) response.writeHead(503).end();
    else response.end(BYTES);
  });
  await using upstream = await upstreamAt(index.origin);
  const open = await upstream.openArtifact(artifact(`${index.origin}/a.whl`));
  expect(await collect(open)).toEqual(BYTES);
});

function trickle(response: ServerResponse): void {
  const timer = setInterval(() => response.write('x'), 20);
  response.on('close', () => clearInterval(timer));
}

const SHORT = { headersMs: 200, pageHeadersMs: 200, idleMs: 200, slowMs: 300, totalMs: 1000 };

test.each([
  ['never answers', () => {}],
  [
    'stops in the middle',
    (_request, response) => void response.writeHead(200, { 'content-length': 10 }).write('12345'),
  ],
  ['sends a byte now and then', (_request, response) => trickle(response)],
] satisfies readonly (readonly [string, RequestListener])[])(
  'an upstream that %s is unavailable in time',
  async (_name, handle) => {
    await using index = await listen(handle);
    await using upstream = await upstreamAt(index.origin, { deadlines: SHORT });
    const wheel = artifact(`${index.origin}/a.whl`);
    const begun = performance.now();
    const asked = [
      upstream.fetchPage(demo),
      upstream.fetchSidecar(wheel),
      upstream.openArtifact(wheel).then(collect),
    ];
    for (const outcome of await Promise.allSettled(asked)) {
      expect(outcome).toMatchObject({ reason: { code: expect.stringMatching(/^upstream-/) } });
    }
    expect(performance.now() - begun).toBeLessThan(8000);
  },
);

test('a pause between tries does not outlast the total time', async () => {
  await using index = await listen((_request, response) => {
    response.writeHead(503, { 'retry-after': '20' }).end();
  });
  const timing = {
    sleep: async (ms: number, signal: AbortSignal) => wait(ms, undefined, { signal }),
    random: () => 0,
  };
  await using upstream = await upstreamAt(index.origin, { timing, deadlines: SHORT });
  await expect(upstream.fetchPage(demo)).rejects.toMatchObject({
    code: 'upstream-unavailable',
    message: 'no whole answer within 1 s: the page of demo',
  });
});

test('an abort during a pause between tries throws its reason', async () => {
  await using index = await listen((_request, response) => {
    response.writeHead(503, { 'retry-after': '20' }).end();
  });
  await using upstream = await openUpstream({ indexUrl: `${index.origin}/simple/` });
  const signal = AbortSignal.timeout(100);
  const asked = [
    upstream.fetchPage(demo, { signal }),
    upstream.openArtifact(artifact(`${index.origin}/a.whl`), { signal }),
  ];
  for (const outcome of await Promise.allSettled(asked)) {
    expect(outcome).toMatchObject({ reason: { name: 'TimeoutError' } });
  }
});

test('a reader that takes its time is not taken for a slow upstream', async () => {
  await using index = await listen((_request, response) => response.end(BYTES));
  await using upstream = await upstreamAt(index.origin, { deadlines: SHORT });
  const open = await upstream.openArtifact(artifact(`${index.origin}/a.whl`));
  let receivedBytes = 0;
  for await (const chunk of open.body) {
    receivedBytes += chunk.length;
    await wait(350);
  }
  expect(receivedBytes).toBe(SIZE);
});

test('an abort ends what is under way with the reason of the signal', async () => {
  await using index = await listen((request, response) => {
    if (request.url === '/a.whl') trickle(response);
  });
  await using upstream = await upstreamAt(index.origin);
  const leaver = new AbortController();
  const { signal } = leaver;
  const open = await upstream.openArtifact(artifact(`${index.origin}/a.whl`), { signal });
  const ranges = await upstream.openRanges(artifact(`${index.origin}/b.whl`, { sizeBytes: 9 }), {
    signal,
  });
  const asked = [upstream.fetchPage(demo, { signal }), collect(open), ranges.read(0, 9)];
  setTimeout(() => leaver.abort(new Error('gone')), 100);
  for (const outcome of await Promise.allSettled(asked)) {
    expect(outcome).toMatchObject({ reason: { message: 'gone' } });
  }
});

test('disposing ends a transfer that nobody reads', async () => {
  const closed = Promise.withResolvers<void>();
  await using index = await listen((_request, response) => {
    response.on('close', () => closed.resolve());
    trickle(response);
  });
  await using upstream = await upstreamAt(index.origin);
  const open = await upstream.openArtifact(artifact(`${index.origin}/a.whl`));
  await open[Symbol.asyncDispose]();
  await closed.promise;
  await expect(collect(open)).rejects.toMatchObject({ code: 'upstream-unavailable' });
});
