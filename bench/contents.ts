import { execFileSync } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { openFileAccess } from '../src/store/file-access.ts';
import { readProvisionalWheel } from '../src/validation/evidence/provisional.ts';
import { digestOf } from './digest.ts';
import { printMarkdown, saveResult } from './report.ts';
import { interleave, median, medianRatio } from './rounds.ts';
import { fetchWheel } from './wheel-cache.ts';

const ROUNDS = 5;
/** Of about 0.1, 5, 50 and 500 MB. */
const WHEELS = [
  'packaging==26.0',
  'matplotlib==3.10.3',
  'pyarrow==20.0.0',
  'nvidia-cublas-cu12==12.8.4.1',
];
const MIB = 1024 ** 2;

interface Verified {
  readonly kind: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rssMib: number;
}

/** Verifies real wheels of four sizes whole, against Python's zipfile and hashlib doing the same. */
export async function benchContents(): Promise<void> {
  const rows: string[][] = [];
  const results: object[] = [];
  for (const release of WHEELS) {
    const path = await fetchWheel(release);
    const sha256 = await digestOf(path);
    const { size } = await stat(path);
    const found = await interleave<Verified>(ROUNDS, {
      ours: async () => run(['node', join(import.meta.dirname, 'verify.ts'), path, sha256]),
      python: async () => run(['python3', join(import.meta.dirname, 'verify.py'), path]),
    });
    const ours = found['ours'] ?? [];
    const python = found['python'] ?? [];
    const listing = await readForListing(path);
    results.push({ release, size, ours, python, listing });
    const wall = medianRatio(secondsOf(python), secondsOf(ours));
    const cpu = medianRatio(
      python.map(({ cpuSeconds }) => cpuSeconds),
      ours.map(({ cpuSeconds }) => cpuSeconds),
    );
    rows.push([
      `${release.replace('==', ' ')}, ${(size / MIB).toFixed(1)} MiB`,
      `**${wall.toFixed(2)}**`,
      cpu.toFixed(2),
      secondsOf(ours)
        .map((seconds) => seconds.toFixed(2))
        .join(' '),
      secondsOf(python)
        .map((seconds) => seconds.toFixed(2))
        .join(' '),
      [ours, python].map((all) => median(all.map(({ rssMib }) => rssMib)).toFixed(0)).join(', '),
      `${(listing.bytes / 1024).toFixed(0)} KiB`,
      `${((100 * listing.bytes) / size).toFixed(2)} %`,
      `${listing.reads}`,
    ]);
  }
  await saveResult('contents', { results });
  printMarkdown(
    ['wheel', '× faster', 'by CPU', 'seconds', "Python's", 'highest RSS MiB, Python’s'].concat([
      'read for a listing',
      'of the wheel',
      'reads',
    ]),
    rows,
  );
}

/** What a page needs of a wheel to decide about its licence and dependencies: METADATA and licence texts, by ranges. */
async function readForListing(path: string): Promise<{ reads: number; bytes: number }> {
  await using access = await openFileAccess(path);
  let reads = 0;
  let bytes = 0;
  await readProvisionalWheel(
    {
      sizeBytes: access.sizeBytes,
      read(offset, lengthBytes) {
        reads += 1;
        bytes += lengthBytes;
        return access.read(offset, lengthBytes);
      },
    },
    () => true,
  );
  return { reads, bytes };
}

function secondsOf(measured: readonly Verified[]): readonly number[] {
  return measured.map(({ seconds }) => seconds);
}

function run([program = '', ...words]: readonly string[]): Verified {
  const command = program === 'node' ? process.execPath : program;
  const said: Verified = JSON.parse(execFileSync(command, words, { encoding: 'utf8' }));
  if (said.kind !== 'wheel') throw new Error(`${words.at(-1)}: ${said.kind}`);
  return said;
}
