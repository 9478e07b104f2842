import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { parseLedgerKey } from '../../src/ledger/checkpoint.ts';
import { encodeEntry } from '../../src/ledger/entries.ts';
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts';
import { leafHash, treeRoot } from '../../src/ledger/merkle.ts';
import { blobKey, sha256Of } from '../../src/store/blobs.ts';
import { readEvidence } from '../../src/store/facts.ts';
import { openFileStore } from '../../src/store/file.ts';
import type { ObjectStore } from '../../src/store/object-store.ts';
import { type Service, startService } from '../e2e/service.ts';
import { type FakeIndex, startFakeIndex } from '../fakes/upstream.ts';
import { mitWheel, policyText } from '../fixtures/house.ts';
import { subjectOf } from '../fixtures/taking.ts';
import { type FixtureWheel, noise, sha256Of as hexOf } from '../fixtures/wheels.ts';

const KILLS = 50;
const READERS = 6;
const KIB = 1024;
const ORIGIN = 'gatehouse';

/** What may be served; large ones flow while they are verified. */
const GOOD = Array.from({ length: 200 }, (_, index) =>
  mitWheel({
    name: `good${index}`,
    version: '1.0',
    sizeBytes: (index % 4 === 0 ? 1500 : 20) * KIB,
  }),
);
/** Contents that refuse: no archive at all, and other metadata than was listed. */
const REFUSED = Array.from({ length: 16 }, (_, index): FixtureWheel => {
  const wheel = mitWheel({ name: `liar${index}`, version: '1.0', sizeBytes: 1500 * KIB });
  if (index % 2 === 0) {
    const bytes = noise(1500 * KIB + index);
    return { ...wheel, bytes, sha256: hexOf(bytes) };
  }
  const other = mitWheel({ name: `liar${index}`, version: '1.0', requiresPython: '>=3.8' });
  return { ...wheel, metadata: other.metadata };
});
/** The bytes that arrive are not those of the index. */
const SPOILT = Array.from({ length: 6 }, (_, index) =>
  mitWheel({ name: `spoilt${index}`, version: '1.0', sizeBytes: 1500 * KIB }),
);
/** No policy names it. */
const UNNAMED = mitWheel({ name: 'unnamed', version: '1.0' });
const BAD = [...REFUSED, ...SPOILT, UNNAMED];

test('fifty kills under load lose no admission and no entry, and let nothing unapproved out', async () => {
  await using index = await startIndex();
  const named = [...GOOD, ...REFUSED, ...SPOILT].map(({ project }) => project);
  await using service = await startService({
    upstream: index.url,
    policy: policyText(named),
    settings: { GATEHOUSE_LOG: 'error', GATEHOUSE_LEDGER_ORIGIN: ORIGIN },
  });
  const acknowledged = new Set<FixtureWheel>();
  let seen: SeenCheckpoint = { size: 0, root: '' };
  for (let kill = 0; kill < KILLS; kill += 1) {
    const load = startLoad(service, { acknowledged, seed: kill });
    // From the first moments of a start to well into the load.
    await sleep(100 + ((kill * 317) % 1000));
    await service.end('SIGKILL');
    const { checkpoint } = await load.ended();
    seen = checkpoint.size > seen.size ? checkpoint : seen;
    await requireEverything(service, { acknowledged, seen });
    await service.start();
  }
  // Or else the load proved nothing.
  expect(acknowledged.size).toBeGreaterThan(KILLS);
});

async function startIndex(): Promise<FakeIndex> {
  const index = await startFakeIndex({
    artifacts: [...GOOD, ...BAD],
    wan: { latencyMs: 2, bytesPerSecond: 20_000 * KIB },
  });
  index.fault({ match: /packages.*spoilt[0-2]-.*whl$/, kind: 'flip-bit-last-mb' });
  index.fault({ match: /packages.*spoilt[3-5]-.*whl$/, kind: 'cut', afterBytes: 1200 * KIB });
  return index;
}

interface SeenCheckpoint {
  readonly size: number;
  /** In base64, as the note has it. */
  readonly root: string;
}

interface LoadPlan {
  /** Wheels that came whole; grows. */
  readonly acknowledged: Set<FixtureWheel>;
  readonly seed: number;
}

/** Readers that ask for one wheel after another, and one that looks at checkpoints, until the server is gone. */
function startLoad(service: Service, { acknowledged, seed }: LoadPlan) {
  let checkpoint: SeenCheckpoint = { size: 0, root: '' };

  async function read(reader: number): Promise<void> {
    for (let step = 0; ; step += 1) {
      const wheel = choose(seed * 31 + reader * 7 + step * 13, acknowledged);
      const bytes = await askFor(service, wheel);
      if (bytes === undefined) continue;
      requireApproved(wheel, bytes);
      acknowledged.add(wheel);
    }
  }

  async function watch(): Promise<void> {
    for (;;) {
      const note = await (await fetch(`${service.url}/audit/checkpoint`)).text();
      const [, size = '', root = ''] = note.split('\n');
      checkpoint = { size: Number(size), root };
      await sleep(5);
    }
  }

  const workers = [...Array.from({ length: READERS }, (_, reader) => read(reader)), watch()];
  const outcomes = Promise.allSettled(workers);
  return {
    async ended() {
      for (const outcome of await outcomes) {
        // A connection that breaks is what a kill looks like; anything else is a finding.
        const isGone = outcome.status === 'rejected' && outcome.reason instanceof TypeError;
        if (outcome.status === 'rejected' && !isGone) throw outcome.reason;
      }
      return { checkpoint };
    },
  };
}

function choose(number: number, acknowledged: ReadonlySet<FixtureWheel>): FixtureWheel {
  const fresh = GOOD.filter((wheel) => !acknowledged.has(wheel));
  const lists = [fresh, BAD, [...acknowledged]];
  const list = lists[number % lists.length] ?? fresh;
  return list[number % list.length] ?? UNNAMED;
}

/** The whole body of an answer 200; any other answer, and one that is cut: undefined. Throws when nobody listens. */
async function askFor(service: Service, wheel: FixtureWheel): Promise<Buffer | undefined> {
  const { project, sha256, filename } = wheel;
  const url = `${service.url}/pypi/files/${project}/${sha256}/${filename}`;
  const response = await fetch(url);
  const announced = Number(response.headers.get('content-length'));
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of response.body ?? []) chunks.push(chunk);
  } catch {
    return undefined;
  }
  const bytes = Buffer.concat(chunks);
  return response.status === 200 && bytes.length === announced ? bytes : undefined;
}

function requireApproved(wheel: FixtureWheel, bytes: Buffer): void {
  if (BAD.includes(wheel)) throw new Error(`${wheel.filename} was served, and must not be`);
  if (!bytes.equals(wheel.bytes)) throw new Error(`${wheel.filename} was served with other bytes`);
}

/** Looks at the store that a killed server left, as the next one finds it. */
async function requireEverything(
  service: Service,
  known: { readonly acknowledged: ReadonlySet<FixtureWheel>; readonly seen: SeenCheckpoint },
): Promise<void> {
  const data = join(service.directory, 'data');
  await using store = await openFileStore(join(data, 'store'));
  const ledger = await openLedger({
    store,
    key: parseLedgerKey((await readFile(join(data, 'ledger.key'), 'utf8')).trim()),
    origin: ORIGIN,
    actor: 'service:test',
    clock: Date.now,
    random: randomBytes,
  });
  await requireExtended(ledger, known.seen);
  await requireAdmissions(store, ledger);
  for (const wheel of known.acknowledged) {
    const admission = await ledger.findAdmission(subjectOf(wheel));
    expect(admission, `${wheel.filename} was served, and is not admitted`).toBeDefined();
  }
}

/** The entries that a checkpoint signed are still the first ones, every one. */
async function requireExtended(ledger: Ledger, seen: SeenCheckpoint): Promise<void> {
  const { size } = ledger.head();
  expect(size).toBeGreaterThanOrEqual(seen.size);
  const leaves = [];
  for await (const { entry } of ledger.entries(0, size)) {
    leaves.push(leafHash(Buffer.from(encodeEntry(entry))));
  }
  expect(leaves).toHaveLength(size);
  if (seen.size === 0) return;
  const root = treeRoot(leaves.slice(0, seen.size));
  expect(Buffer.from(root).toString('base64')).toBe(seen.root);
}

/** Whatever is admitted may be, is admitted once, and has its bytes and its evidence. */
async function requireAdmissions(store: ObjectStore, ledger: Ledger): Promise<void> {
  const approved = new Map(GOOD.map((wheel) => [wheel.sha256, wheel] as const));
  const admitted = new Set<string>();
  for await (const { subject, evidence } of ledger.listAdmissions()) {
    const { sha256, filename } = subject;
    expect(approved.get(sha256)?.filename, `${filename} must not be admitted`).toBe(filename);
    expect(admitted.has(sha256), `${filename} is admitted twice`).toBe(false);
    admitted.add(sha256);
    const bytes = await store.read(blobKey(sha256));
    expect(bytes && sha256Of(bytes), `${filename} has other bytes`).toBe(sha256);
    expect((await readEvidence(store, sha256))?.digest).toBe(evidence);
  }
}
