import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { type Cargo, createCargo } from '../../src/mirror/flight.ts';
import { heldBytes, heldTail } from '../../src/mirror/held-tail.ts';
import { sha256Of } from '../../src/store/blobs.ts';
import { memoryFile } from '../fixtures/memory-quarantine.ts';
import { noise } from '../fixtures/wheels.ts';

const KIB = 1024;
const MIB = KIB * KIB;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** An artifact that arrives as the test says, and a reader that takes whatever it is given at once. */
function startFlight(sizeBytes: number) {
  const content = noise(sizeBytes);
  const file = memoryFile();
  const cargo: Cargo = createCargo(file, sizeBytes);
  const arriving: (() => void)[] = [];
  let arrivedBytes = 0;
  let hasEnded = false;

  async function* body(): AsyncGenerator<Uint8Array> {
    let start = 0;
    for (;;) {
      if (start < arrivedBytes) yield content.subarray(start, arrivedBytes);
      start = arrivedBytes;
      if (hasEnded) return;
      await new Promise<void>((resolve) => arriving.push(resolve));
    }
  }

  const received = cargo.receive(body(), sha256Of(content));
  received.catch(() => undefined);
  return {
    content,
    cargo,
    received,
    async arrive(bytes: number, options: { readonly isLast?: boolean } = {}) {
      arrivedBytes = Math.min(sizeBytes, arrivedBytes + bytes);
      hasEnded = options.isLast ?? arrivedBytes === sizeBytes;
      for (const wake of arriving.splice(0)) wake();
      await settle();
    },
    async land() {
      await received;
      cargo.land();
      await file[Symbol.asyncDispose]();
      await settle();
    },
    async fail(error: unknown) {
      cargo.fail(error);
      await file[Symbol.asyncDispose]();
      await settle();
    },
  };
}

/** Reads on in the background; says what came and when. */
function readOn(cargo: Cargo, sizeBytes: number) {
  const chunks: Uint8Array[] = [];
  const times: number[] = [];
  const leaving = new AbortController();
  let outcome: unknown = 'reading';
  const done = (async () => {
    const stream = heldTail({
      flight: cargo.flight,
      sizeBytes,
      signal: leaving.signal,
      silentSince: performance.now(),
    });
    for await (const chunk of stream) {
      chunks.push(chunk);
      times.push(performance.now());
    }
  })().then(
    () => (outcome = 'ended'),
    (error: unknown) => (outcome = error),
  );
  return {
    bytes: () => Buffer.concat(chunks),
    length: () => chunks.reduce((sum, chunk) => sum + chunk.length, 0),
    lengths: () => chunks.map(({ length }) => length),
    times,
    leave: () => leaving.abort(new Error('left')),
    done,
    outcome: () => outcome,
  };
}

/** Lets everything happen that waits for no time. */
async function settle(): Promise<void> {
  for (let round = 0; round < 50; round += 1) await Promise.resolve();
  await vi.advanceTimersByTimeAsync(0);
}

describe('what is held back', () => {
  test.each([
    ['a tiny artifact', 1000, 1000],
    ['one of a MiB', MIB, MIB],
    ['one of ten MiB', 10 * MIB, MIB],
    ['one of 640 MiB', 640 * MIB, 10 * MIB],
    ['one of 4 GiB', 4096 * MIB, 16 * MIB],
  ])('of %s', (_name, sizeBytes, held) => {
    expect(heldBytes(sizeBytes)).toBe(held);
  });
});

describe('a held tail', () => {
  test('lets the front go as it comes, and not a byte more while there is no pause', async () => {
    const size = 5 * MIB;
    const flight = startFlight(size);
    const reader = readOn(flight.cargo, size);
    await flight.arrive(2 * MIB);
    expect(reader.length()).toBe(2 * MIB);
    await flight.arrive(3 * MIB);
    expect(reader.length()).toBe(size - heldBytes(size));
    expect(reader.bytes().equals(flight.content.subarray(0, 4 * MIB))).toBe(true);
    expect(reader.outcome()).toBe('reading');
    await flight.land();
    expect(reader.outcome()).toBe('ended');
    expect(reader.length()).toBe(4 * MIB);
  });

  test('gives a second reader everything from the first byte on', async () => {
    const size = 3 * MIB;
    const flight = startFlight(size);
    await flight.arrive(size);
    const reader = readOn(flight.cargo, size);
    await settle();
    expect(reader.length()).toBe(2 * MIB);
    // A small beginning, which nobody waits for long behind hundreds of others.
    expect(reader.lengths()).toEqual([64 * KIB, MIB, MIB - 64 * KIB]);
  });

  test('drips so that no pause exceeds 10 s, in order, and never the last 64 KiB', async () => {
    const size = 2 * MIB;
    const flight = startFlight(size);
    const reader = readOn(flight.cargo, size);
    await flight.arrive(size);
    await vi.advanceTimersByTimeAsync(60_000);
    const pauses = reader.times.slice(1).map((time, index) => time - (reader.times[index] ?? 0));
    expect(pauses.length).toBeGreaterThanOrEqual(6);
    expect(Math.max(...pauses)).toBeLessThan(10_000);
    expect(reader.length()).toBeLessThan(MIB + 10 * KIB);
    await vi.advanceTimersByTimeAsync(10 * 3_600_000);
    expect(reader.length()).toBe(size - 64 * KIB);
    expect(reader.bytes().equals(flight.content.subarray(0, reader.length()))).toBe(true);
  });

  test('drips what there is of an artifact smaller than what is held back', async () => {
    const size = 100 * KIB;
    const flight = startFlight(size);
    const reader = readOn(flight.cargo, size);
    await flight.arrive(10 * KIB);
    expect(reader.length()).toBe(0);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(reader.length()).toBe(512);
    await vi.advanceTimersByTimeAsync(10 * 3_600_000);
    expect(reader.length()).toBe(10 * KIB);
    await flight.arrive(size);
    await vi.advanceTimersByTimeAsync(10 * 3_600_000);
    expect(reader.length()).toBe(size - 64 * KIB);
  });

  test('gives nothing of an artifact of 64 KiB before it is admitted', async () => {
    const size = 64 * KIB;
    const flight = startFlight(size);
    const reader = readOn(flight.cargo, size);
    await flight.arrive(size);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(reader.length()).toBe(0);
    await flight.land();
    expect(reader.outcome()).toBe('ended');
  });

  test('waits without a timer where there is nothing to drip', async () => {
    const flight = startFlight(2 * MIB);
    const reader = readOn(flight.cargo, 2 * MIB);
    await flight.arrive(1000);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reader.length()).toBe(1000);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each(['in the front', 'in the tail'])(
    'throws the reason when a flight fails %s',
    async (place) => {
      const size = 3 * MIB;
      const flight = startFlight(size);
      const reader = readOn(flight.cargo, size);
      await flight.arrive(place === 'in the front' ? 1000 : size);
      const reason = new Error('cut');
      await flight.fail(reason);
      expect(reader.outcome()).toBe(reason);
      expect(reader.length()).toBeLessThanOrEqual(2 * MIB);
    },
  );

  test('ends at once when its reader leaves, and leaves no timer', async () => {
    const size = 3 * MIB;
    const flight = startFlight(size);
    const reader = readOn(flight.cargo, size);
    await flight.arrive(size);
    expect(vi.getTimerCount()).toBe(1);
    reader.leave();
    await settle();
    expect(reader.outcome()).toMatchObject({ message: 'left' });
    expect(vi.getTimerCount()).toBe(0);
    expect(flight.cargo.flight.state()).toBe('flying');
  });
});

describe('a flight', () => {
  test.each([
    ['a wrong digest', 1000, noise(999)],
    ['fewer bytes than announced', 1000, noise(1000)],
  ])('refuses %s', async (_name, sizeBytes, other) => {
    const cargo = createCargo(memoryFile(), sizeBytes);
    async function* body(): AsyncGenerator<Uint8Array> {
      yield noise(sizeBytes - (other.length === sizeBytes ? 1 : 0));
    }
    await expect(cargo.receive(body(), sha256Of(other))).rejects.toMatchObject({
      code: 'upstream-mismatch',
    });
  });
});
