import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

import { decode, encode } from '@msgpack/msgpack';
import { expect, test } from 'vitest';

import {
  type Fields,
  pageOf,
  record,
  repodata,
  serveChannel,
  SHA256,
  shardFiles,
} from './channel-fixture.ts';
import { listen, project } from './loopback.ts';

const demo = project('demo');

function packed(fields: Fields = {}): Fields {
  return record({ sha256: Buffer.from(SHA256, 'hex'), ...fields });
}

function shard(...records: readonly Fields[]): Fields {
  const named = records.map((one) => [
    `${[one['name'], one['version'], one['build']].join('-')}.conda`,
    one,
  ]);
  return { packages: {}, 'packages.conda': Object.fromEntries(named), removed: [] };
}

const PLACES = { subdir: 'noarch', base_url: './', shards_base_url: './' };

function indexOf(fields: Fields): Buffer {
  return zstdCompressSync(encode({ version: 1, info: PLACES, shards: {}, ...fields }));
}

test('a name is one shard of each subdir, and nothing is asked for while the index is young', async () => {
  await using channel = await serveChannel({
    ...shardFiles('noarch', { demo: shard(packed()), other: shard(packed({ name: 'other' })) }),
    ...shardFiles('linux-64', { demo: shard(packed({ subdir: 'linux-64', version: '2.0' })) }),
  });
  const page = await pageOf(channel.upstream);
  expect(page.artifacts).toMatchObject([
    {
      filename: 'noarch/demo-1.0-0.conda',
      url: `${channel.url}noarch/demo-1.0-0.conda`,
      sha256: SHA256,
      sizeBytes: 3,
    },
    { filename: 'linux-64/demo-2.0-0.conda', url: `${channel.url}linux-64/demo-2.0-0.conda` },
  ]);
  expect(JSON.parse(page.artifacts[0]?.repodata ?? '')).toEqual(record());
  expect(channel.asked()).toHaveLength(4);
  expect(await channel.upstream.fetchPage(demo, { etag: page.etag ?? '' })).toEqual({
    kind: 'unchanged',
  });
  expect(await channel.upstream.fetchPage(project('absent'))).toEqual({ kind: 'absent' });
  expect(channel.asked()).toEqual([]);
});

test('an index of shards that states no version, as some do, is read', async () => {
  const files = shardFiles('noarch', { demo: shard(packed()) });
  const [path = '', bytes = Buffer.alloc(0)] = Object.entries(files)[0] ?? [];
  const index: unknown = decode(zstdDecompressSync(bytes));
  if (typeof index !== 'object') throw new TypeError('no index');
  const { version: _, ...others } = { version: 1, ...index };
  await using channel = await serveChannel({
    ...files,
    [path]: zstdCompressSync(encode(others)),
  });
  expect((await pageOf(channel.upstream)).artifacts).toHaveLength(1);
});

test('an unchanged channel costs one conditional request for each subdir in a minute', async () => {
  await using channel = await serveChannel({
    ...shardFiles('noarch', { demo: shard(packed()) }),
    ...shardFiles('linux-64', {}),
  });
  const { etag = '' } = await pageOf(channel.upstream);
  channel.asked();
  channel.advance(60_000);
  const answers = await Promise.all(
    [demo, demo, project('other')].map(async (name) => channel.upstream.fetchPage(name, { etag })),
  );
  expect(answers.map(({ kind }) => kind)).toEqual(['unchanged', 'unchanged', 'absent']);
  expect(channel.asked()).toEqual([
    'linux-64/repodata_shards.msgpack.zst',
    'noarch/repodata_shards.msgpack.zst',
  ]);
});

test('a change of another name leaves a page unchanged', async () => {
  await using channel = await serveChannel(shardFiles('noarch', { demo: shard(packed()) }));
  const { etag = '' } = await pageOf(channel.upstream);
  Object.assign(
    channel.files,
    shardFiles('noarch', { demo: shard(packed()), other: shard(packed({ name: 'other' })) }),
  );
  channel.advance(60_000);
  expect(await channel.upstream.fetchPage(demo, { etag })).toEqual({ kind: 'unchanged' });
  Object.assign(channel.files, shardFiles('noarch', { demo: shard(packed({ size: 4 })) }));
  channel.advance(60_000);
  expect(await channel.upstream.fetchPage(demo, { etag })).toMatchObject({ kind: 'page' });
});

test('what cannot be used is told apart, and removed files are not there', async () => {
  await using channel = await serveChannel(
    shardFiles('noarch', {
      demo: {
        ...shard(packed(), packed({ version: '2.0' })),
        packages: { 'demo-3.0-0.tar.bz2': packed({ version: '3.1' }) },
        removed: ['demo-2.0-0.conda'],
        v3: { whl: { 'demo-4.0-0': packed({ version: '4.0', url: 'https://other.test/x.whl' }) } },
        v4: { conda: { 'demo-5.0-0': packed({ version: '5.0' }) } },
      },
    }),
  );
  const { artifacts, unreadable } = await pageOf(channel.upstream);
  expect(artifacts.map(({ filename }) => filename)).toEqual(['noarch/demo-1.0-0.conda']);
  expect(unreadable).toEqual(['noarch/v4', 'noarch/demo-3.0-0.tar.bz2', 'noarch/demo-4.0-0']);
});

test.each([
  [
    'with other bytes than the index says',
    () => zstdCompressSync(encode(shard(packed()))),
    'upstream-mismatch',
  ],
  ['that is gone', undefined, 'upstream-unavailable'],
])('a shard %s is an error', async (_it, make, code) => {
  const files = shardFiles('noarch', { demo: shard(packed({ size: 4 })) });
  await using channel = await serveChannel(files);
  const path = Object.keys(files).find((name) => name.includes('/shards/')) ?? '';
  if (make === undefined) delete channel.files[path];
  else channel.files[path] = make();
  await expect(channel.upstream.fetchPage(demo)).rejects.toMatchObject({ code });
});

test('a shard that a newer index has replaced is found by that one', async () => {
  await using channel = await serveChannel(shardFiles('noarch', { demo: shard(packed()) }));
  await channel.upstream.fetchPage(project('other'));
  for (const path of Object.keys(channel.files)) delete channel.files[path];
  Object.assign(channel.files, shardFiles('noarch', { demo: shard(packed({ size: 4 })) }));
  expect((await pageOf(channel.upstream)).artifacts).toMatchObject([{ sizeBytes: 4 }]);
});

test('a shard that unpacks to more than 64 MiB is an error', async () => {
  const bomb = { ...shard(packed()), x: Buffer.alloc(65 * 1024 * 1024) };
  await using channel = await serveChannel(shardFiles('noarch', { demo: bomb }));
  await expect(channel.upstream.fetchPage(demo)).rejects.toMatchObject({
    code: 'upstream-mismatch',
    message: expect.stringContaining('unpacks to more than'),
  });
});

test.each([
  ['that is no zstd', Buffer.from('nonsense'), 'upstream-mismatch'],
  ['that is cut', indexOf({}).subarray(0, -3), 'upstream-mismatch'],
  ['with bytes after it', Buffer.concat([indexOf({}), Buffer.from('x')]), 'upstream-mismatch'],
  ['of a later version', indexOf({ version: 2 }), 'invalid-page'],
  ['whose digests are texts', indexOf({ shards: { demo: SHA256 } }), 'invalid-page'],
  ['of another subdir', indexOf({ info: { ...PLACES, subdir: 'win-64' } }), 'upstream-mismatch'],
  [
    'that unpacks to more than 128 MiB',
    zstdCompressSync(Buffer.alloc(129 * 1024 * 1024)),
    'upstream-mismatch',
  ],
])('an index of shards %s is an error', async (_it, bytes, code) => {
  await using channel = await serveChannel({ 'noarch/repodata_shards.msgpack.zst': bytes });
  await expect(channel.upstream.fetchPage(demo)).rejects.toMatchObject({ code });
});

test('shards of another host are refused, and the flat index is read instead', async () => {
  await using other = await listen((_request, response) => response.writeHead(500).end());
  await using channel = await serveChannel({
    ...shardFiles(
      'noarch',
      { demo: shard(packed()) },
      { shards_base_url: `${other.origin}/shards/` },
    ),
    'noarch/repodata.json': repodata({ 'demo-1.0-0.conda': JSON.stringify(record()) }),
  });
  expect((await pageOf(channel.upstream)).artifacts).toHaveLength(1);
  expect(other.requests).toHaveLength(0);
  expect(channel.reports).toMatchObject([{ code: 'upstream-refused' }]);
});

test.each([
  ['relative', './files', 'noarch/files/'],
  ['above the subdir', '../packages/', 'packages/'],
  ['empty', '', 'noarch/'],
])('artifacts are where the index says: %s', async (_it, base_url, folder) => {
  const files = shardFiles('noarch', { demo: shard(packed()) }, { base_url });
  await using channel = await serveChannel(files);
  expect((await pageOf(channel.upstream)).artifacts).toMatchObject([
    { url: `${channel.url}${folder}demo-1.0-0.conda` },
  ]);
});

test.each([
  'https://other.test/x/',
  '//other.test/x/',
  'file:///etc/',
  'http://me:secret@127.0.0.1/',
])('where the index says %s, artifacts are looked for beside it', async (base_url) => {
  const files = shardFiles('noarch', { demo: shard(packed()) }, { base_url });
  await using channel = await serveChannel(files);
  expect((await pageOf(channel.upstream)).artifacts).toMatchObject([
    { url: `${channel.url}noarch/demo-1.0-0.conda` },
  ]);
  expect(channel.reports).toMatchObject([{ code: 'upstream-refused' }]);
});

test('an index that is redirected to another private host is refused', async () => {
  await using other = await listen((_request, response) => response.writeHead(200).end());
  await using channel = await serveChannel({
    'noarch/repodata_shards.msgpack.zst': (_request, response) =>
      response.writeHead(302, { location: `${other.origin}/x` }).end(),
  });
  await expect(channel.upstream.fetchPage(demo)).rejects.toMatchObject({
    code: 'upstream-refused',
  });
  expect(other.requests).toHaveLength(0);
});
