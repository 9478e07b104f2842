import { setImmediate as turn } from 'node:timers/promises';

import { pino } from 'pino';
import { expect, test } from 'vitest';

import { findCondaName } from '../../src/ecosystems/conda/names.ts';
import type { ChannelFile } from '../../src/mirror/channel.ts';
import { parseSha256 } from '../../src/model/sha256.ts';
import type { ArtifactFilename } from '../../src/model/subject.ts';
import { parseSourceId } from '../../src/policy/values.ts';
import type { ShardMemory } from '../../src/proxy/conda-shards.ts';
import { createCondaSubdir } from '../../src/proxy/conda-subdir.ts';

const MIB = 1024 * 1024;
const SHA256 = parseSha256('ab'.repeat(32));

function subdirOf(files: readonly ChannelFile[], memory: ShardMemory = new Map()) {
  const log: string[] = [];
  const kept: string[] = [];
  const subdir = createCondaSubdir({
    conda: {
      keepShard: async ({ project }) => void kept.push(project),
      oldShard: async () => undefined,
    },
    log: pino({ level: 'warn' }, { write: (text: string) => void log.push(text) }),
    source: parseSourceId('forge'),
    name: 'noarch',
    files,
    memory,
  });
  return { subdir, log, kept };
}

function fileOf(build: string, sizeBytes: number, name = 'vim'): ChannelFile {
  const file = `${name}-1-${build}.conda`;
  const project = findCondaName(name);
  const filename = `noarch/${file}` as ArtifactFilename;
  if (project === undefined) throw new TypeError('not a name');
  const repodata = JSON.stringify({ sha256: SHA256, more: 'x'.repeat(sizeBytes) });
  return { subdir: 'noarch', file, filename, project, sha256: SHA256, repodata };
}

test('a package that is too large for one shard leaves a subdir to its flat index, and is logged', async () => {
  const { subdir, log } = subdirOf(Array.from({ length: 17 }, (_, at) => fileOf(`${at}`, MIB)));
  expect(await subdir.find('repodata_shards.msgpack.zst')).toBeUndefined();
  expect(await subdir.find('repodata.json')).toBeDefined();
  expect(log.join('')).toMatch(/shards not served: too large/);
});

test('a smaller one has its shard', async () => {
  const { subdir, log } = subdirOf(Array.from({ length: 15 }, (_, at) => fileOf(`${at}`, MIB)));
  expect(await subdir.find('repodata_shards.msgpack.zst')).toBeDefined();
  expect(log).toEqual([]);
});

test('only the shard of a package that changed is made and kept anew', async () => {
  const memory: ShardMemory = new Map();
  const [vim, emacs] = [fileOf('0', 10), fileOf('0', 10, 'emacs')];
  const first = subdirOf([emacs, vim], memory);
  await first.subdir.find('repodata_shards.msgpack.zst');
  expect(first.kept).toEqual(['emacs', 'vim']);
  const second = subdirOf([{ ...emacs }, vim, fileOf('1', 10)], memory);
  await second.subdir.find('repodata_shards.msgpack.zst');
  expect(second.kept).toEqual(['vim']);
});

test.each(['repodata.json', 'repodata.json.zst'])(
  'other work goes on while a large %s is made',
  async (file) => {
    const { subdir } = subdirOf(Array.from({ length: 20_000 }, (_, at) => fileOf(`${at}`, 500)));
    let turns = 0;
    const done = new AbortController();
    async function count(): Promise<void> {
      for (; !done.signal.aborted; turns += 1) await turn();
    }
    const counting = count();
    const found = await subdir.find(file);
    done.abort();
    await counting;
    expect(found).toBeDefined();
    expect(turns).toBeGreaterThan(40);
  },
);
