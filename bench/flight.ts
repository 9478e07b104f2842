import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';

import { type FakeIndex, startFakeIndex } from '../test/fakes/upstream.ts';
import { buildWheel, type FixtureWheel } from '../test/fixtures/wheels.ts';
import { printMarkdown, say } from './report.ts';
import { interleave, median, ratios, type Rounds } from './rounds.ts';
import { startService } from './service.ts';

const ROUNDS = 5;
const CLIENTS = 500;
const WHEEL_BYTES = 2_000_000;
const WAN = { latencyMs: 30, bytesPerSecond: 25e6 };
const DELIVERIES = ['held-tail', 'verified-only'] as const;

const POLICY = `version: 1
sources: { pypi: { kind: pypi } }
targets: { python: ["3.12"], platforms: [manylinux_2_28_x86_64] }
packages: { allow: [unseen] }
licenses: { allow: [BSD-3-Clause] }
versions: { keep: 1000, min-age: 0d }
`;

/** How long those who asked for one wheel waited for its first byte, and how often upstream was asked for it. */
export interface Waited {
  readonly firstByteMs: number;
  readonly upstreamRequests: number;
}

/** By the way of first delivery. */
export type Flights = Readonly<Record<string, Rounds<Waited>>>;

/** 500 clients at once, and one alone, ask for a wheel that the mirror has never had. */
export async function measureFlights(folder: string): Promise<Flights> {
  const flights: Record<string, Rounds<Waited>> = {};
  for (const firstDelivery of DELIVERIES) {
    say(`${CLIENTS} clients, ${firstDelivery}: ${ROUNDS} rounds`);
    flights[firstDelivery] = await measureDelivery(folder, firstDelivery);
  }
  return flights;
}

/** Prints the table for the page. */
export function printFlights(flights: Flights): void {
  printMarkdown(
    ['first byte of an unseen wheel', 'one client, ms', `p99 of ${CLIENTS}, ms`].concat([
      '×',
      'rounds',
      'requests upstream, each round',
    ]),
    Object.entries(flights).map(([name, { alone = [], together = [] }]) => {
      const found = ratios(waits(together), waits(alone));
      return [
        name,
        median(waits(alone)).toFixed(0),
        median(waits(together)).toFixed(0),
        `**${median(found).toFixed(1)}**`,
        found.map((ratio) => ratio.toFixed(1)).join(' '),
        together.map(({ upstreamRequests }) => upstreamRequests).join(' '),
      ];
    }),
  );
}

function waits(rounds: readonly Waited[]): readonly number[] {
  return rounds.map(({ firstByteMs }) => firstByteMs);
}

async function measureDelivery(
  folder: string,
  firstDelivery: (typeof DELIVERIES)[number],
): Promise<Rounds<Waited>> {
  const wheels = Array.from({ length: 2 * ROUNDS }, (_, index) => unseen(`${index + 1}.0`));
  await using index = await startFakeIndex({ artifacts: wheels, wan: WAN });
  const policyPath = join(folder, 'unseen.yaml');
  await writeFile(policyPath, POLICY);
  const plan = { upstream: index.url, policyPath, firstDelivery, core: 0 };
  await using service = await startService(plan);
  await service.walked();

  function ask(clients: number): Promise<Waited> {
    return askFor(index, { clients, wheel: wheels.pop(), origin: service.origin });
  }

  return await interleave(ROUNDS, { alone: () => ask(1), together: () => ask(CLIENTS) });
}

function unseen(version: string): FixtureWheel {
  return buildWheel({
    name: 'unseen',
    version,
    licenseExpression: 'BSD-3-Clause',
    sizeBytes: WHEEL_BYTES,
  });
}

interface Asked {
  readonly clients: number;
  readonly wheel: FixtureWheel | undefined;
  readonly origin: string;
}

async function askFor(index: FakeIndex, { clients, wheel, origin }: Asked): Promise<Waited> {
  if (wheel === undefined) throw new Error('no wheel is left that nobody has asked for');
  const { filename, sha256, bytes } = wheel;
  const url = new URL(`/pypi/files/unseen/${sha256}/${filename}`, origin);
  const waited = await Promise.all(
    Array.from({ length: clients }, () => firstByteOf(url, bytes.length)),
  );
  return {
    firstByteMs: percentile(waited, 0.99),
    upstreamRequests: index.countOf(new RegExp(`^GET .*/${filename.replaceAll('.', '\\.')}$`)),
  };
}

/** A client as light as can be, so that what is measured is the server: connects, asks, and reads to the end. */
async function firstByteOf(url: URL, sizeBytes: number): Promise<number> {
  const started = performance.now();
  const socket = connect(Number(url.port), url.hostname);
  socket.write(`GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: close\r\n\r\n`);
  let head = '';
  let bodyBytes = 0;
  let firstByte = Number.NaN;
  socket.on('data', (chunk: Buffer) => {
    if (bodyBytes > 0) bodyBytes += chunk.length;
    else {
      head += chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      bodyBytes = end < 0 ? 0 : head.length - end - 4;
      if (bodyBytes > 0) firstByte = performance.now() - started;
    }
  });
  await once(socket, 'close');
  if (bodyBytes === sizeBytes && head.startsWith('HTTP/1.1 200 ')) return firstByte;
  throw new Error(`${bodyBytes} of ${sizeBytes} bytes came: ${head.slice(0, 80)}`);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}
