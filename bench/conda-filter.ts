import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { constants, createZstdCompress } from 'node:zlib';

import { compressIndex } from '../src/ecosystems/conda/compress.ts';
import type { RecordSlice } from '../src/ecosystems/conda/repodata-outline.ts';
import { renderRepodata } from '../src/ecosystems/conda/repodata-render.ts';
import { sliceRepodata } from '../src/ecosystems/conda/repodata-slices.ts';
import { readShard, writeShard } from '../src/ecosystems/conda/shards.ts';
import { cpuSeconds, memoryOf } from './processes.ts';

// What bench/conda.ts runs in a process of its own: `node conda-filter.ts slices|parse|shards|zstd FILE [LEVEL]`.
const [way = '', path = '', level = '1'] = process.argv.slice(2);

/** One record in fifty: what a list of approved packages leaves of a subdir. */
const KEPT_ONE_IN = 50;
const SHARDS = 2000;
const RECORDS_PER_SHARD = 40;

function keeps(record: Readonly<Record<string, unknown>>): boolean {
  return Number.parseInt(String(record['sha256']).slice(0, 7), 16) % KEPT_ONE_IN === 0;
}

async function bySlices(): Promise<string> {
  const kept: Pick<RecordSlice, 'group' | 'key' | 'bytes'>[] = [];
  const reading = sliceRepodata(createReadStream(path, { highWaterMark: 256 * 1024 }));
  for await (const batch of reading.batches) {
    for (const { group, key, bytes, value } of batch) {
      if (keeps(value)) kept.push({ group, key, bytes: Uint8Array.from(bytes) });
    }
  }
  const hash = createHash('sha256');
  const contents = { subdir: 'linux-64', records: kept, removed: reading.outline().removed };
  for (const piece of renderRepodata(contents)) hash.update(piece);
  return hash.digest('hex');
}

function byParsing(): string {
  const document = JSON.parse(readFileSync(path, 'latin1'));
  const text = JSON.stringify({
    info: { subdir: 'linux-64' },
    packages: filtered(document.packages),
    'packages.conda': filtered(document['packages.conda']),
    removed: document.removed,
    repodata_version: 1,
  });
  return createHash('sha256').update(text).digest('hex');
}

function filtered(group: Readonly<Record<string, Readonly<Record<string, unknown>>>>): object {
  const kept = Object.entries(group).filter(([, record]) => keeps(record));
  return Object.fromEntries(kept.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Makes shards of the first records, compresses, hashes and reads them again; says how long each took. */
async function shards(): Promise<string> {
  const records: RecordSlice[] = [];
  for await (const batch of sliceRepodata(createReadStream(path)).batches) {
    records.push(...batch);
    if (records.length > SHARDS * RECORDS_PER_SHARD) break;
  }
  const spent = { write: 0, compress: 0, read: 0, bytes: 0 };
  for (let at = 0; at < SHARDS; at += 1) {
    const some = records.slice(at * RECORDS_PER_SHARD, (at + 1) * RECORDS_PER_SHARD);
    const begun = performance.now();
    const bytes = writeShard({ records: some, removed: [] });
    const written = performance.now();
    const packed = await compressIndex(bytes, Number(level));
    createHash('sha256').update(packed).digest();
    const packedAt = performance.now();
    readShard(bytes);
    spent.write += written - begun;
    spent.compress += packedAt - written;
    spent.read += performance.now() - packedAt;
    spent.bytes += packed.length;
  }
  const each = Object.entries(spent).map(([what, sum]) => [what, sum / SHARDS] as const);
  return JSON.stringify(Object.fromEntries(each));
}

async function compressed(): Promise<string> {
  const params = { [constants.ZSTD_c_compressionLevel]: Number(level) };
  let bytes = 0;
  const packing = createReadStream(path, { highWaterMark: 1 << 20 }).pipe(
    createZstdCompress({ params, chunkSize: 1 << 20 }),
  );
  for await (const piece of packing) bytes += (piece as Uint8Array).length;
  return String(bytes);
}

const WAYS: Readonly<Record<string, () => string | Promise<string>>> = {
  slices: bySlices,
  parse: byParsing,
  shards,
  zstd: compressed,
};

const lag = monitorEventLoopDelay({ resolution: 5 });
const begun = performance.now();
const cpuBefore = cpuSeconds(process.pid);
lag.enable();
await new Promise((resolve) => setTimeout(resolve, 20));
const said = (await WAYS[way]?.()) ?? '';
await new Promise((resolve) => setTimeout(resolve, 20));
lag.disable();
const result = {
  said,
  seconds: (performance.now() - begun) / 1000 - 0.04,
  cpuSeconds: cpuSeconds(process.pid) - cpuBefore,
  rssMib: memoryOf(process.pid).peak,
  lagMs: lag.max / 1e6,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
