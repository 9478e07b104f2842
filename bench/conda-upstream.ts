import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { findCondaName } from '../src/ecosystems/conda/names.ts';
import { openCondaUpstream } from '../src/upstream/conda.ts';
import type { PageAnswer } from '../src/upstream/pages.ts';
import { cpuSeconds, memoryOf } from './processes.ts';
import { watchTurns } from './turns.ts';

// What bench/conda.ts runs in a process of its own: `node conda-upstream.ts FOLDER NAME`. The channel in the folder is
// asked for a name that it has not, then for one that it has, then again when its index may have changed and has not.
const [folder = '', wanted = ''] = process.argv.slice(2);
const [name, nobody] = [findCondaName(wanted), findCondaName('nobody-has-this')];
if (name === undefined || nobody === undefined) throw new Error(`not a name: ${wanted}`);
const MINUTE = 60_000;

const spool = join(await mkdtemp(join(tmpdir(), 'gatehouse-bench-conda-')), 'spool');
await mkdir(spool);
let now = Date.now();
const upstream = await openCondaUpstream(
  { indexUrl: `${pathToFileURL(folder).href}/` },
  { subdirs: ['linux-64'], spool, now: () => now },
);
const stop = await watchTurns();
const begun = performance.now();
const indexCpu = await cpuOf(async () => upstream.fetchPage(nobody));
const seconds = (performance.now() - begun) / 1000;
const turns = await stop();
const rssMib = memoryOf(process.pid).peak;
const pages: PageAnswer[] = [];
const pageCpu = await cpuOf(async () => pages.push(await upstream.fetchPage(name)));
const [page] = pages;
if (page?.kind !== 'page') throw new Error(`no page of ${wanted}`);
now += MINUTE;
const unchangedCpu = await cpuOf(async () => {
  const { kind } = await upstream.fetchPage(name, { etag: page.etag ?? '' });
  if (kind !== 'unchanged') throw new Error(`another page of ${wanted}`);
});
await upstream[Symbol.asyncDispose]();
await rm(join(spool, '..'), { recursive: true });
const artifacts = page.page.artifacts.length;
const said = JSON.stringify({
  artifacts,
  pageMs: 1000 * pageCpu,
  unchangedMs: 1000 * unchangedCpu,
});
const result = { said, seconds, cpuSeconds: indexCpu, rssMib, ...turns };
process.stdout.write(`${JSON.stringify(result)}\n`);

async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = cpuSeconds(process.pid);
  await work();
  return cpuSeconds(process.pid) - before;
}
