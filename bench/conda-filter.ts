import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { constants, createZstdCompress } from 'node:zlib';

import { compressIndex } from '../src/ecosystems/conda/compress.ts';
import { KEY_SALT_LENGTH } from '../src/ecosystems/conda/key-set.ts';
import { readRecordText } from '../src/ecosystems/conda/record-text.ts';
import type { RecordSlice } from '../src/ecosystems/conda/repodata-outline.ts';
import { renderRepodata } from '../src/ecosystems/conda/repodata-render.ts';
import { sliceRepodata } from '../src/ecosystems/conda/repodata-slices.ts';
import { readShard, writeShard } from '../src/ecosystems/conda/shards.ts';
import { cpuSeconds, memoryOf } from './processes.ts';
import { watchTurns } from './turns.ts';

// What bench/conda.ts runs in a process of its own: `node conda-filter.ts WAY FILE [LEVEL]`.
const [way = '', path = '', level = '1'] = process.argv.slice(2);

/** One file in fifty: what a list of approved packages leaves of a subdir. */
const KEPT_ONE_IN = 50;
const SALT = crypto.getRandomValues(new Int32Array(KEY_SALT_LENGTH));
const SHARDS = 2000;
const RECORDS_PER_SHARD = 40;

/** By the number that the generator puts at the end of each build. */
function keeps(key: string): boolean {
  const stemEnd = key.length - (key.endsWith('.conda') ? '.conda' : '.tar.bz2').length;
  return Number(key.slice(stemEnd - 2, stemEnd).replace('_', '')) % KEPT_ONE_IN === 0;
}

type Kept = Pick<RecordSlice, 'group' | 'key' | 'bytes'>;

/** As Gatehouse does it: only what is kept is read. */
async function bySlices(): Promise<string> {
  const kept: Kept[] = [];
  const reading = sliceRepodata(createReadStream(path, { highWaterMark: 256 * 1024 }), {
    salt: SALT,
  });
  for await (const { records, bytesOf } of reading.batches) {
    for (const record of records) {
      if (!keeps(record.key)) continue;
      const bytes = Uint8Array.from(bytesOf(record));
      readWell(bytes);
      kept.push({ group: record.group, key: Buffer.from(record.key).toString(), bytes });
    }
  }
  return rendered(kept, reading.outline().removed);
}

/** The same where each record is read, whether it is kept or not. */
async function byReading(): Promise<string> {
  const kept: Kept[] = [];
  const reading = sliceRepodata(createReadStream(path, { highWaterMark: 256 * 1024 }), {
    salt: SALT,
  });
  for await (const { records, bytesOf } of reading.batches) {
    for (const record of records) {
      const bytes = bytesOf(record);
      readWell(bytes);
      if (!keeps(record.key)) continue;
      const key = Buffer.from(record.key).toString();
      kept.push({ group: record.group, key, bytes: Uint8Array.from(bytes) });
    }
  }
  return rendered(kept, reading.outline().removed);
}

function readWell(bytes: Uint8Array): void {
  const { buffer, byteOffset, length } = bytes;
  const text = Buffer.from(buffer, byteOffset, length).toString();
  if (typeof readRecordText(text) === 'string') throw new Error(`not a record: ${text}`);
}

function rendered(records: readonly Kept[], removed: readonly string[]): string {
  const hash = createHash('sha256');
  for (const piece of renderRepodata({ subdir: 'linux-64', records, removed })) hash.update(piece);
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
  const kept = Object.entries(group).filter(([key]) => keeps(key));
  return Object.fromEntries(kept.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Makes shards of the first records, compresses, hashes and reads them again; says how long each took. */
async function shards(): Promise<string> {
  const records: RecordSlice[] = [];
  for await (const batch of sliceRepodata(createReadStream(path), { salt: SALT }).batches) {
    for (const { group, key, ...place } of batch.records) {
      const bytes = Buffer.from(batch.bytesOf({ group, key, ...place }));
      records.push({ group, key, bytes, value: JSON.parse(bytes.toString()) });
    }
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
  reading: byReading,
  parse: byParsing,
  shards,
  zstd: compressed,
};

const stop = await watchTurns();
const begun = performance.now();
const before = cpuSeconds(process.pid);
const said = (await WAYS[way]?.()) ?? '';
const cpu = cpuSeconds(process.pid) - before;
const seconds = (performance.now() - begun) / 1000;
const result = { said, seconds, cpuSeconds: cpu, rssMib: memoryOf(process.pid).peak };
process.stdout.write(`${JSON.stringify({ ...result, ...(await stop()) })}\n`);
