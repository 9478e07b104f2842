import { mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { zstdCompressSync } from 'node:zlib';

import { expect, test } from 'vitest';

import { openCondaUpstream } from '../../src/upstream/conda.ts';
import type { Upstream } from '../../src/upstream/upstream.ts';
import { pageOf, record, repodata, shardFiles } from './channel-fixture.ts';
import { project } from './loopback.ts';

const demo = project('demo');
const FLAT = repodata({ 'demo-1.0-0.conda': JSON.stringify(record()) });

interface FolderChannel extends AsyncDisposable {
  readonly folder: string;
  readonly root: string;
  readonly spool: string;
  readonly url: string;
  readonly upstream: Upstream;
  advance(ms: number): void;
}

async function openFolder(
  files: Readonly<Record<string, string | Buffer>>,
): Promise<FolderChannel> {
  const root = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
  const [folder, spool] = [join(root, 'chan'), join(root, 'deep', 'spool')];
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  let now = 0;
  const url = `${pathToFileURL(folder).href}/`;
  const upstream = await openCondaUpstream(
    { indexUrl: url },
    {
      subdirs: ['linux-64'],
      spool,
      now: () => now,
      timing: { sleep: async () => {}, random: () => 0 },
    },
  );
  return {
    folder,
    root,
    spool,
    url,
    upstream,
    advance(ms) {
      now += ms;
    },
    async [Symbol.asyncDispose]() {
      await upstream[Symbol.asyncDispose]();
      await rm(root, { recursive: true });
    },
  };
}

async function firstArtifact(upstream: Upstream) {
  const [artifact] = (await pageOf(upstream)).artifacts;
  if (artifact === undefined) throw new TypeError('no artifact');
  return artifact;
}

test.each([
  ['flat', { 'noarch/repodata.json': FLAT }],
  ['packed', { 'noarch/repodata.json.zst': zstdCompressSync(Buffer.from(FLAT)) }],
  [
    'in shards',
    shardFiles('noarch', { demo: { 'packages.conda': { 'demo-1.0-0.conda': record() } } }),
  ],
])('a channel in a folder, %s', async (_it, files) => {
  await using channel = await openFolder({ ...files, 'noarch/demo-1.0-0.conda': 'abc' });
  const page = await pageOf(channel.upstream);
  expect(page.artifacts).toMatchObject([
    { filename: 'noarch/demo-1.0-0.conda', url: `${channel.url}noarch/demo-1.0-0.conda` },
  ]);
  const artifact = await firstArtifact(channel.upstream);
  await using open = await channel.upstream.openArtifact(artifact);
  expect(open.sizeBytes).toBe(3);
  expect(Buffer.concat(await Array.fromAsync(open.body)).toString()).toBe('abc');
});

test('a change in the folder is seen after a minute, and copies of indexes leave nothing behind', async () => {
  await using channel = await openFolder({ 'noarch/repodata.json': FLAT });
  const { etag = '' } = await pageOf(channel.upstream);
  const path = join(channel.folder, 'noarch', 'repodata.json');
  await writeFile(
    `${path}.new`,
    repodata({ 'demo-2.0-0.conda': JSON.stringify(record({ version: '2.0' })) }),
  );
  await rename(`${path}.new`, path);
  expect(await channel.upstream.fetchPage(demo, { etag })).toEqual({ kind: 'unchanged' });
  channel.advance(60_000);
  expect(await channel.upstream.fetchPage(demo, { etag })).toMatchObject({
    page: { artifacts: [{ filename: 'noarch/demo-2.0-0.conda' }] },
  });
  expect(await readdir(channel.spool)).toEqual([]);
});

test('what an earlier process left in the spool is removed, and nothing else', async () => {
  await using channel = await openFolder({ 'noarch/repodata.json': FLAT });
  await writeFile(join(channel.spool, 'left.spool'), '');
  await writeFile(join(channel.spool, 'notes.txt'), '');
  await using _ = await openCondaUpstream(
    { indexUrl: channel.url },
    { subdirs: [], spool: channel.spool },
  );
  expect(await readdir(channel.spool)).toEqual(['notes.txt']);
});

test('a spool that is no folder is a wrong setting', async () => {
  await using channel = await openFolder({ 'noarch/repodata.json': FLAT });
  const spool = join(channel.folder, 'noarch', 'repodata.json');
  await expect(
    openCondaUpstream({ indexUrl: channel.url }, { subdirs: [], spool }),
  ).rejects.toMatchObject({ code: 'invalid-setting' });
});

test('an index that cannot be copied is an error of the disk', async () => {
  await using channel = await openFolder({ 'noarch/repodata.json': FLAT });
  await rm(channel.spool, { recursive: true });
  await expect(channel.upstream.fetchPage(demo)).rejects.toMatchObject({ code: 'store-full' });
});

test('an artifact is read in its own size and from its own folder only', async () => {
  await using channel = await openFolder({
    'noarch/repodata.json': FLAT,
    'noarch/demo-1.0-0.conda': 'abcd',
    'noarch/folder/x': '',
  });
  await writeFile(join(channel.root, 'secret'), 'abc');
  await symlink(join(channel.root, 'secret'), join(channel.folder, 'noarch', 'leads-out'));
  await symlink(channel.root, join(channel.folder, 'out'));
  await symlink('demo-1.0-0.conda', join(channel.folder, 'noarch', 'stays'));
  const { sizeBytes: _, ...artifact } = await firstArtifact(channel.upstream);
  const outcomes = [
    ['noarch/demo-1.0-0.conda', 3, 'upstream-mismatch'],
    ['noarch/demo-1.0-0.conda', 4, 'opened'],
    ['noarch/stays', 4, 'opened'],
    ['noarch/absent', 3, 'upstream-not-found'],
    ['noarch/leads-out', 3, 'upstream-refused'],
    ['out/secret', 3, 'upstream-refused'],
    ['../secret', 3, 'upstream-refused'],
    ['%2e%2e/secret', 3, 'upstream-refused'],
    ['noarch/folder', 3, 'upstream-refused'],
    ['', 3, 'upstream-refused'],
  ] as const;
  for (const [path, sizeBytes, outcome] of outcomes) {
    const url = new URL(path, channel.url).href;
    const got = await channel.upstream.openArtifact({ ...artifact, url, sizeBytes }).then(
      async (open) => {
        await open[Symbol.asyncDispose]();
        return 'opened';
      },
      (error: { readonly code: string }) => error.code,
    );
    expect([path, got]).toEqual([path, outcome]);
  }
  const elsewhere = { ...artifact, url: 'https://other.test/demo-1.0-0.conda' };
  await expect(channel.upstream.openArtifact(elsewhere)).rejects.toMatchObject({
    code: 'upstream-refused',
  });
});

test.each(['../../', '/', 'https://other.test/'])(
  'an index in a folder leads to %s in vain',
  async (base_url) => {
    const demoShard = { 'packages.conda': { 'demo-1.0-0.conda': record() } };
    await using channel = await openFolder({
      ...shardFiles('noarch', { demo: demoShard }, { base_url }),
    });
    const { artifacts } = await pageOf(channel.upstream);
    expect(artifacts).toMatchObject([{ url: `${channel.url}noarch/demo-1.0-0.conda` }]);
  },
);

test('a folder without noarch is no channel', async () => {
  await using channel = await openFolder({ 'linux-64/repodata.json': '{}' });
  await expect(channel.upstream.fetchPage(demo)).rejects.toMatchObject({
    code: 'upstream-mismatch',
  });
});
