import { SECOND_MS } from '../model/time.ts';
import type { Flight } from './flight.ts';

const KIB = 1024;
const MIB = KIB * KIB;

/** Most central directories are shorter, and a wheel without its end cannot be opened. */
const LEAST_HELD_BYTES = MIB;
const MOST_HELD_BYTES = 16 * MIB;
/** A central directory grows with the number of members, so large artifacts hold back a share. */
const HELD_SHARE = 64;
/** Not even dripped. */
const NEVER_DRIPPED_BYTES = 64 * KIB;
/** Clients give up after 15 s of silence; no pause may exceed 10 s. */
const LONGEST_PAUSE_MS = 8 * SECOND_MS;
const DRIP_BYTES = 512;
const STEP_BYTES = MIB;
/** Of hundreds who begin at once, none waits for a MiB of each of the others. */
const FIRST_STEP_BYTES = 64 * KIB;

/** How much at the end of an artifact of this size is held back until it is admitted. */
export function heldBytes(sizeBytes: number): number {
  const share = Math.ceil(sizeBytes / HELD_SHARE);
  return Math.min(sizeBytes, Math.max(LEAST_HELD_BYTES, Math.min(MOST_HELD_BYTES, share)));
}

/** What is followed, and until when. */
export interface Followed {
  readonly flight: Flight;
  /** Of the whole artifact, as upstream announced it. */
  readonly sizeBytes: number;
  /** The reader left. */
  readonly signal: AbortSignal;
  /** Since when the reader has heard nothing, as `performance.now()` has it. */
  readonly silentSince: number;
}

/**
 * The bytes of an artifact that may leave while it is still being verified (DESIGN §6, `held-tail`): the front as it
 * arrives, then drips of what is held back whenever a pause grows long. Ends when the artifact is admitted, wherever
 * it then is; the rest is in the store. Throws when the flight fails, and the signal's reason.
 */
export async function* heldTail(followed: Followed): AsyncGenerator<Uint8Array> {
  const { flight, signal } = followed;
  let sentBytes = 0;
  let lastSent = followed.silentSince;
  while (flight.state() === 'flying') {
    signal.throwIfAborted();
    const idleMs = performance.now() - lastSent;
    const lengthBytes = sendable(followed, { sentBytes, idleMs });
    if (lengthBytes > 0) {
      const chunk = Buffer.allocUnsafe(lengthBytes);
      const filledBytes = await flight.read(chunk, sentBytes);
      sentBytes += filledBytes;
      yield chunk.subarray(0, filledBytes);
      lastSent = performance.now();
    } else {
      await flight.nextProgress({ signal, ...patience(followed, { sentBytes, idleMs }) });
    }
  }
  await flight.landed;
}

interface Position {
  readonly sentBytes: number;
  /** Since bytes were sent last. */
  readonly idleMs: number;
}

/** How many of the next bytes may leave now. */
function sendable(followed: Followed, { sentBytes, idleMs }: Position): number {
  const { flight, sizeBytes } = followed;
  const free = sizeBytes - heldBytes(sizeBytes);
  const front = Math.min(flight.receivedBytes(), free) - sentBytes;
  if (front > 0) return Math.min(sentBytes === 0 ? FIRST_STEP_BYTES : STEP_BYTES, front);
  return idleMs < LONGEST_PAUSE_MS ? 0 : Math.min(DRIP_BYTES, drippable(followed, sentBytes));
}

function drippable({ flight, sizeBytes }: Followed, sentBytes: number): number {
  const end = sizeBytes - NEVER_DRIPPED_BYTES;
  return Math.max(0, Math.min(flight.receivedBytes(), end) - sentBytes);
}

/** Until the next drip; where there is nothing to drip, only progress helps. */
function patience(
  followed: Followed,
  { sentBytes, idleMs }: Position,
): { readonly timeoutMs?: number } {
  if (drippable(followed, sentBytes) === 0) return {};
  return { timeoutMs: Math.max(0, LONGEST_PAUSE_MS - idleMs) };
}
