import { pino } from 'pino';
import { expect, test } from 'vitest';

import { findCondaName } from '../../src/ecosystems/conda/names.ts';
import type { ChannelFile } from '../../src/mirror/channel.ts';
import { parseSha256 } from '../../src/model/sha256.ts';
import type { ArtifactFilename } from '../../src/model/subject.ts';
import { parseSourceId } from '../../src/policy/values.ts';
import { createCondaSubdir } from '../../src/proxy/conda-subdir.ts';

const MIB = 1024 * 1024;
const SHA256 = parseSha256('ab'.repeat(32));

function subdirOf(files: readonly ChannelFile[]) {
  const log: string[] = [];
  const subdir = createCondaSubdir({
    conda: { keepShard: async () => {}, oldShard: async () => undefined },
    log: pino({ level: 'warn' }, { write: (text: string) => void log.push(text) }),
    source: parseSourceId('forge'),
    name: 'noarch',
    files,
    fingerprint: '',
    memory: new Map(),
  });
  return { subdir, log };
}

function fileOf(build: string, sizeBytes: number): ChannelFile {
  const file = `vim-1-${build}.conda`;
  const project = findCondaName('vim');
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
