import { expect, test } from 'vitest';

import { createLedgerKey, parseLedgerKey } from '../../src/ledger/checkpoint.ts';
import type { EntryContent } from '../../src/ledger/entries.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import type { ArtifactFilename } from '../../src/model/subject.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { objectKey } from '../../src/store/object-store.ts';
import { openFaultyStore } from '../fakes/faulty-store.ts';
import {
  admission,
  digest,
  fill,
  KEY,
  NOW,
  openSample,
  ORIGIN,
  policy,
  seededRandom,
  subject,
} from './samples.ts';

const SETTINGS = { key: KEY, origin: ORIGIN, actor: 'cli:a', clock: () => NOW };

test('what is entered has its state, its place and its stamp', async () => {
  const ledger = await openSample();
  const outcome = await ledger.append(() => ({ entries: [policy('one'), policy('two')] }));
  expect(outcome).toEqual({
    kind: 'done',
    entries: [
      { kind: 'appended', position: 0 },
      { kind: 'appended', position: 1 },
    ],
  });
  expect(ledger.head()).toMatchObject({ size: 2, state: { policy: digest('two') } });
  const [first, second] = await Array.fromAsync(ledger.entries(0, 2));
  expect(first?.entry).toMatchObject({ time: '2026-01-02T03:04:05.000Z', actor: 'service:a' });
  expect(first?.entry.batch).toMatch(/^[0-9a-f]{24}$/);
  expect(second?.entry.batch).toBe(first?.entry.batch);
});

test('nothing is entered when nothing is proposed', async () => {
  const store = openMemoryStore();
  const ledger = await openSample(store);
  expect(await ledger.append(() => undefined)).toEqual({ kind: 'cancelled' });
  expect(await ledger.append(async () => ({ entries: [] }))).toEqual({ kind: 'done', entries: [] });
  expect(await store.readPointer(objectKey('head'))).toBeUndefined();
});

test('who lost a race is asked again, for the head that won', async () => {
  const store = openMemoryStore();
  const [one, other] = [await openSample(store, 'a'), await openSample(store, 'b')];
  const seen: (string | undefined)[] = [];
  const outcome = await one.append(async ({ state }) => {
    seen.push(state.policy);
    if (seen.length === 1) await other.append(() => ({ entries: [policy('theirs')] }));
    return state.policy === undefined ? { entries: [policy('mine')] } : undefined;
  });
  expect(seen).toEqual([undefined, digest('theirs')]);
  expect(outcome).toEqual({ kind: 'cancelled' });
  expect(one.head()).toEqual(other.head());
});

test('calls that come during a swap share the next one, and each sees those before it', async () => {
  let swaps = 0;
  const store = openFaultyStore(openMemoryStore(), ({ operation }) => {
    swaps += operation === 'swapPointer' ? 1 : 0;
    return 'none';
  });
  const ledger = await openSample(store);
  const sizes: number[] = [];
  await Promise.all(
    Array.from({ length: 130 }, (_, index) =>
      ledger.append(({ size }) => {
        sizes.push(size);
        return { entries: [policy(`${index}`)] };
      }),
    ),
  );
  expect(sizes).toEqual(Array.from({ length: 130 }, (_, index) => index));
  // The first alone, then 64, 64 and 1.
  expect(swaps).toBe(4);
});

test('a call that does not fit waits for the next swap, with all of its entries', async () => {
  const ledger = await openSample();
  const sixty = Array.from({ length: 60 }, (_, index) => policy(`${index}`));
  const outcomes = await Promise.all(
    Array.from({ length: 3 }, () => ledger.append(() => ({ entries: sixty }))),
  );
  const first = outcomes.map((outcome) => outcome.kind === 'done' && outcome.entries[0]?.position);
  expect(first).toEqual([0, 60, 120]);
  const batches = (await Array.fromAsync(ledger.entries(0, 180))).map(({ entry }) => entry.batch);
  expect(new Set(batches).size).toBe(3);
});

test('judging a batch ends after 200 ms, and the rest is judged in the next', async () => {
  let now = NOW;
  const store = openMemoryStore();
  const random = seededRandom('a');
  const ledger = await openLedger({ ...SETTINGS, store, random, clock: () => now });
  await Promise.all(
    Array.from({ length: 7 }, (_, index) =>
      ledger.append(() => {
        now += 100;
        return { entries: [policy(`${index}`)] };
      }),
    ),
  );
  const batches = (await Array.fromAsync(ledger.entries(0, 7))).map(({ entry }) => entry.batch);
  expect([...Map.groupBy(batches, (batch) => batch).values()].map(({ length }) => length)).toEqual([
    1, 2, 2, 2,
  ]);
});

test.each<[string, readonly EntryContent[], string]>([
  [
    'an entry of more than 2 KB',
    [policy('a'), { kind: 'revocations', revocations: digest('r'), added: 'x'.repeat(2048) }],
    'wrong-use',
  ],
  ['65 entries', Array.from({ length: 65 }, () => policy('a')), 'wrong-use'],
  [
    'a subject that no key can hold',
    [
      {
        ...admission('a'),
        subject: { ...subject('a'), filename: '='.repeat(250) as ArtifactFilename },
      },
    ],
    'invalid-key',
  ],
])('a bad proposal is refused alone: %s', async (_, entries, code) => {
  const ledger = await openSample();
  const [first, bad, last] = await Promise.allSettled([
    ledger.append(() => ({ entries: [policy('first')] })),
    ledger.append(() => ({ entries })),
    ledger.append(() => ({ entries: [policy('last')] })),
  ]);
  expect([first.status, last.status]).toEqual(['fulfilled', 'fulfilled']);
  expect(bad).toMatchObject({ status: 'rejected', reason: { code } });
  expect(ledger.head().size).toBe(2);
});

test('an error of the proposing reaches its own caller', async () => {
  const ledger = await openSample();
  const thrown = new Error('judge');
  await expect(ledger.append(() => Promise.reject(thrown))).rejects.toBe(thrown);
  expect(ledger.head().size).toBe(0);
});

test('an append ends with the error of a store that stays away', async () => {
  const store = openFaultyStore(openMemoryStore(), ({ operation }) =>
    operation === 'swapPointer' ? 'fail' : 'none',
  );
  const ledger = await openSample(store);
  const append = ledger.append(() => ({ entries: [policy('a')] }));
  await expect(append).rejects.toMatchObject({ code: 'store-unavailable' });
});

test.each([
  ['inline', 0],
  ['flushed', 600],
])('a subject is admitted once, though proposed again: %s', async (_, more) => {
  const store = openMemoryStore();
  const ledger = await openSample(store);
  await fill(ledger, 3);
  const twice = { entries: [admission('new'), policy('a'), admission('new')] };
  expect(await ledger.append(() => twice)).toEqual({
    kind: 'done',
    entries: [
      { kind: 'appended', position: 3 },
      { kind: 'appended', position: 4 },
      { kind: 'already-admitted', position: 3 },
    ],
  });
  await fill(ledger, more);
  const again = await openSample(store, 'b');
  const outcome = await again.append(() => ({ entries: [admission('new')] }));
  expect(outcome).toEqual({ kind: 'done', entries: [{ kind: 'already-admitted', position: 3 }] });
  expect(again.head().size).toBe(5 + more);
  expect(await again.findAdmission(subject('new'))).toEqual({
    subject: subject('new'),
    position: 3,
    sizeBytes: 3,
    evidence: digest('evidence of new'),
  });
  expect(await again.findAdmission(subject('other'))).toBeUndefined();
});

test('the same bytes under two names, and one name in two subdirs, are different subjects', async () => {
  const ledger = await openSample();
  const base = admission('a');
  const names = ['linux-64/a-1.conda', 'noarch/a-1.conda', 'a (1).whl', 'a=201=29.whl', 'a@1.whl'];
  const entries = names.map((name) => ({
    ...base,
    subject: { ...base.subject, filename: name as ArtifactFilename },
  }));
  await ledger.append(() => ({ entries }));
  await fill(ledger, 600);
  const found = (await Array.fromAsync(ledger.listAdmissions())).map((one) => one.subject.filename);
  expect(found.filter((name) => names.includes(name)).toSorted()).toEqual(names.toSorted());
  for (const [position, { subject: admitted }] of entries.entries()) {
    expect(await ledger.findAdmission(admitted)).toMatchObject({ subject: admitted, position });
  }
});

test('whoever appends next flushes, and an equal object that is there already is fine', async () => {
  const store = openMemoryStore();
  const ledger = await openSample(store);
  await fill(ledger, 256);
  expect(await Array.fromAsync(store.list(objectKey('ledger')))).toEqual([]);
  const tile = (await ledger.tile(0, 0)) ?? Buffer.alloc(0);
  await store.put(objectKey('ledger', 'tile', '0', '000'), tile, { durability: 'synced' });
  await (await openSample(store, 'b')).append(() => ({ entries: [policy('next')] }));
  expect(await Array.fromAsync(store.list(objectKey('ledger')))).toEqual([
    'ledger/tile/0/000',
    'ledger/tile/entries/000',
  ]);
  expect(await Array.fromAsync(store.list(objectKey('admitted')))).toHaveLength(26);
});

test('another object where the head determines one stops the append', async () => {
  const store = openMemoryStore();
  const ledger = await openSample(store);
  await fill(ledger, 256);
  const other = Buffer.from('other');
  await store.put(objectKey('ledger', 'tile', '0', '000'), other, { durability: 'synced' });
  const append = ledger.append(() => ({ entries: [policy('next')] }));
  await expect(append).rejects.toMatchObject({ code: 'ledger-inconsistent' });
  expect((await openSample(store, 'b')).head().size).toBe(256);
});

test.each([
  ['another origin', { ...SETTINGS, origin: 'other.test' }],
  ['another key', { ...SETTINGS, key: parseLedgerKey(createLedgerKey(seededRandom('other'))) }],
  ['a name that no note can carry', { ...SETTINGS, origin: 'two words' }],
])('a ledger is not opened with %s', async (_, settings) => {
  const store = openMemoryStore();
  await fill(await openSample(store), 1);
  const opened = openLedger({ ...settings, store, random: seededRandom('a') });
  await expect(opened).rejects.toMatchObject({ code: 'invalid-setting' });
});

test('a head that went back is refused, and the last one stays', async () => {
  const [newer, older] = [openMemoryStore(), openMemoryStore()];
  await fill(await openSample(newer), 10);
  await fill(await openSample(older), 5);
  let source = newer;
  const ledger = await openSample({ ...newer, readPointer: (key) => source.readPointer(key) });
  source = older;
  // The fake's versions are counts, so make the older store's differ.
  await fill(await openSample(older), 1);
  await expect(ledger.refresh()).rejects.toMatchObject({ code: 'ledger-inconsistent' });
  source = openMemoryStore();
  await expect(ledger.refresh()).rejects.toMatchObject({ code: 'ledger-inconsistent' });
  expect(ledger.head().size).toBe(10);
});

test('a slow reading of an older head does not undo a newer one', async () => {
  const store = openMemoryStore();
  await fill(await openSample(store), 1);
  const gate = Promise.withResolvers<void>();
  let isSlow = false;
  const ledger = await openSample({
    ...store,
    async readPointer(key) {
      const pointer = await store.readPointer(key);
      if (isSlow) {
        isSlow = false;
        await gate.promise;
      }
      return pointer;
    },
  });
  isSlow = true;
  const refreshed = ledger.refresh();
  await ledger.append(() => ({ entries: [policy('a')] }));
  gate.resolve();
  expect((await refreshed).size).toBe(2);
});
