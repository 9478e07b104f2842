import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

import type { Body } from '../mirror/open.ts';
import { GatehouseError } from '../model/errors.ts';
import { SECOND_MS } from '../model/time.ts';

/** How a body ended: whole, left by the caller, or cut off because it failed. */
export interface Sent {
  readonly bytes: number;
  readonly end: 'whole' | 'left' | 'failed';
  /** Why it failed. */
  readonly error?: unknown;
}

/** A body that has begun to flow, or is about to. */
export interface Flow {
  /** Sends it all under headers that are written first. Never throws: what fails now cuts the connection. */
  send(lengthBytes: number): Promise<Sent>;
}

/** Clients give up after 15 s of silence: then headers must do until bytes come. */
const LONGEST_SILENCE_MS = 8 * SECOND_MS;

/**
 * Waits for a body's first bytes, so that what fails before them can still be answered with its reason, which is
 * thrown. `silentSince`: when the caller last heard something. The body is disposed of at its end, or when the caller leaves, whichever is first.
 */
export async function startFlow(
  body: Body,
  response: ServerResponse,
  silentSince: number = performance.now(),
): Promise<Flow> {
  const dispose = disposeOnce(body);
  if (response.destroyed) await dispose();
  else response.once('close', () => void dispose());
  const iterator = body.stream[Symbol.asyncIterator]();
  const first = iterator.next();
  try {
    await withinSilence(first, silentSince);
  } catch (error) {
    await dispose();
    throw error;
  }
  return { send: (lengthBytes) => sendAll({ iterator, first, response, dispose }, lengthBytes) };
}

interface Running {
  readonly iterator: AsyncIterator<Uint8Array>;
  readonly first: Promise<IteratorResult<Uint8Array>>;
  readonly response: ServerResponse;
  readonly dispose: () => Promise<void>;
}

async function sendAll(
  { iterator, first, response, dispose }: Running,
  lengthBytes: number,
): Promise<Sent> {
  let bytes = 0;
  let failure: { readonly error: unknown } | undefined;

  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      for (let next = await first; next.done !== true; next = await iterator.next()) {
        yield next.value;
        bytes += next.value.length;
      }
      requireLength(bytes, lengthBytes);
    } catch (error) {
      failure = { error };
      throw error;
    } finally {
      await iterator.return?.();
    }
  }

  try {
    // It heeds back-pressure, and ends when the connection does: a write to a closed socket never calls back.
    await pipeline(chunks(), response);
    return { bytes, end: 'whole' };
  } catch {
    response.destroy();
    return failure === undefined
      ? { bytes, end: 'left' }
      : { bytes, end: 'failed', error: failure.error };
  } finally {
    await dispose();
  }
}

/** Under a wrong Content-Length a client would wait for ever, or read the next answer as the rest of this one. */
function requireLength(actual: number, expected: number): void {
  if (actual === expected) return;
  throw new GatehouseError('store-corrupt', `a body of ${expected} bytes ended after: ${actual}`);
}

function disposeOnce(body: Body): () => Promise<void> {
  let disposed: Promise<void> | undefined;
  return async () => {
    disposed ??= Promise.resolve(body[Symbol.asyncDispose]()).catch(() => undefined);
    await disposed;
  };
}

/** Resolves at the first bytes or when silence has lasted long enough; throws what they throw. */
async function withinSilence(first: Promise<unknown>, silentSince: number): Promise<void> {
  const silence = Promise.withResolvers<void>();
  const timer = setTimeout(silence.resolve, LONGEST_SILENCE_MS - (performance.now() - silentSince));
  first.catch(() => undefined);
  try {
    await Promise.race([first, silence.promise]);
  } finally {
    clearTimeout(timer);
  }
}
