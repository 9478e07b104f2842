import { execFileSync } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { largeSubdir } from './conda-subdir.ts';
import { printMarkdown, saveResult, say } from './report.ts';
import { interleave, median, medianRatio } from './rounds.ts';

const ROUNDS = 5;
const RECORDS = 500_000;
const SAMPLE = join(
  process.env['GATEHOUSE_SHARED_DATA'] ?? join(import.meta.dirname, '../../shared/data'),
  'conda/conda-forge-sample/linux-64/repodata.json',
);
const MIB = 1024 ** 2;

interface Ran {
  readonly said: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rssMib: number;
  readonly lagMs: number;
}

/** Filters a `repodata.json` as large as a subdir by slices, against parsing it whole; then zstd levels and shards. */
export async function benchConda(): Promise<void> {
  const folder = process.env['BENCH_CACHE'] ?? join(tmpdir(), 'gatehouse-bench-cache');
  const path = await largeSubdir(folder, SAMPLE, RECORDS);
  const { size } = await stat(path);
  const filters = await interleave<Ran>(ROUNDS, {
    slices: async () => run('slices', path),
    parse: async () => run('parse', path),
  });
  const slices = filters['slices'] ?? [];
  const parse = filters['parse'] ?? [];
  const digests = new Set([...slices, ...parse].map(({ said }) => said));
  if (digests.size !== 1) throw new Error('the two ways differ in what they write');
  const levels = [1, 3, 10].map((level) => ({ level, ...run('zstd', path, level) }));
  const shards = [1, 3, 19].map((level) => ({ level, ...run('shards', path, level) }));
  await saveResult('conda', { size, records: RECORDS, slices, parse, levels, shards });
  say(`${RECORDS} records, ${(size / MIB).toFixed(0)} MiB`);
  printMarkdown(
    ['filter', 'CPU s', 'rounds', 'highest RSS, MiB', 'longest wait, ms'],
    [row('slices', slices), row('parse', parse)],
  );
  const ratios = {
    cpu: medianRatio(parse.map(cpuOf), slices.map(cpuOf)),
    rss: medianRatio(
      parse.map(({ rssMib }) => rssMib),
      slices.map(({ rssMib }) => rssMib),
    ),
  };
  say(`parse by slices: ${ratios.cpu.toFixed(2)} of CPU, ${ratios.rss.toFixed(2)} of memory`);
  printMarkdown(
    ['zstd', 'CPU s', 'of the size'],
    levels.map((one) => [
      `level ${one.level}`,
      one.cpuSeconds.toFixed(2),
      `${((100 * Number(one.said)) / size).toFixed(1)} %`,
    ]),
  );
  printMarkdown(
    ['shards of 40 records', 'write, ms', 'compress, ms', 'read, ms', 'bytes'],
    shards.map(({ level, said }) => {
      const each: Readonly<Record<string, number>> = JSON.parse(said);
      const times = ['write', 'compress', 'read'].map((what) => each[what]?.toFixed(2) ?? '');
      return [`level ${level}`, ...times, each['bytes']?.toFixed(0) ?? ''];
    }),
  );
}

function cpuOf({ cpuSeconds }: Ran): number {
  return cpuSeconds;
}

function row(name: string, rounds: readonly Ran[]): string[] {
  return [
    name,
    `**${median(rounds.map(cpuOf)).toFixed(2)}**`,
    rounds.map((one) => cpuOf(one).toFixed(2)).join(' '),
    median(rounds.map(({ rssMib }) => rssMib)).toFixed(0),
    median(rounds.map(({ lagMs }) => lagMs)).toFixed(0),
  ];
}

function run(way: string, path: string, level = 1): Ran {
  const script = join(import.meta.dirname, 'conda-filter.ts');
  const words = [script, way, path, String(level)];
  return JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8' }));
}
