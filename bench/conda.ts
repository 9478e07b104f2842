import { execFileSync } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress } from 'node:zlib';

import { measureCondaServe } from './conda-serve.ts';
import { largeSubdir } from './conda-subdir.ts';
import { printMarkdown, saveResult, say } from './report.ts';
import { interleave, median, medianRatio, type Rounds } from './rounds.ts';

const ROUNDS = 5;
const RECORDS = 500_000;
const SAMPLE = join(
  process.env['GATEHOUSE_SHARED_DATA'] ?? join(import.meta.dirname, '../../shared/data'),
  'conda/conda-forge-sample/linux-64/repodata.json',
);
const NAME = 'zlib';
const MIB = 1024 ** 2;

/** One run in a process of its own. */
interface Ran {
  readonly said: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rssMib: number;
  readonly lagMs: number;
  readonly turnMs: number;
}

/** A subdir of 500,000 records: filtered, read as an upstream, compressed; a large channel; and warm answers. */
export async function benchConda(): Promise<void> {
  const folder = process.env['BENCH_CACHE'] ?? join(tmpdir(), 'gatehouse-bench-cache');
  const path = await largeSubdir(folder, SAMPLE, RECORDS);
  const { size } = await stat(path);
  const channels = await channelsOf(folder, path);
  const rounds = await interleave<Ran>(ROUNDS, {
    slices: async () => run('conda-filter.ts', 'slices', path),
    reading: async () => run('conda-filter.ts', 'reading', path),
    parse: async () => run('conda-filter.ts', 'parse', path),
    upstream: async () => run('conda-upstream.ts', channels.plain, NAME),
    'upstream, zstd': async () => run('conda-upstream.ts', channels.zstd, NAME),
  });
  const filters = ['slices', 'reading', 'parse'].flatMap((leg) => rounds[leg] ?? []);
  if (new Set(filters.map(({ said }) => said)).size !== 1) {
    throw new Error('the ways to filter differ in what they write');
  }
  say(`${RECORDS} records, ${(size / MIB).toFixed(0)} MiB`);
  printRounds(rounds, size);
  const levels = [1, 3, 10].map((level) => ({
    level,
    ...run('conda-filter.ts', 'zstd', path, level),
  }));
  printLevels(levels, size);
  const shards = [1, 3, 19].map((level) => ({
    level,
    ...run('conda-filter.ts', 'shards', path, level),
  }));
  printShards(shards);
  const changed = await interleave(ROUNDS, { changed: async () => spawn('conda-changed.ts') });
  printChanged(changed['changed'] ?? []);
  const channel = await interleave(3, { channel: async () => spawn('conda-channel.ts') });
  printChannel(channel['channel'] ?? []);
  const serve = await measureCondaServe();
  const measured = { rounds, levels, shards, changed, channel, serve };
  await saveResult('conda', { size, records: RECORDS, ...measured });
}

/** The same subdir as a channel in a folder, plain and compressed. */
async function channelsOf(
  folder: string,
  path: string,
): Promise<{ readonly plain: string; readonly zstd: string }> {
  const plain = join(folder, 'conda-channel-plain');
  const zstd = join(folder, 'conda-channel-zstd');
  for (const channel of [plain, zstd]) {
    await mkdir(join(channel, 'noarch'), { recursive: true });
    await mkdir(join(channel, 'linux-64'), { recursive: true });
    await writeFile(join(channel, 'noarch/repodata.json'), '{}');
  }
  await rm(join(plain, 'linux-64/repodata.json'), { force: true });
  await link(path, join(plain, 'linux-64/repodata.json'));
  await pipeline(
    createReadStream(path, { highWaterMark: MIB }),
    createZstdCompress({ chunkSize: MIB }),
    createWriteStream(join(zstd, 'linux-64/repodata.json.zst')),
  );
  return { plain, zstd };
}

function printRounds(rounds: Rounds<Ran>, size: number): void {
  printMarkdown(
    ['way', 'CPU s', 'per 280 MB', 'rounds', 'highest RSS, MiB', 'longest turn, ms', 'wait, ms'],
    Object.entries(rounds).map(([name, ran]) => [
      name,
      `**${median(ran.map(cpuOf)).toFixed(2)}**`,
      ((median(ran.map(cpuOf)) * 280e6) / size).toFixed(2),
      ran.map((one) => cpuOf(one).toFixed(2)).join(' '),
      median(ran.map(({ rssMib }) => rssMib)).toFixed(0),
      Math.max(...ran.map(({ turnMs }) => turnMs)).toFixed(0),
      median(ran.map(({ lagMs }) => lagMs)).toFixed(0),
    ]),
  );
  const [parse, slices] = [rounds['parse'] ?? [], rounds['slices'] ?? []];
  const faster = medianRatio(parse.map(cpuOf), slices.map(cpuOf));
  say(`parse by slices: ${faster.toFixed(2)} of CPU`);
}

function printLevels(levels: readonly (Ran & { readonly level: number })[], size: number): void {
  printMarkdown(
    ['zstd', 'CPU s', 'of the size'],
    levels.map((one) => [
      `level ${one.level}`,
      one.cpuSeconds.toFixed(2),
      `${((100 * Number(one.said)) / size).toFixed(1)} %`,
    ]),
  );
}

function printShards(shards: readonly (Ran & { readonly level: number })[]): void {
  printMarkdown(
    ['shards of 40 records', 'write, ms', 'compress, ms', 'read, ms', 'bytes'],
    shards.map(({ level, said }) => {
      const each: Readonly<Record<string, number>> = JSON.parse(said);
      const times = ['write', 'compress', 'read'].map((what) => each[what]?.toFixed(2) ?? '');
      return [`level ${level}`, ...times, each['bytes']?.toFixed(0) ?? ''];
    }),
  );
}

function printChanged(said: readonly string[]): void {
  const rounds: readonly Readonly<Record<string, number>>[] = said.map((one) => JSON.parse(one));
  printMarkdown(
    ['one changed name of 40 records', 'CPU ms', 'rounds'],
    Object.keys(rounds[0] ?? {}).map((step) => {
      const times = rounds.map((round) => round[step] ?? Number.NaN);
      return [
        step,
        `**${median(times).toFixed(2)}**`,
        times.map((one) => one.toFixed(2)).join(' '),
      ];
    }),
  );
}

function printChannel(said: readonly string[]): void {
  const rounds: readonly { readonly steps: Readonly<Record<string, Ran>> }[] = said.map((one) =>
    JSON.parse(one),
  );
  printMarkdown(
    ['2,000 packages, 40,000 records', 'CPU s', 'rounds', 'longest turn, ms'],
    Object.keys(rounds[0]?.steps ?? {}).map((step) => {
      const ran = rounds.flatMap(({ steps }) => steps[step] ?? []);
      const turn = Math.max(...ran.map(({ turnMs }) => turnMs));
      const times = ran.map((one) => cpuOf(one).toFixed(2)).join(' ');
      return [step, `**${median(ran.map(cpuOf)).toFixed(2)}**`, times, turn.toFixed(0)];
    }),
  );
}

function cpuOf({ cpuSeconds }: Ran): number {
  return cpuSeconds;
}

function run(script: string, way: string, path: string, level = 1): Ran {
  return JSON.parse(spawn(script, way, path, String(level)));
}

function spawn(script: string, ...words: readonly string[]): string {
  const command = [join(import.meta.dirname, script), ...words];
  return execFileSync(process.execPath, command, { encoding: 'utf8' });
}
