import { cpuSeconds, memoryOf } from './processes.ts';
import { startRecorder } from './recorder.ts';
import { printTable, saveResult, say } from './report.ts';
import { type Service, type ServicePlan, startService } from './service.ts';

const PAGES = 1000;
const MIB = 1024 ** 2;

/** RSS and heap idle, after the walk of the default policy and after 1,000 pages; and what the walk costs. */
export async function benchMemory(): Promise<void> {
  await using recorder = await startRecorder();
  const plan = { upstream: recorder.indexUrl, logLevel: 'debug' };
  say('filling the recorder: the index of this host is asked for what is not kept yet');
  await fill(plan);
  recorder.forget();
  const began = performance.now();
  await using service = await startService(plan);
  const idle = await momentOf(service, 'listening');
  await service.walked();
  const walk = {
    seconds: (performance.now() - began) / 1000,
    cpuSeconds: cpuSeconds(service.pid),
    upstream: recorder.counts(),
    seals: await sealsOf(service),
  };
  const walked = await momentOf(service, 'after the walk');
  const pagesCpuSeconds = await askForPages(service);
  const moments = [idle, walked, await momentOf(service, `after ${PAGES} pages`)];
  await saveResult('memory', { walk, pagesCpuSeconds, moments, status: await service.status() });
  printTable(
    ['MiB', 'RSS', 'highest RSS', 'heap', 'alive heap', 'alive buffers'],
    moments.map(({ at, ...sizes }) => [at, ...Object.values(sizes).map((size) => size.toFixed(0))]),
  );
  printWalk(walk);
}

async function fill(plan: ServicePlan): Promise<void> {
  await using service = await startService(plan);
  await service.walked();
}

async function momentOf(service: Service, at: string) {
  const { rss, peak } = memoryOf(service.pid);
  const { heapUsed } = await service.memory('memory');
  const alive = await service.memory('collected memory');
  return {
    at,
    rss,
    peak,
    heap: heapUsed / MIB,
    aliveHeap: alive.heapUsed / MIB,
    aliveBuffers: alive.external / MIB,
  };
}

interface Seal {
  readonly computeMs: number;
  readonly saveMs: number;
  readonly projects: number;
}

async function sealsOf(service: Service): Promise<readonly Seal[]> {
  const log = await service.log();
  return log
    .filter(({ msg }) => msg === 'catalogue sealed')
    .map((line) => ({
      computeMs: Number(line['computeMs']),
      saveMs: Number(line['saveMs']),
      projects: Number(line['projects']),
    }));
}

interface Root {
  readonly projects: readonly { readonly name: string }[];
}

/** Asks for every project's page in turn, as uv does; gives the CPU that it cost. */
async function askForPages(service: Service): Promise<number> {
  const headers = { accept: 'application/vnd.pypi.simple.v1+json' };
  const root = await fetch(service.indexUrl, { headers });
  const { projects } = (await root.json()) as Root;
  const before = cpuSeconds(service.pid);
  for (let asked = 0; asked < PAGES; asked += 1) {
    const { name = '' } = projects[asked % projects.length] ?? {};
    const page = await fetch(`${service.indexUrl}${name}/`, { headers });
    if (!page.ok) throw new Error(`the page of ${name} answered ${page.status}`);
    await page.arrayBuffer();
  }
  return cpuSeconds(service.pid) - before;
}

function printWalk(walk: {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly upstream: { readonly requests: number; readonly bytes: number };
  readonly seals: readonly Seal[];
}): void {
  const { seconds, upstream, seals } = walk;
  const bytes = (upstream.bytes / MIB).toFixed(0);
  say(
    `walk: ${seconds.toFixed(1)} s, ${walk.cpuSeconds.toFixed(1)} s CPU, ${upstream.requests} requests upstream (${bytes} MiB)`,
  );
  printTable(
    ['seal', 'projects', 'compute ms', 'save ms'],
    seals.map((seal, index) => [
      `${index + 1}`,
      `${seal.projects}`,
      seal.computeMs.toFixed(0),
      seal.saveMs.toFixed(0),
    ]),
  );
}
