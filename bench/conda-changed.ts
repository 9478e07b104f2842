import { createHash } from 'node:crypto';
import { constants, zstdCompressSync } from 'node:zlib';

import { findChannelArtifact } from '../src/ecosystems/conda/channel-page.ts';
import { findCondaName } from '../src/ecosystems/conda/names.ts';
import { writeShardIndex } from '../src/ecosystems/conda/shard-index.ts';
import { readShard, writeShard } from '../src/ecosystems/conda/shards.ts';
import { namesOf, versionsOf } from './conda-records.ts';
import { cpuSeconds } from './processes.ts';

// What bench/conda.ts runs in a process of its own: the CPU milliseconds of one changed name of 40 records, from the
// upstream shard to ours, and of the index of 2,000 names; without the network, the judging and the store.
const TIMES = 500;

const project = findCondaName('changed');
if (project === undefined) throw new TypeError('not a name');
const place = { project, subdir: 'linux-64', baseUrl: 'https://forge.test/linux-64/' };
const contents = versionsOf(project, 40).map(([key, value]) => ({
  group: 'packages.conda',
  key,
  value,
}));
const upstream = writeShard({ records: contents, removed: [] });
const { records } = readShard(upstream);
const texts = records.map(({ bytes }) => Buffer.from(bytes).toString());
const shards = new Map(namesOf(2000).map((name) => [name, sha256Of(Buffer.from(name))]));
const about = { subdir: 'linux-64', baseUrl: './', shardsBaseUrl: './shards/' };

const steps = {
  'read the shard': timed(() => readShard(upstream)),
  'read its records': timed(readRecords),
  'write ours': timed(writeOurs),
  'write the index': timed(() =>
    packed(writeShardIndex({ ...about, createdAt: undefined, shards })),
  ),
};
process.stdout.write(`${JSON.stringify(steps)}\n`);

function readRecords(): void {
  for (const [at, { group, key }] of records.entries()) {
    const found = findChannelArtifact({ group, key, text: texts[at] ?? '' }, place);
    if (found === undefined) throw new Error(`not an artifact: ${key}`);
  }
}

function writeOurs(): void {
  const parsed = records.map((slice, at) => ({ ...slice, value: JSON.parse(texts[at] ?? '') }));
  shards.set('changed', sha256Of(packed(writeShard({ records: parsed, removed: [] }))));
}

/** The mean of many, after as many that do not count. */
function timed(work: () => unknown): number {
  for (let round = 0; round < TIMES; round += 1) work();
  const before = cpuSeconds(process.pid);
  for (let round = 0; round < TIMES; round += 1) work();
  return (1000 * (cpuSeconds(process.pid) - before)) / TIMES;
}

function packed(bytes: Uint8Array): Buffer {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
