import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { type AccessLog, openAccessLog } from '../../src/ledger/access.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { objectKey, type ObjectStore } from '../../src/store/object-store.ts';
import { type Fault, openFaultyStore } from '../fakes/faulty-store.ts';
import { NOW, openSample } from './samples.ts';

const DAY = '2026-01-02';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Sample {
  readonly store: ObjectStore;
  readonly ledger: Ledger;
  readonly log: AccessLog;
  readonly errors: unknown[];
}

async function openLog(store = openMemoryStore()): Promise<Sample> {
  const ledger = await openSample(store);
  const errors: unknown[] = [];
  const report = errors.push.bind(errors);
  const log = openAccessLog({ store, ledger, replica: 'a', clock: () => NOW, report });
  return { store, ledger, log, errors };
}

async function segments({ log, ledger }: Sample) {
  const sealed = await Array.fromAsync(log.readSegments(DAY));
  const entered = (await Array.fromAsync(ledger.entries(0, Infinity))).map(({ entry }) => entry);
  return { sealed, entered };
}

test('lines are sealed each minute, and the ledger names the segment', async () => {
  const sample = await openLog();
  sample.log.record({ path: '/a', status: 200 });
  sample.log.record({ path: '/b', status: 403, user: undefined });
  await vi.advanceTimersByTimeAsync(59_999);
  expect((await segments(sample)).sealed).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  const { sealed, entered } = await segments(sample);
  const lines = [
    { path: '/a', status: 200 },
    { path: '/b', status: 403 },
  ];
  expect(sealed).toMatchObject([{ key: `access/${DAY}/a-11045000`, replica: 'a', lost: 0, lines }]);
  const [{ key, sha256 } = { key: '', sha256: '' }] = sealed;
  expect(entered).toMatchObject([{ kind: 'access', segment: key, sha256, count: 2 }]);
  await vi.advanceTimersByTimeAsync(600_000);
  expect((await segments(sample)).entered).toHaveLength(1);
});

test('disposing seals what is open, and stops the timer', async () => {
  const sample = await openLog();
  sample.log.record({ path: '/a' });
  await sample.log[Symbol.asyncDispose]();
  expect((await segments(sample)).sealed).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('a segment is sealed before it is large', async () => {
  const sample = await openLog();
  for (let count = 0; count < 6; count += 1) sample.log.record({ text: 'x'.repeat(1024 * 1024) });
  await vi.advanceTimersByTimeAsync(0);
  expect((await segments(sample)).sealed.map(({ lines }) => lines.length)).toEqual([4]);
});

test('segments that began in one millisecond have different keys', async () => {
  const sample = await openLog();
  for (const path of ['/a', '/b']) {
    sample.log.record({ path });
    await sample.log.seal();
  }
  const { sealed, entered } = await segments(sample);
  expect(sealed.map(({ key }) => key)).toEqual([
    `access/${DAY}/a-11045000`,
    `access/${DAY}/a-11045001`,
  ]);
  expect(entered).toHaveLength(2);
});

test.each<Fault>(['fail', 'lost'])(
  'an error ("%s") at any call keeps the lines, once',
  async (fault) => {
    let calls = Infinity;
    // Call 0 opens the ledger.
    for (let at = 1; at < calls; at += 1) {
      let made = 0;
      const inner = openMemoryStore();
      const store = openFaultyStore(inner, ({ index }) => {
        made = index + 1;
        return index === at ? fault : 'none';
      });
      const { log, errors } = await openLog(store);
      log.record({ path: '/a' });
      await vi.advanceTimersByTimeAsync(120_000);
      if (made <= at) calls = made;
      const { sealed, entered } = await segments({ ...(await openLog(inner)), errors });
      expect(sealed.map(({ lines }) => lines)).toEqual([[{ path: '/a' }]]);
      expect(entered).toHaveLength(1);
      vi.clearAllTimers();
    }
    expect(calls).toBe(4);
  },
);

test('while the store is away the memory is bounded, and the next segment says what was lost', async () => {
  let fault: Fault = 'none';
  const sample = await openLog(openFaultyStore(openMemoryStore(), () => fault));
  fault = 'fail';
  for (let count = 0; count < 70; count += 1) sample.log.record({ text: 'x'.repeat(1024 * 1024) });
  await vi.advanceTimersByTimeAsync(0);
  fault = 'none';
  await sample.log.seal();
  const { sealed } = await segments(sample);
  expect(sealed.reduce((sum, { lines }) => sum + lines.length, 0)).toBe(64);
  expect(sealed.map(({ lost }) => lost).filter((lost) => lost > 0)).toEqual([6]);
  expect(sample.errors.length).toBeGreaterThan(0);
});

test('a segment that nobody wrote is corrupt, and a newer one too new', async () => {
  const sample = await openLog();
  for (const [name, text, code] of [
    ['a-1', '{"format":2}\n', 'store-too-new'],
    ['a-0', '{"format":1,"lost":0,"replica":"a"}\nx\n', 'store-corrupt'],
  ] as const) {
    const key = objectKey('access', DAY, name);
    await sample.store.put(key, Buffer.from(text), { durability: 'synced' });
    await expect(segments(sample)).rejects.toMatchObject({ code });
  }
});

test('a replica that no key can hold is refused at once', async () => {
  const { store, ledger } = await openLog();
  const settings = { store, ledger, replica: 'a b', clock: () => NOW, report() {} };
  expect(() => openAccessLog(settings)).toThrow(expect.objectContaining({ code: 'invalid-key' }));
});
