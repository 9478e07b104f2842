import { createHash } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { constants, zstdCompressSync } from 'node:zlib';

import { findChannelArtifact } from '../src/ecosystems/conda/channel-page.ts';
import { findCondaName } from '../src/ecosystems/conda/names.ts';
import { writeShardIndex } from '../src/ecosystems/conda/shard-index.ts';
import { readShard, writeShard } from '../src/ecosystems/conda/shards.ts';
import { openFileStore } from '../src/store/file.ts';
import { openCondaHouse, record, repodata } from '../test/proxy/conda-house.ts';
import { cpuSeconds, memoryOf } from './processes.ts';
import { watchTurns } from './turns.ts';

// What bench/conda.ts runs in a process of its own: a channel of 2,000 approved packages with 20 files each, from its
// first index to one where everything is judged again; and what one changed name of 40 records costs, from the
// upstream shard to our shard and the index that names it.
const PACKAGES = 2000;
const FILES = 20;
const CHANGED_FILES = 40;
const TIMES = 300;

const names = Array.from({ length: PACKAGES }, (_, at) => `package-${at}`);
const files = names.flatMap((name) => filesOf(name, FILES));
const policy = `version: 1
sources: { pypi: { kind: pypi }, forge: { kind: conda, min-age: 0d } }
targets:
  python: ["3.12"]
  platforms: [manylinux_2_28_x86_64]
  conda: { subdirs: [linux-64], virtual: { glibc: "2.28" } }
packages:
  allow: [${names.map((name) => `forge::${name}`).join(', ')}]
licenses: { allow: [MIT] }
versions: { keep: 1000 }
`;

const directory = await mkdtemp(join(tmpdir(), 'gatehouse-bench-conda-'));
await using store = await openFileStore(directory);
await using house = await openCondaHouse(
  {
    'forge/noarch/repodata.json': repodata('noarch', []),
    'forge/linux-64/repodata.json': repodata('linux-64', files),
  },
  { policy, store },
);
await walked();
const folder = '/conda/forge/linux-64';
const steps: Record<string, object> = {};
await measure('first shards', 'repodata_shards.msgpack.zst');
await measure('first repodata.json', 'repodata.json');
await measure('first repodata.json.zst', 'repodata.json.zst');
await measure('warm shards', 'repodata_shards.msgpack.zst');
await house.activate(`${policy}# the same\n`);
await walked();
await measure('shards when all is judged again', 'repodata_shards.msgpack.zst');
const rssMib = memoryOf(process.pid).peak;
const changedMs = changedName();
process.stdout.write(`${JSON.stringify({ steps, changedMs, rssMib })}\n`);

async function walked(): Promise<void> {
  const { mirror } = house;
  while (!mirror.status().complete || mirror.status().progress.walking) await sleep(50);
}

function filesOf(name: string, count: number) {
  return Array.from({ length: count }, (_, at) => {
    const depends = ['libgcc >=14', '__glibc >=2.17,<3.0.a0', 'python >=3.12,<3.13.0a0'];
    const url = `https://${name}.test/the/archive/of/the/sources/of/version/1.${at}.tar.gz`;
    return record(name, `1.${at}`, { url, constrains: depends, timestamp: 1.7e12 });
  });
}

async function measure(what: string, file: string): Promise<void> {
  const stop = await watchTurns();
  const before = cpuSeconds(process.pid);
  const { statusCode, rawPayload } = await house.get(`${folder}/${file}`);
  const cpu = cpuSeconds(process.pid) - before;
  if (statusCode !== 200) throw new Error(`${file}: ${statusCode}`);
  steps[what] = { cpuSeconds: cpu, bytes: rawPayload.length, ...(await stop()) };
}

/** CPU milliseconds of what one changed name costs, without the network and the store. */
function changedName(): Readonly<Record<string, number>> {
  const project = findCondaName('changed');
  if (project === undefined) throw new TypeError('not a name');
  const place = { project, subdir: 'linux-64', baseUrl: 'https://forge.test/linux-64/' };
  const contents = { records: filesOf(project, CHANGED_FILES).map(sliceOf), removed: [] };
  const upstream = writeShard(contents);
  const { records } = readShard(upstream);
  const texts = records.map(({ bytes }) => Buffer.from(bytes).toString());
  const hashes = names.map(
    (name) => [name, createHash('sha256').update(name).digest('hex')] as const,
  );
  const shards = new Map(hashes);
  const about = { subdir: 'linux-64', baseUrl: './', shardsBaseUrl: './shards/' };
  return {
    'read the shard': timed(() => readShard(upstream)),
    'read its records': timed(() => {
      for (const [at, { group, key }] of records.entries()) {
        const found = findChannelArtifact({ group, key, text: texts[at] ?? '' }, place);
        if (found === undefined) throw new Error(`not an artifact: ${key}`);
      }
    }),
    'write ours': timed(() => {
      const parsed = records.map((slice, at) => ({ ...slice, value: JSON.parse(texts[at] ?? '') }));
      const shard = packed(writeShard({ records: parsed, removed: [] }));
      shards.set(project, createHash('sha256').update(shard).digest('hex'));
    }),
    'write the index': timed(() =>
      packed(writeShardIndex({ ...about, createdAt: undefined, shards })),
    ),
  };
}

/** The mean of many, after some that do not count. */
function timed(work: () => unknown): number {
  for (let round = 0; round < TIMES; round += 1) work();
  const before = cpuSeconds(process.pid);
  for (let round = 0; round < TIMES; round += 1) work();
  return (1000 * (cpuSeconds(process.pid) - before)) / TIMES;
}

function sliceOf([key, value]: ReturnType<typeof record>) {
  return { group: 'packages.conda', key, value };
}

function packed(bytes: Uint8Array): Buffer {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
}
