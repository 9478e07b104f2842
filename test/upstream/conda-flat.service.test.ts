import type { ServerResponse } from 'node:http';
import { zstdCompressSync } from 'node:zlib';

import { expect, test } from 'vitest';

import { openCondaUpstream } from '../../src/upstream/conda.ts';
import {
  manyRecords,
  pageOf,
  record,
  repodata,
  serveChannel,
  SHA256,
  shardFiles,
} from './channel-fixture.ts';
import { listen, project } from './loopback.ts';

const demo = project('demo');
const OWN_TEXT = `{ "subdir":"noarch","name":"demo",\r\n"version":"1.0","build":"0", "build_number":0,"sha256":"${SHA256}","size":3,"note":"} é \\u0000" }`;
const FLAT = repodata({ 'demo-1.0-0.conda': OWN_TEXT });

test.each([
  ['repodata.json.zst', 3, { 'noarch/repodata.json.zst': zstdCompressSync(Buffer.from(FLAT)) }],
  ['repodata.json', 4, { 'noarch/repodata.json': FLAT }],
])('records of a %s keep their text', async (_file, _count, files) => {
  await using channel = await serveChannel(files);
  const { artifacts } = await pageOf(channel.upstream);
  expect(artifacts).toEqual([
    {
      filename: 'noarch/demo-1.0-0.conda',
      url: `${channel.url}noarch/demo-1.0-0.conda`,
      sha256: SHA256,
      sizeBytes: 3,
      repodata: OWN_TEXT,
    },
  ]);
});

test('formats are asked for from the best to the plainest, later only the one that was there', async () => {
  await using channel = await serveChannel({ 'noarch/repodata.json': FLAT }, { subdirs: [] });
  const { etag = '' } = await pageOf(channel.upstream);
  expect(channel.asked()).toEqual([
    'noarch/repodata.json',
    'noarch/repodata.json.zst',
    'noarch/repodata_shards.msgpack.zst',
  ]);
  channel.advance(60_000);
  expect(await channel.upstream.fetchPage(demo, { etag })).toEqual({ kind: 'unchanged' });
  expect(channel.asked()).toEqual(['noarch/repodata.json']);
});

test('after a day the better formats are asked for again', async () => {
  await using channel = await serveChannel({ 'noarch/repodata.json': FLAT }, { subdirs: [] });
  await pageOf(channel.upstream);
  Object.assign(
    channel.files,
    shardFiles('noarch', {
      demo: { 'packages.conda': { 'demo-2.0-0.conda': record({ version: '2.0' }) } },
    }),
  );
  channel.advance(60_000);
  expect((await pageOf(channel.upstream)).artifacts).toHaveLength(1);
  channel.advance(24 * 60 * 60_000);
  expect((await pageOf(channel.upstream)).artifacts).toMatchObject([
    { filename: 'noarch/demo-2.0-0.conda' },
  ]);
});

test('records of one name that are far apart are all found, and of no other name', async () => {
  const conda = {
    'demo-1.0-0.conda': JSON.stringify(record()),
    ...manyRecords(3000),
    'demo-2.0-0.conda': JSON.stringify(record({ version: '2.0' })),
    'demo-extra-1.0-0.conda': JSON.stringify(record({ name: 'demo-extra' })),
  };
  await using channel = await serveChannel({ 'noarch/repodata.json': repodata(conda) });
  const { artifacts } = await pageOf(channel.upstream);
  expect(artifacts.map(({ filename }) => filename)).toEqual([
    'noarch/demo-1.0-0.conda',
    'noarch/demo-2.0-0.conda',
  ]);
  expect((await pageOf(channel.upstream, project('pkg2999'))).artifacts).toHaveLength(1);
});

test('a change elsewhere in the index leaves a page unchanged', async () => {
  await using channel = await serveChannel({ 'noarch/repodata.json': FLAT });
  const { etag = '' } = await pageOf(channel.upstream);
  const other = JSON.stringify(record({ name: 'other' }));
  channel.files['noarch/repodata.json'] = repodata({
    'demo-1.0-0.conda': OWN_TEXT,
    'other-1.0-0.conda': other,
  });
  channel.advance(60_000);
  expect(await channel.upstream.fetchPage(demo, { etag })).toEqual({ kind: 'unchanged' });
  expect((await pageOf(channel.upstream, project('other'))).artifacts).toHaveLength(1);
});

test('removed names are not there; what a later format hides is said, and a wheel is no artifact', async () => {
  const text = repodata(
    {
      'demo-1.0-0.conda': JSON.stringify(record()),
      'demo-2.0-0.conda': JSON.stringify(record({ version: '2.0' })),
      'demo-3.0-0.conda': JSON.stringify(record({ version: '3.0', name: 'other' })),
      nothing: '{}',
    },
    {
      removed: ['demo-2.0-0.conda'],
      v3: { whl: { 'demo-4.0-0': record({ version: '4.0', url: 'https://other.test/x.whl' }) } },
      v4: { conda: {} },
      signatures: {},
    },
  );
  await using channel = await serveChannel({ 'noarch/repodata.json': text });
  const { artifacts, unreadable } = await pageOf(channel.upstream);
  expect(artifacts.map(({ filename }) => filename)).toEqual(['noarch/demo-1.0-0.conda']);
  expect(unreadable).toEqual(['noarch/demo-3.0-0.conda', 'noarch/demo-4.0-0']);
  expect(channel.reports.map(({ message }) => message)).toEqual([
    expect.stringMatching(/passed over: v4$/),
    expect.stringMatching(/passed over: 1 records whose key is no file name$/),
  ]);
});

test('a channel without noarch is no channel', async () => {
  await using channel = await serveChannel({
    'linux-64/repodata.json': repodata({}, { subdir: 'linux-64' }),
  });
  await expect(channel.upstream.fetchPage(demo)).rejects.toMatchObject({
    code: 'upstream-mismatch',
    hint: expect.stringContaining('names a channel'),
  });
});

test('an empty noarch and a missing platform have nothing', async () => {
  await using channel = await serveChannel({ 'noarch/repodata.json': '' });
  expect(await channel.upstream.fetchPage(demo)).toEqual({ kind: 'absent' });
});

function refuse(_request: unknown, response: ServerResponse): void {
  response.writeHead(403).end();
}

test('403 for a format counts as its absence, for the plainest it is an error', async () => {
  await using channel = await serveChannel({
    'noarch/repodata_shards.msgpack.zst': refuse,
    'noarch/repodata.json.zst': refuse,
    'noarch/repodata.json': FLAT,
  });
  expect((await pageOf(channel.upstream)).artifacts).toHaveLength(1);
  await using closed = await serveChannel({ 'noarch/repodata.json': refuse });
  await expect(closed.upstream.fetchPage(demo)).rejects.toMatchObject({ code: 'upstream-refused' });
});

const BROKEN: readonly (readonly [string, string | Buffer, string])[] = [
  ['cut zstd', zstdCompressSync(Buffer.from(FLAT)).subarray(0, -5), 'upstream-mismatch'],
  [
    'zstd with bytes after it',
    Buffer.concat([zstdCompressSync(Buffer.from(FLAT)), Buffer.from('x')]),
    'upstream-mismatch',
  ],
  ['cut JSON', zstdCompressSync(Buffer.from(FLAT.slice(0, -9))), 'invalid-page'],
  [
    'a file name twice',
    zstdCompressSync(Buffer.from(FLAT.replace('{"demo', `{"demo-1.0-0.conda":{},"demo`))),
    'invalid-page',
  ],
  [
    'the index of another subdir',
    zstdCompressSync(Buffer.from(repodata({}, { subdir: 'win-64' }))),
    'upstream-mismatch',
  ],
];

test.each(BROKEN)('%s is an error where nothing is known yet', async (_it, bytes, code) => {
  await using channel = await serveChannel({ 'noarch/repodata.json.zst': bytes });
  await expect(channel.upstream.fetchPage(demo)).rejects.toMatchObject({ code });
});

test.each(BROKEN)('after %s the last good index stays in use', async (_it, bytes, code) => {
  await using channel = await serveChannel({
    'noarch/repodata.json.zst': zstdCompressSync(Buffer.from(FLAT)),
  });
  await pageOf(channel.upstream);
  channel.files['noarch/repodata.json.zst'] = bytes;
  channel.advance(60_000);
  expect((await pageOf(channel.upstream)).artifacts).toHaveLength(1);
  expect(channel.reports).toMatchObject([{ code }]);
  channel.asked();
  channel.advance(60_000);
  await pageOf(channel.upstream);
  expect(channel.asked()).toEqual([]);
});

test.each([
  [
    '5xx',
    (response: { writeHead(status: number): { end(): void } }) => response.writeHead(503).end(),
  ],
  ['a broken connection', (response: { destroy(): void }) => response.destroy()],
])('after %s the last good index stays in use, and is asked for again', async (_it, fail) => {
  await using channel = await serveChannel({ 'noarch/repodata.json': FLAT });
  await pageOf(channel.upstream);
  channel.files['noarch/repodata.json'] = (_request, response) => fail(response);
  channel.advance(60_000);
  expect((await pageOf(channel.upstream)).artifacts).toHaveLength(1);
  expect(channel.reports).toMatchObject([{ code: 'upstream-unavailable' }]);
  channel.files['noarch/repodata.json'] = repodata({
    'demo-1.0-0.conda': OWN_TEXT,
    'demo-2.0-0.conda': JSON.stringify(record({ version: '2.0' })),
  });
  channel.advance(60_000);
  expect((await pageOf(channel.upstream)).artifacts).toHaveLength(2);
});

test('5xx is an error where nothing is known yet, also of a platform, and not asked for by each', async () => {
  await using channel = await serveChannel({
    'noarch/repodata.json': FLAT,
    'linux-64/repodata_shards.msgpack.zst': (_request, response) => response.writeHead(500).end(),
  });
  const expected = { code: 'upstream-unavailable' };
  await expect(channel.upstream.fetchPage(demo)).rejects.toMatchObject(expected);
  channel.asked();
  await expect(channel.upstream.fetchPage(project('other'))).rejects.toMatchObject(expected);
  expect(channel.asked()).toEqual([]);
});

test.each([
  ['to less than half', 149, true],
  ['to nothing', 0, true],
  ['by less than half', 151, false],
])('an index that shrinks %s', async (_it, count, isKept) => {
  await using channel = await serveChannel({ 'noarch/repodata.json': repodata(manyRecords(300)) });
  const last = project('pkg0');
  await pageOf(channel.upstream, last);
  const less = Object.fromEntries(Object.entries(manyRecords(300)).slice(300 - count));
  channel.files['noarch/repodata.json'] = repodata(less);
  channel.advance(60_000);
  const answer = await channel.upstream.fetchPage(last);
  expect(answer.kind).toBe(isKept ? 'page' : 'absent');
  expect(channel.reports.map(({ message }) => /shrank/.test(message))).toEqual(
    isKept ? [true] : [],
  );
});

test('an index that is gone is one that shrank', async () => {
  await using channel = await serveChannel({
    'noarch/repodata.json': FLAT,
    'linux-64/repodata.json': repodata(manyRecords(300), { subdir: 'linux-64' }),
  });
  const { etag = '' } = await pageOf(channel.upstream, project('pkg0'));
  delete channel.files['linux-64/repodata.json'];
  channel.advance(60_000);
  expect(await channel.upstream.fetchPage(project('pkg0'), { etag })).toEqual({
    kind: 'unchanged',
  });
  expect(channel.reports).toHaveLength(1);
});

test('a small index may lose all that it had', async () => {
  await using channel = await serveChannel({ 'noarch/repodata.json': repodata(manyRecords(50)) });
  await pageOf(channel.upstream, project('pkg0'));
  channel.files['noarch/repodata.json'] = '{}';
  channel.advance(60_000);
  expect(await channel.upstream.fetchPage(project('pkg0'))).toEqual({ kind: 'absent' });
  expect(channel.reports).toEqual([]);
});

test('without an ETag the time of the last change is asked by, without both not every minute', async () => {
  let [lastModified, sent] = ['Wed, 01 Apr 2026 10:00:00 GMT', 0];
  await using channel = await serveChannel(
    {
      'noarch/repodata.json': (request, response) => {
        if (lastModified !== '' && request.headers['if-modified-since'] === lastModified) {
          response.writeHead(304).end();
          return;
        }
        sent += 1;
        response.writeHead(200, lastModified === '' ? {} : { 'last-modified': lastModified });
        response.end(FLAT);
      },
    },
    { subdirs: [] },
  );
  await pageOf(channel.upstream);
  channel.advance(60_000);
  await pageOf(channel.upstream);
  expect(sent).toBe(1);
  lastModified = '';
  for (let minute = 0; minute < 5; minute += 1) {
    channel.advance(60_000);
    await pageOf(channel.upstream);
  }
  expect(sent).toBe(2);
});

test('a server that knows no conditional requests sends what is known only to its ETag', async () => {
  await using channel = await serveChannel({
    'noarch/repodata.json': (_request, response) =>
      response.writeHead(200, { etag: '"1"' }).end(FLAT),
  });
  const { etag = '' } = await pageOf(channel.upstream);
  channel.files['noarch/repodata.json'] = (_request, response) =>
    response.writeHead(200, { etag: '"1"' }).end('not read');
  channel.advance(60_000);
  expect(await channel.upstream.fetchPage(demo, { etag })).toEqual({ kind: 'unchanged' });
});

test('a page does not wait long for a newer index, which comes all the same', async () => {
  const finish = Promise.withResolvers<void>();
  await using channel = await serveChannel(
    { 'noarch/repodata.json': FLAT },
    { subdirs: [], patienceMs: 50 },
  );
  const { etag = '' } = await pageOf(channel.upstream);
  channel.files['noarch/repodata.json'] = (_request, response) => {
    response.writeHead(200, { etag: '"2"' }).write(FLAT.slice(0, 20));
    void finish.promise.then(() => response.end(FLAT.slice(20).replaceAll('1.0', '2.0')));
  };
  channel.advance(60_000);
  expect(await channel.upstream.fetchPage(demo, { etag })).toEqual({ kind: 'unchanged' });
  finish.resolve();
  await expect
    .poll(async () => (await pageOf(channel.upstream)).artifacts)
    .toMatchObject([{ filename: 'noarch/demo-2.0-0.conda' }]);
  expect(channel.asked().filter((path) => path === 'noarch/repodata.json')).toHaveLength(2);
});

test('who leaves does not wait for an index, and the last to leave ends the transfer', async () => {
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  await using channel = await serveChannel({
    'noarch/repodata_shards.msgpack.zst': (_request, response) => {
      response.on('close', ended.resolve);
      response.writeHead(200).write('x');
      begun.resolve();
    },
  });
  const leaving = new AbortController();
  const page = channel.upstream.fetchPage(demo, { signal: leaving.signal });
  await begun.promise;
  leaving.abort(new Error('left'));
  await expect(page).rejects.toThrow('left');
  await ended.promise;
});

test('artifacts are streamed with their size checked, and have neither ranges nor files beside them', async () => {
  await using channel = await serveChannel({
    'noarch/repodata.json': FLAT,
    'noarch/demo-1.0-0.conda': 'abc',
  });
  const [artifact] = (await pageOf(channel.upstream)).artifacts;
  if (artifact === undefined) throw new TypeError('no artifact');
  {
    await using open = await channel.upstream.openArtifact(artifact);
    expect(open.sizeBytes).toBe(3);
    expect(Buffer.concat(await Array.fromAsync(open.body)).toString()).toBe('abc');
  }
  await expect(channel.upstream.openArtifact({ ...artifact, sizeBytes: 4 })).rejects.toMatchObject({
    code: 'upstream-mismatch',
  });
  expect(await channel.upstream.fetchSidecar(artifact)).toBeUndefined();
  expect(await channel.upstream.fetchProvenance(artifact)).toBeUndefined();
  await expect(channel.upstream.openRanges(artifact)).rejects.toMatchObject({
    code: 'upstream-refused',
    data: { ranges: false },
  });
});

test('credentials are sent to the channel', async () => {
  const seen: (string | undefined)[] = [];
  await using server = await listen((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(401).end();
  });
  await using channel = await serveChannel({});
  await using upstream = await openCondaUpstream(
    {
      indexUrl: `${server.origin}/chan/`,
      credentials: { username: 'me', password: 'secret' },
    },
    { subdirs: [], spool: channel.spool },
  );
  await expect(upstream.fetchPage(demo)).rejects.toMatchObject({
    code: 'upstream-refused',
    message: expect.not.stringContaining('secret'),
  });
  expect(seen).toEqual([`Basic ${Buffer.from('me:secret').toString('base64')}`]);
});

test('platforms that the policy adds are asked for at once', async () => {
  const subdirs: string[] = [];
  await using channel = await serveChannel(
    {
      'noarch/repodata.json': FLAT,
      'linux-64/repodata.json': repodata(
        { 'demo-1.0-0.conda': JSON.stringify(record({ subdir: 'linux-64' })) },
        { subdir: 'linux-64' },
      ),
    },
    { subdirs: () => subdirs },
  );
  const { etag = '', artifacts } = await pageOf(channel.upstream);
  expect(artifacts).toHaveLength(1);
  subdirs.push('linux-64', 'noarch', '../etc');
  expect(await channel.upstream.fetchPage(demo, { etag })).toMatchObject({
    page: { artifacts: [{}, { filename: 'linux-64/demo-1.0-0.conda' }] },
  });
});

test('a base_url on the same host leads to the artifacts, another does not', async () => {
  await using other = await listen((_request, response) => response.writeHead(200).end());
  await using channel = await serveChannel({
    'noarch/repodata.json': repodata(
      { 'demo-1.0-0.conda': OWN_TEXT },
      { info: { base_url: '../packages' } },
    ),
    'linux-64/repodata.json': repodata(
      { 'demo-1.0-0.conda': JSON.stringify(record({ subdir: 'linux-64' })) },
      { subdir: 'linux-64', info: { base_url: other.origin } },
    ),
  });
  expect((await pageOf(channel.upstream)).artifacts.map(({ url }) => url)).toEqual([
    `${channel.url}packages/demo-1.0-0.conda`,
    `${channel.url}linux-64/demo-1.0-0.conda`,
  ]);
  expect(channel.reports).toMatchObject([{ code: 'upstream-refused' }]);
});

test.each([
  ['not JSON', '{"name":tru}'],
  ['ambiguous', '{"name":"demo","name":"other"}'],
  ['a list that nothing ends', '{"name":["demo"}'],
])('a record that is %s is unreadable, and no other', async (_it, text) => {
  const rest = JSON.stringify(record({ version: '2.0' }));
  const conda = { 'demo-1.0-0.conda': text, 'demo-2.0-0.conda': rest, 'bad-1.0-0.conda': text };
  await using channel = await serveChannel({ 'noarch/repodata.json': repodata(conda) });
  const { artifacts, unreadable } = await pageOf(channel.upstream);
  expect(artifacts.map(({ filename }) => filename)).toEqual(['noarch/demo-2.0-0.conda']);
  expect(unreadable).toEqual(['noarch/demo-1.0-0.conda']);
});

test('neighbours of one name are found however the document is written', async () => {
  const conda = {
    'demo-1.0-0.conda': JSON.stringify(record()),
    'demo-2.0-0.conda': JSON.stringify(
      record({ version: '2.0', summary: '{"é\\"}' }),
      undefined,
      2,
    ),
    'demo-3.0-0.conda': JSON.stringify(record({ version: '3.0' })),
  };
  const texts = Object.values(conda);
  await using channel = await serveChannel({
    'noarch/repodata.json': repodata(conda).replaceAll(',"demo-', ' ,\r\n\t"demo-'),
  });
  const { artifacts } = await pageOf(channel.upstream);
  expect(artifacts.map(({ repodata: text }) => text)).toEqual(texts);
});
