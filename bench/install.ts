import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { findPipSettings } from '../src/upstream/pip-settings.ts';
import { CLIENTS, type Client, pipDownload } from './clients.ts';
import { startRecorder } from './recorder.ts';
import { printTable, saveResult, say } from './report.ts';
import { interleave, median, medianRatio, type Rounds } from './rounds.ts';
import { type Service, startService } from './service.ts';

/** What lies between this host and the upstream, and how often it is crossed. */
interface Network {
  readonly name: string;
  readonly rounds: number;
  readonly wan?: { readonly latencyMs: number; readonly bytesPerSecond: number };
}

const WAN: Network = { name: 'WAN', rounds: 5, wan: { latencyMs: 30, bytesPerSecond: 25e6 } };
/** The index of this host is asked for everything in every round: fewer of them. */
const REAL: Network = { name: 'real index', rounds: 3 };

const WANTED = ['pandas', 'scikit-learn'];

/**
 * `uv pip install` and `pip download` of pandas and scikit-learn: direct, through a Gatehouse that knows nothing,
 * through one that has walked but holds no wheel, through one that holds all, and from a local folder: what the
 * client itself needs.
 */
export async function benchInstall(): Promise<void> {
  const network = process.argv[3] === 'real' ? REAL : WAN;
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-install-'));
  await using recorder = await startRecorder();
  const upstream =
    network.wan === undefined ? (await findPipSettings()).indexUrl : recorder.indexUrl;
  say('walking once, and filling one Gatehouse with what is wanted');
  await using warm = await prepare(folder, upstream);
  const wheels = await readdir(join(folder, 'wheels'));
  await writeFile(join(folder, 'constraints.txt'), wheels.map(pinOf).join('\n'));
  recorder.setWan(network.wan);
  const results = [];
  for (const client of CLIENTS) {
    const rounds = await measure(client, {
      folder,
      upstream,
      warm,
      rounds: network.rounds,
    });
    results.push({ client: client.name, rounds });
    print(`${client.name}, ${network.name}`, rounds);
  }
  await saveResult('install', { network, wheels, results });
  await rm(folder, { recursive: true });
}

/** Leaves a store that has walked in `walked` and the wheels in `wheels`; gives a service that holds them too. */
async function prepare(folder: string, upstream: string): Promise<Service> {
  {
    await using service = await startService({
      upstream,
      directory: await subfolder(folder, 'walked'),
    });
    await service.walked();
  }
  await cp(join(folder, 'walked'), join(folder, 'warm'), { recursive: true });
  const warm = await startService({ upstream, directory: join(folder, 'warm') });
  await warm.walked();
  await pipDownload(warm, WANTED, await subfolder(folder, 'wheels'));
  return warm;
}

interface Plan {
  readonly folder: string;
  readonly upstream: string;
  readonly warm: Service;
  readonly rounds: number;
}

/** Seconds of each leg in each round. All get the same versions: those that Gatehouse approved. */
async function measure(client: Client, plan: Plan): Promise<Rounds<number>> {
  const { folder, upstream, warm } = plan;
  const requirements = [...WANTED, '--constraint', join(folder, 'constraints.txt')];
  return interleave(plan.rounds, {
    floor: () => client.get({ folder: join(folder, 'wheels') }, requirements),
    direct: () => client.get({ indexUrl: upstream }, requirements),
    cold: async () => {
      await using service = await startService({ upstream });
      return await client.get(service, requirements);
    },
    walked: async () => {
      const directory = join(folder, 'copy');
      await cp(join(folder, 'walked'), directory, { recursive: true });
      const seconds = await walkedOnly(client, requirements, { upstream, directory });
      await rm(directory, { recursive: true });
      return seconds;
    },
    warm: () => client.get(warm, requirements),
  });
}

async function walkedOnly(
  client: Client,
  requirements: readonly string[],
  plan: { readonly upstream: string; readonly directory: string },
): Promise<number> {
  await using service = await startService(plan);
  await service.walked();
  return await client.get(service, requirements);
}

function pinOf(wheel: string): string {
  const [name = '', version = ''] = wheel.split('-');
  return `${name}==${version}`;
}

async function subfolder(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  return path;
}

function print(title: string, rounds: Rounds<number>): void {
  const { floor = [], direct = [] } = rounds;
  say(`\n${title}`);
  printTable(
    ['', 'seconds', 'above the floor', 'x direct, above the floor', 'rounds'],
    Object.entries(rounds).map(([leg, seconds]) => [
      leg,
      median(seconds).toFixed(2),
      leg === 'floor' ? '' : median(minus(seconds, floor)).toFixed(2),
      leg === 'floor' ? '' : medianRatio(minus(seconds, floor), minus(direct, floor)).toFixed(2),
      seconds.map((value) => value.toFixed(2)).join(' '),
    ]),
  );
}

/** What the client itself needs is not the mirror's; a part of a round would vary more than the whole. */
function minus(seconds: readonly number[], floor: readonly number[]): readonly number[] {
  return seconds.map((value) => value - median(floor));
}
