import { setImmediate } from 'node:timers/promises';

import { expect, test } from 'vitest';

import type { AppendOutcome } from '../../src/ledger/batch.ts';
import { type EntryContent, encodeEntry } from '../../src/ledger/entries.ts';
import { planFlush } from '../../src/ledger/flush.ts';
import { decodeHead, emptyHead, type Head, headRoot } from '../../src/ledger/head.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { EMPTY_STATE, foldEntry } from '../../src/ledger/state.ts';
import { isGatehouseError } from '../../src/model/errors.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import type { ObjectStore } from '../../src/store/object-store.ts';
import { Crash, type Fault, type Faults, openFaultyStore } from '../fakes/faulty-store.ts';
import { admission, digest, fill, openSample, ORIGIN, policy, seededNumbers } from './samples.ts';
import { naiveRoot } from './tree.ts';

type Numbers = (limit: number) => number;

/** What one append was told, for comparing with the ledger in the end. */
interface Told {
  readonly contents: readonly EntryContent[];
  readonly outcome: AppendOutcome | 'unknown';
}

const WRITERS = 4;
const ENTRIES = 700;

test.each(Array.from({ length: 12 }, (_, index) => `seed ${index}`))(
  'writers that crash, race and lose answers lose, double and reorder nothing: %s',
  async (seed) => {
    const heads: Head[] = [];
    const shared = withHeads(openMemoryStore(), heads);
    const numbers = seededNumbers(seed);
    const told: Told[] = [];
    const schedule = createSchedule(numbers);
    await Promise.all(
      Array.from({ length: WRITERS }, (_, writer) =>
        write({ shared, numbers, told, schedule, name: `${seed} ${writer}` }),
      ),
    );
    schedule.stop();
    const ledger = await openSample(shared, 'reader');
    expect(ledger.head().size).toBeGreaterThanOrEqual(ENTRIES);
    expect(schedule.seen).toEqual(
      new Set(['none', 'fail', 'lost', 'late', 'crash-before', 'crash-after']),
    );
    await requireWhole(ledger);
    await requireTold(ledger, told);
    await requirePrefixes(ledger, heads);
  },
);

test.each(['crash-before', 'crash-after', 'fail', 'lost'] as const)(
  'the append that flushes may meet "%s" at every call',
  async (fault) => {
    let calls = Infinity;
    for (let at = 0; at < calls; at += 1) {
      const shared = openMemoryStore();
      await fill(await openSample(shared), 256);
      const counted = { calls: 0 };
      const store = openFaultyStore(shared, ({ index }) => {
        counted.calls = index + 1;
        return index === at ? fault : 'none';
      });
      const contents = [policy('new'), admission('project-20'), admission('new')];
      const outcome = await openSample(store, 'b')
        .then((ledger) => ledger.append(() => ({ entries: contents })))
        .catch(requireExpected);
      if (counted.calls <= at) calls = at;
      const ledger = await openSample(shared, 'c');
      await ledger.append(() => ({ entries: [policy('last')] }));
      await requireWhole(ledger);
      await requireTold(ledger, [{ contents, outcome }]);
    }
    // Pointer, marker look-ups, bundle, tile and 26 markers, pointer.
    expect(calls).toBeGreaterThan(30);
  },
);

test('an attempt that arrives after its error is not entered twice', async () => {
  const shared = openMemoryStore();
  await fill(await openSample(shared), 5);
  let swaps = 0;
  const store = openFaultyStore(shared, ({ operation }) => {
    if (operation === 'swapPointer') swaps += 1;
    return operation === 'swapPointer' && swaps === 1 ? 'late' : 'none';
  });
  const ledger = await openSample(store, 'b');
  const outcome = await ledger.append(() => ({ entries: [policy('late')] }));
  expect(outcome).toEqual({ kind: 'done', entries: [{ kind: 'appended', position: 5 }] });
  expect(ledger.head().size).toBe(6);
});

test('a lost answer is found in the bundles when others have flushed since', async () => {
  const shared = openMemoryStore();
  await fill(await openSample(shared), 5);
  const other = await openSample(shared, 'other');
  let isSwapped = false;
  const store = openFaultyStore(shared, async ({ operation }) => {
    // The call after the lost swap is the one that reads the pointer again.
    if (isSwapped) await fill(other, 600);
    if (isSwapped) isSwapped = false;
    else if (operation === 'swapPointer') return loseOnce();
    return 'none';
  });
  function loseOnce(): Fault {
    isSwapped = true;
    return 'lost';
  }
  const ledger = await openSample(store, 'b');
  const outcome = await ledger.append(() => ({ entries: [policy('mine')] }));
  expect(outcome).toEqual({ kind: 'done', entries: [{ kind: 'appended', position: 5 }] });
  expect(ledger.head().flushed).toBe(512);
  await requireTold(ledger, [{ contents: [policy('mine')], outcome }]);
});

interface Writer {
  readonly shared: ObjectStore;
  readonly numbers: Numbers;
  readonly told: Told[];
  readonly schedule: Schedule;
  readonly name: string;
}

/** Lives of one writer: each ends in a crash, and the next opens the ledger again. */
async function write(writer: Writer): Promise<void> {
  for (let life = 0; ; life += 1) {
    const store = openFaultyStore(writer.shared, writer.schedule.faults);
    const seed = `${writer.name} ${life}`;
    try {
      const ledger = await openSample(store, seed);
      for (let turn = 0; ledger.head().size < ENTRIES; turn += 1) {
        await appendSome(writer, ledger, `${seed} ${turn}`);
        await ledger.refresh();
      }
      return;
    } catch (error) {
      requireExpected(error);
    }
  }
}

/** One to three appends at once. */
async function appendSome(writer: Writer, ledger: Ledger, name: string): Promise<void> {
  const { numbers, told } = writer;
  const appends = Array.from({ length: 1 + numbers(3) }, async (_, call) => {
    const contents = Array.from({ length: 1 + numbers(6) }, (__, index) =>
      numbers(2) === 0 ? admission(`project-${numbers(250)}`) : policy(`${name} ${call} ${index}`),
    );
    const outcome = await ledger.append(() => ({ entries: contents })).catch(requireExpected);
    told.push({ contents, outcome });
  });
  await Promise.all(appends);
}

function requireExpected(error: unknown): 'unknown' {
  if (error instanceof Crash || isGatehouseError(error, 'store-unavailable')) return 'unknown';
  throw error;
}

interface Schedule {
  readonly faults: Faults;
  readonly seen: Set<Fault>;
  stop(): void;
}

/** Lets one waiting call go on at a time, in an order and with faults that the seed decides. */
function createSchedule(numbers: Numbers): Schedule {
  const waiting: (() => void)[] = [];
  const seen = new Set<Fault>();
  const stopped = new AbortController();

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      await setImmediate();
      const [next] = waiting.splice(numbers(Math.max(waiting.length, 1)), 1);
      next?.();
    }
  }

  void run();
  return {
    seen,
    async faults({ operation }) {
      await new Promise<void>((resolve) => waiting.push(resolve));
      const fault = drawFault(numbers, operation === 'swapPointer');
      seen.add(fault);
      return fault;
    },
    stop() {
      stopped.abort();
    },
  };
}

function drawFault(numbers: Numbers, isSwap: boolean): Fault {
  const drawn = numbers(isSwap ? 40 : 400);
  if (drawn === 0) return 'crash-before';
  if (drawn === 1) return 'crash-after';
  if (drawn === 2) return 'fail';
  if (drawn <= 4) return 'lost';
  return isSwap && drawn <= 6 ? 'late' : 'none';
}

/** The head is the fold and the root of the entries, and an admission exists exactly once. */
async function requireWhole(ledger: Ledger): Promise<void> {
  const entries = (await Array.fromAsync(ledger.entries(0, Infinity))).map(({ entry }) => entry);
  expect(entries).toHaveLength(ledger.head().size);
  expect(ledger.head().state).toEqual(entries.reduce(foldEntry, EMPTY_STATE));
  const root = Buffer.from((await ledger.checkpoint()).split('\n')[2] ?? '', 'base64');
  expect(root).toEqual(naiveRoot(entries.map(encodeEntry)));
  const positions = entries.flatMap(({ kind }, index) => (kind === 'admission' ? index : []));
  const subjects = entries.flatMap((entry) =>
    entry.kind === 'admission' ? entry.subject.sha256 : [],
  );
  expect(new Set(subjects).size).toBe(subjects.length);
  const admissions = await Array.fromAsync(ledger.listAdmissions());
  expect(admissions.map(({ position }) => position).toSorted((a, b) => a - b)).toEqual(positions);
}

/** Every head that was ever committed states the root and the state of the first entries. */
async function requirePrefixes(ledger: Ledger, heads: readonly Head[]): Promise<void> {
  const entries = (await Array.fromAsync(ledger.entries(0, Infinity))).map(({ entry }) => entry);
  const texts = entries.map(encodeEntry);
  for (const head of heads.filter((_, index) => index % 29 === 0)) {
    expect(headRoot(planFlush(head).head)).toEqual(naiveRoot(texts.slice(0, head.size)));
    expect(head.state).toEqual(entries.slice(0, head.size).reduce(foldEntry, EMPTY_STATE));
  }
}

/** A store that keeps every head that was committed to it. */
function withHeads(inner: ObjectStore, heads: Head[]): ObjectStore {
  const none = emptyHead({ origin: ORIGIN, publicKey: '' });
  return {
    ...inner,
    async swapPointer(key, expected, content) {
      const outcome = await inner.swapPointer(key, expected, content);
      if (outcome.kind === 'swapped') heads.push(decodeHead(content, none));
      return outcome;
    },
  };
}

/** What an append was told is so; what it was not told happened once or not at all, and whole. */
async function requireTold(ledger: Ledger, told: readonly Told[]): Promise<void> {
  const entries = (await Array.fromAsync(ledger.entries(0, Infinity))).map(({ entry }) => entry);
  const places = Map.groupBy(entries.keys(), (index) => nameOf(entries[index]));
  for (const { contents, outcome } of told) {
    const found = contents.map((content) => places.get(nameOf(content)) ?? []);
    expect(isTold(contents, outcome, found)).toBe(true);
  }
}

function isTold(
  contents: Told['contents'],
  outcome: Told['outcome'],
  found: readonly (readonly number[])[],
): boolean {
  if (outcome === 'unknown') {
    const counts = found.flatMap(({ length }, at) =>
      contents[at]?.kind === 'policy' ? length : [],
    );
    return counts.every((count) => count <= 1 && count === counts[0]);
  }
  if (outcome.kind === 'cancelled') return false;
  const appended = outcome.entries.filter(({ kind }) => kind === 'appended');
  return (
    outcome.entries.every(({ position }, at) => found[at]?.join() === `${position}`) &&
    appended.every(({ position }, at) => position === (appended[0]?.position ?? 0) + at)
  );
}

function nameOf(content: EntryContent | undefined): string {
  if (content?.kind === 'policy') return content.policy;
  return content?.kind === 'admission' ? digest(content.subject.filename) : '';
}
