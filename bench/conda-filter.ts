import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

import type { RecordSlice } from '../src/ecosystems/conda/repodata-outline.ts';
import { renderRepodata } from '../src/ecosystems/conda/repodata-render.ts';
import { sliceRepodata } from '../src/ecosystems/conda/repodata-slices.ts';
import { cpuSeconds, memoryOf } from './processes.ts';

// What bench/conda.ts runs in a process of its own: `node conda-filter.ts slice|parse|slice-all FILE [keep one in N]`.
const [way = '', path = '', oneIn = '50'] = process.argv.slice(2);

function keeps(record: Readonly<Record<string, unknown>>): boolean {
  return Number.parseInt(String(record['sha256']).slice(0, 7), 16) % Number(oneIn) === 0;
}

async function bySlices(): Promise<string> {
  const kept: Pick<RecordSlice, 'group' | 'key' | 'bytes'>[] = [];
  const reading = sliceRepodata(createReadStream(path, { highWaterMark: 1 << 20 }));
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
  const sorted = (group: object) =>
    Object.fromEntries(
      Object.entries(group)
        .filter(([, record]) => keeps(record))
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
  const text = JSON.stringify({
    info: { subdir: 'linux-64' },
    packages: sorted(document.packages),
    'packages.conda': sorted(document['packages.conda']),
    removed: document.removed,
    repodata_version: 1,
  });
  return createHash('sha256').update(text).digest('hex');
}

const lag = monitorEventLoopDelay({ resolution: 1 });
const begun = performance.now();
const cpuBefore = cpuSeconds(process.pid);
lag.enable();
const digest = way === 'slices' ? await bySlices() : byParsing();
await new Promise((resolve) => setTimeout(resolve, 5));
lag.disable();
const result = {
  digest,
  seconds: (performance.now() - begun) / 1000,
  cpuSeconds: cpuSeconds(process.pid) - cpuBefore,
  rssMib: memoryOf(process.pid).peak,
  lagMs: lag.max / 1e6,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
