import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { findCondaName } from '../src/ecosystems/conda/names.ts';
import { openCondaUpstream } from '../src/upstream/conda.ts';
import { cpuSeconds, memoryOf } from './processes.ts';
import { watchTurns } from './turns.ts';

// What bench/conda.ts runs in a process of its own: `node conda-upstream.ts FOLDER NAME`. The channel in the folder is
// asked for a name, and again when its index may have changed and has not.
const [folder = '', wanted = ''] = process.argv.slice(2);
const name = findCondaName(wanted);
if (name === undefined) throw new Error(`not a name: ${wanted}`);
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
const before = cpuSeconds(process.pid);
const first = await upstream.fetchPage(name);
const cpu = cpuSeconds(process.pid) - before;
const seconds = (performance.now() - begun) / 1000;
const turns = await stop();
if (first.kind !== 'page') throw new Error(`no page of ${wanted}`);
const rssMib = memoryOf(process.pid).peak;
now += MINUTE;
const again = cpuSeconds(process.pid);
const second = await upstream.fetchPage(name, { etag: first.etag ?? '' });
const unchangedMs = (cpuSeconds(process.pid) - again) * 1000;
if (second.kind !== 'unchanged') throw new Error(`another page of ${wanted}`);
await upstream[Symbol.asyncDispose]();
await rm(join(spool, '..'), { recursive: true });
const said = JSON.stringify({ artifacts: first.page.artifacts.length, unchangedMs });
process.stdout.write(`${JSON.stringify({ said, seconds, cpuSeconds: cpu, rssMib, ...turns })}\n`);
