import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startFakeIndex } from '../test/fakes/upstream.ts';
import { sha256Of } from '../test/fixtures/wheels.ts';
import { type BombKind, buildBomb } from './bomb-wheels.ts';
import { numpyLike } from './numpy-like.ts';
import { cpuSeconds, mainThreadSeconds, run } from './processes.ts';
import { printMarkdown, saveResult, say } from './report.ts';
import { interleave, median, ratios } from './rounds.ts';
import { type Service, startService } from './service.ts';

const ROUNDS = 5;
const SECONDS = 3;
/** Asked for at once, each round: more than can be read while the pages are measured. */
const SALVO: readonly BombKind[] = ['inflating', 'members', 'pickle', 'inflating', 'pickle'];

const POLICY = `version: 1
sources: { pypi: { kind: pypi } }
targets: { python: ["3.12"], platforms: [manylinux_2_28_x86_64] }
packages: { allow: [approved, bomb] }
licenses: { allow: [BSD-3-Clause] }
versions: { keep: 1000, min-age: 0d }
`;

interface Answered {
  readonly p50: number;
  readonly p99: number;
  readonly count: number;
  /** Of the service while the pages were asked for. */
  readonly cpuSeconds: number;
  /** Of its main thread: run, and waited for a core. */
  readonly main: { readonly ran: number; readonly waited: number };
  /** Bombs that were still being read, or waited for it, when the last page had been asked for. */
  readonly left: number;
}

/** How long a warm page takes while wheels that are made to exhaust whoever reads them wait to be read. */
export async function benchBombs(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-bombs-'));
  say('making bombs');
  const bombs = Array.from({ length: ROUNDS }, (_, round) =>
    SALVO.map((kind, place) => buildBomb(kind, `${round + 1}.${place}`)),
  );
  await using index = await startFakeIndex({
    artifacts: [...numpyLike('approved', 1), ...bombs.flat()],
  });
  const policyPath = join(folder, 'policy.yaml');
  await writeFile(policyPath, POLICY);
  await using service = await startService({ upstream: index.url, policyPath });
  await service.walked();
  await answerTimes(service, 0);
  const rounds = await interleave(ROUNDS, {
    idle: () => answerTimes(service, 0),
    bombs: async (round) => {
      let left = SALVO.length;
      const asked = (bombs[round] ?? []).map(async ({ filename, bytes }) => {
        await askFor(new URL(`/pypi/files/bomb/${sha256Of(bytes)}/${filename}`, service.origin));
        left -= 1;
      });
      const answered = await answerTimes(service, () => left);
      await Promise.all(asked);
      return answered;
    },
  });
  await rm(folder, { recursive: true });
  const { idle = [], bombs: under = [] } = rounds;
  const p99 = ratios(p99Of(under), p99Of(idle));
  await saveResult('bombs', { rounds, p99, salvo: SALVO });
  printMarkdown(
    ['warm page', 'p50 ms', 'p99 ms, each round', 'CPU, cores'].concat([
      'of the main thread',
      'it waited for a core',
      'bombs left',
    ]),
    Object.entries(rounds).map(([name, answered]) => [
      name,
      median(answered.map(({ p50 }) => p50)).toFixed(2),
      p99Of(answered)
        .map((value) => value.toFixed(2))
        .join(' '),
      (median(answered.map((one) => one.cpuSeconds)) / SECONDS).toFixed(2),
      (median(answered.map(({ main }) => main.ran)) / SECONDS).toFixed(2),
      (median(answered.map(({ main }) => main.waited)) / SECONDS).toFixed(2),
      answered.map(({ left }) => left).join(' '),
    ]),
  );
  say(
    `p99 under bombs by p99 idle: ${median(p99).toFixed(2)} (${p99.map((one) => one.toFixed(2)).join(' ')})`,
  );
}

async function answerTimes(service: Service, left: (() => number) | 0): Promise<Answered> {
  const before = cpuSeconds(service.pid);
  const main = mainThreadSeconds(service.pid);
  const program = join(import.meta.dirname, 'latency.ts');
  const page = `${service.indexUrl}approved/`;
  const { stdout } = await run(process.execPath, [program, page, `${SECONDS}`]);
  const taken: readonly number[] = JSON.parse(stdout);
  const sorted = taken.toSorted((first, second) => first - second);
  return {
    p50: sorted[sorted.length >> 1] ?? Number.NaN,
    p99: sorted[Math.ceil(0.99 * sorted.length) - 1] ?? Number.NaN,
    count: sorted.length,
    cpuSeconds: cpuSeconds(service.pid) - before,
    main: since(main, mainThreadSeconds(service.pid)),
    left: left === 0 ? 0 : left(),
  };
}

function since(before: Answered['main'], after: Answered['main']): Answered['main'] {
  return { ran: after.ran - before.ran, waited: after.waited - before.waited };
}

function p99Of(rounds: readonly Answered[]): readonly number[] {
  return rounds.map(({ p99 }) => p99);
}

/** Whatever comes of it: a refusal, or a connection that is cut. */
async function askFor(url: URL): Promise<void> {
  await fetch(url)
    .then((answer) => answer.arrayBuffer())
    .catch(() => {});
}
