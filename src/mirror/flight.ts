import { createHash } from 'node:crypto';

import { GatehouseError } from '../model/errors.ts';
import { parseSha256, type Sha256 } from '../model/sha256.ts';
import type { QuarantinedFile } from './quarantine.ts';

/** An artifact on its way from upstream: bytes in quarantine that grow, and how it ends. */
export interface Flight {
  /** What upstream says the artifact has; absent: it does not say, so nobody may follow. */
  readonly sizeBytes: number | undefined;
  /** Settles when the artifact is admitted (resolves) or will never be (rejects with the reason). */
  readonly landed: Promise<void>;
  /** `failed`: `landed` rejects. Only while it is `flying` bytes can be read here. */
  state(): 'flying' | 'landed' | 'failed';
  /** Bytes in quarantine so far. */
  receivedBytes(): number;
  /** Settles when there are more bytes, at the end, or when somebody stops waiting. */
  nextProgress(wait: Wait): Promise<void>;
  /** Reads bytes that have been received; fewer than the buffer holds where there are no more yet. */
  read(buffer: Uint8Array, offset: number): Promise<number>;
}

/** How long to wait. */
export interface Wait {
  readonly signal: AbortSignal;
  /** Absent: until something happens. */
  readonly timeoutMs?: number;
}

/** The side of a flight that fills it. */
export interface Cargo {
  readonly flight: Flight;
  /** Takes all bytes; throws `upstream-mismatch` when they are not those of the digest. */
  receive(body: AsyncIterable<Uint8Array>, expected: Sha256): Promise<void>;
  /** The artifact is admitted. */
  land(): void;
  /** It will never be. */
  fail(error: unknown): void;
}

/** Begins a flight of so many bytes (absent: upstream does not say) into a quarantined file. */
export function createCargo(file: QuarantinedFile, sizeBytes: number | undefined): Cargo {
  let receivedBytes = 0;
  let state: ReturnType<Flight['state']> = 'flying';
  const landing = Promise.withResolvers<void>();
  // Whoever waits sees the reason; that nobody waits is no error of its own.
  landing.promise.catch(() => undefined);
  const waiting = new Set<() => void>();

  function wake(): void {
    for (const stopWaiting of waiting) stopWaiting();
  }

  async function nextProgress({ signal, timeoutMs }: Wait): Promise<void> {
    if (signal.aborted || state !== 'flying') return;
    const { promise, resolve: stopWaiting } = Promise.withResolvers<void>();
    const timer = timeoutMs === undefined ? undefined : setTimeout(stopWaiting, timeoutMs);
    function leave(): void {
      stopWaiting();
    }
    signal.addEventListener('abort', leave);
    waiting.add(leave);
    await promise;
    waiting.delete(leave);
    signal.removeEventListener('abort', leave);
    clearTimeout(timer);
  }

  async function receive(body: AsyncIterable<Uint8Array>, expected: Sha256): Promise<void> {
    const hash = createHash('sha256');
    for await (const chunk of body) {
      const written = file.append(chunk);
      // Hashed while it is being written: together they take little longer than either.
      hash.update(chunk);
      await written;
      receivedBytes += chunk.length;
      wake();
    }
    requireSize(sizeBytes, receivedBytes);
    requireDigest(expected, parseSha256(hash.digest('hex')));
  }

  return {
    receive,
    land() {
      state = 'landed';
      landing.resolve();
      wake();
    },
    fail(error) {
      state = 'failed';
      landing.reject(error);
      wake();
    },
    flight: {
      sizeBytes,
      landed: landing.promise,
      state: () => state,
      receivedBytes: () => receivedBytes,
      nextProgress,
      read: (buffer, offset) => file.read(buffer, offset),
    },
  };
}

function requireSize(expected: number | undefined, actual: number): void {
  if (expected === undefined || expected === actual) return;
  throw new GatehouseError(
    'upstream-mismatch',
    `upstream announced ${expected} bytes, and sent: ${actual}`,
  );
}

function requireDigest(expected: Sha256, actual: Sha256): void {
  if (expected === actual) return;
  throw new GatehouseError(
    'upstream-mismatch',
    `upstream's index says SHA-256 ${expected}, its bytes have: ${actual}`,
  );
}
