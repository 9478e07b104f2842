import { afterEach, expect, test } from 'vitest';

import { buildWheel, sha256Of } from '../fixtures/wheels.ts';
import {
  type FakeIndex,
  type FakeIndexOptions,
  ORDINARY_CACHE,
  startFakeIndex,
} from './upstream.ts';

const WHEEL = buildWheel({
  name: 'Some.Thing',
  version: '1.0',
  sizeBytes: 300_000,
  requiresPython: '>=3.9',
});
const JSON_TYPE = { accept: 'application/vnd.pypi.simple.v1+json' };

const started: FakeIndex[] = [];

async function fakeWith(options: FakeIndexOptions = {}): Promise<FakeIndex> {
  const fake = await startFakeIndex({ artifacts: [WHEEL], ...options });
  started.push(fake);
  return fake;
}

afterEach(async () => {
  for (const fake of started.splice(0)) await fake[Symbol.asyncDispose]();
});

async function firstFile(
  fake: FakeIndex,
): Promise<Record<string, unknown> & { readonly url: string }> {
  const page = await fetch(`${fake.url}some-thing/`, { headers: JSON_TYPE });
  const file = ((await page.json()) as { files: (Record<string, unknown> & { url: string })[] })
    .files[0];
  if (file === undefined) throw new Error('the page lists nothing');
  return { ...file, url: new URL(file.url, page.url).href };
}

test('a page says what is known of an artifact, and its file and sidecar are there', async () => {
  const fake = await fakeWith();
  const file = await firstFile(fake);
  expect(file).toMatchObject({
    filename: WHEEL.filename,
    hashes: { sha256: WHEEL.sha256 },
    size: WHEEL.bytes.length,
    'upload-time': '2020-01-01T00:00:00.000000Z',
    'requires-python': '>=3.9',
    yanked: false,
    'core-metadata': { sha256: sha256Of(WHEEL.metadata) },
  });
  expect(sha256Of(await (await fetch(file.url)).bytes())).toBe(WHEEL.sha256);
  expect(await (await fetch(`${file.url}.metadata`)).bytes()).toEqual(
    Uint8Array.from(WHEEL.metadata),
  );
  expect(fake.countOf(/^GET .*\.whl$/)).toBe(1);
});

test('an ordinary cache of PyPI gives size and upload time, but no ETag, core-metadata or status', async () => {
  const fake = await fakeWith(ORDINARY_CACHE);
  const file = await firstFile(fake);
  expect(Object.keys(file)).toEqual([
    'filename',
    'url',
    'hashes',
    'requires-python',
    'yanked',
    'size',
    'upload-time',
  ]);
  expect((await fetch(`${fake.url}some-thing/`)).headers.get('etag')).toBeNull();
  expect((await fetch(`${file.url}.metadata`)).status).toBe(404);
});

test('a page is revalidated by its ETag until it changes', async () => {
  const fake = await fakeWith();
  const etag =
    (await fetch(`${fake.url}some-thing/`, { headers: JSON_TYPE })).headers.get('etag') ?? '';
  const again = { headers: { ...JSON_TYPE, 'if-none-match': etag } };
  expect((await fetch(`${fake.url}some-thing/`, again)).status).toBe(304);
  fake.yank(WHEEL.filename, 'broken');
  expect((await fetch(`${fake.url}some-thing/`, again)).status).toBe(200);
  expect(await firstFile(fake)).toMatchObject({ yanked: 'broken' });
});

test('HTML escapes, and has hash, yank and metadata attributes', async () => {
  const fake = await fakeWith({ form: 'html', separateFileHost: true });
  fake.yank(WHEEL.filename);
  const text = await (await fetch(`${fake.url}some-thing/`, { headers: JSON_TYPE })).text();
  expect(text).toContain(`href="${fake.fileOrigin}/packages/`);
  expect(text).toContain(`#sha256=${WHEEL.sha256}" data-requires-python="&gt;=3.9" data-yanked=""`);
  expect(text).toContain(`data-core-metadata="sha256=${sha256Of(WHEEL.metadata)}"`);
});

test.each([
  ['bytes=0-9', 206, WHEEL.bytes.subarray(0, 10)],
  ['bytes=300000-', 206, WHEEL.bytes.subarray(300_000)],
  ['bytes=-7', 206, WHEEL.bytes.subarray(-7)],
  [`bytes=${WHEEL.bytes.length}-`, 416, new Uint8Array()],
])('Range %s answers %i', async (range, status, part) => {
  const file = await firstFile(await fakeWith());
  const response = await fetch(file.url, { headers: { range } });
  expect(response.status).toBe(status);
  expect(await response.bytes()).toEqual(Uint8Array.from(part));
});

test('without ranges the whole file is sent', async () => {
  const file = await firstFile(await fakeWith({ ranges: false }));
  const response = await fetch(file.url, { headers: { range: 'bytes=0-9' } });
  expect([response.status, response.headers.get('accept-ranges')]).toEqual([200, null]);
  expect((await response.bytes()).length).toBe(WHEEL.bytes.length);
});

test.each(['first', 'last'] as const)(
  'a flipped bit in the %s megabyte leaves length and headers alone',
  async (end) => {
    const fake = await fakeWith();
    const { url } = await firstFile(fake);
    fake.fault({ kind: `flip-bit-${end}-mb`, match: /\.whl$/, times: 1 });
    const spoilt = await (await fetch(url)).bytes();
    const differing = [...spoilt.entries()].filter(([at, byte]) => byte !== WHEEL.bytes[at]);
    expect(differing.length).toBe(1);
    expect(spoilt.length).toBe(WHEEL.bytes.length);
    expect(sha256Of(await (await fetch(url)).bytes())).toBe(WHEEL.sha256);
  },
);

test('a cut, a reset and a wrong length are seen as broken; a status and a body as what they are', async () => {
  const fake = await fakeWith();
  const { url } = await firstFile(fake);
  const match = /\.whl$/;
  for (const plan of [
    { kind: 'cut' },
    { kind: 'reset' },
    { kind: 'wrong-length', differenceBytes: 5 },
  ] as const) {
    fake.fault({ ...plan, match, times: 1 });
    await expect(fetch(url).then((response) => response.bytes())).rejects.toThrow(
      /terminated|fetch failed/,
    );
  }
  fake.fault({ kind: 'status', status: 503, headers: { 'retry-after': '1' }, match, times: 1 });
  expect((await fetch(url)).headers.get('retry-after')).toBe('1');
  fake.fault({ kind: 'body', body: 'gone', match, times: 1 });
  expect(await (await fetch(url)).text()).toBe('gone');
  fake.fault({ kind: 'no-length', match, times: 1 });
  expect((await fetch(url)).headers.get('content-length')).toBeNull();
  expect(fake.countOf(match)).toBe(6);
});

test('hang and stall never end by themselves', async () => {
  const fake = await fakeWith();
  const { url } = await firstFile(fake);
  for (const kind of ['hang', 'stall'] as const) {
    fake.fault({ kind, match: /\.whl$/, times: 1 });
    const reading = fetch(url, { signal: AbortSignal.timeout(150) }).then((response) =>
      response.bytes(),
    );
    await expect(reading).rejects.toThrow('timeout');
  }
});

test('the emulated network takes its latency and its bytes per second', async () => {
  const fake = await fakeWith({ wan: { latencyMs: 20, bytesPerSecond: 1_500_000 } });
  const { url } = await firstFile(fake);
  const start = performance.now();
  await (await fetch(url)).bytes();
  expect(performance.now() - start).toBeGreaterThan(200);
});

test('removed projects are 404, other names redirect, replaced bytes keep the page', async () => {
  const fake = await fakeWith();
  expect(
    (await fetch(`${fake.url}Some.Thing/`, { redirect: 'manual' })).headers.get('location'),
  ).toBe('/simple/some-thing/');
  fake.replaceBytes(WHEEL.filename, Buffer.from('other'));
  const file = await firstFile(fake);
  expect(file['hashes']).toEqual({ sha256: WHEEL.sha256 });
  expect(await (await fetch(file.url)).text()).toBe('other');
  fake.remove(WHEEL.filename);
  expect((await fetch(`${fake.url}some-thing/`)).status).toBe(404);
  await fake.stop();
  await expect(fetch(fake.url)).rejects.toThrow('fetch failed');
  await fake.start();
  expect((await fetch(fake.url)).status).toBe(200);
});
