import { expect, test } from 'vitest';

import type { TrialFact } from '../../src/model/trial.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { objectKey } from '../../src/store/object-store.ts';
import { readTrial, saveTrial } from '../../src/store/trials.ts';
import { digestOf } from '../fixtures/rule-input.ts';

const FACT: TrialFact = {
  probe: 1,
  python: '3.12.1',
  closure: [digestOf('b')],
  wrote: ['open: /tmp/x'],
  executed: [],
  connected: [],
  imports: [{ module: 'x', error: 'ImportError: no' }],
};

test('the last trial of an artifact is what is read', async () => {
  const store = openMemoryStore();
  expect(await readTrial(store, digestOf('a'))).toBeUndefined();
  await saveTrial(store, digestOf('a'), FACT);
  expect(await readTrial(store, digestOf('a'))).toEqual(FACT);
  await saveTrial(store, digestOf('a'), { ...FACT, failure: 'late' });
  expect(await readTrial(store, digestOf('a'))).toEqual({ ...FACT, failure: 'late' });
  expect(await readTrial(store, digestOf('b'))).toBeUndefined();
});

test('damaged or misplaced ones are as absent', async () => {
  const store = openMemoryStore();
  await saveTrial(store, digestOf('a'), FACT);
  const bytes = await store.read(objectKey('trial', digestOf('a'), '1'));
  await store.put(objectKey('trial', digestOf('b'), '1'), bytes ?? new Uint8Array(), {
    durability: 'lazy',
  });
  await store.put(objectKey('trial', digestOf('c'), '1'), new Uint8Array(3), {
    durability: 'lazy',
  });
  expect(await readTrial(store, digestOf('b'))).toBeUndefined();
  expect(await readTrial(store, digestOf('c'))).toBeUndefined();
});
