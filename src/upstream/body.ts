import { GatehouseError } from '../model/errors.ts';
import { type Answer, failure } from './exchange.ts';
import { printUrl } from './settings.ts';

export interface BodyLimits {
  readonly limitBytes: number;
  /** Present: a body slower than 1 KiB/s over such a time ends as `upstream-unavailable`. */
  readonly slowMs?: number;
}

const SLOWEST_BYTES_PER_SECOND = 1024;

/**
 * The bytes of an answer, to be read once. Throws `upstream-mismatch` when there are more than the limit, and
 * `upstream-unavailable` when the connection breaks, pauses or crawls; time that the reader takes does not count.
 */
export async function* streamBody(answer: Answer, limits: BodyLimits): AsyncGenerator<Uint8Array> {
  let receivedBytes = 0;
  try {
    for await (const chunk of watchPace(answer, limits.slowMs)) {
      receivedBytes += chunk.length;
      if (receivedBytes > limits.limitBytes) throw tooLarge(answer, limits.limitBytes);
      yield chunk;
    }
  } catch (error) {
    throw failure(error, answer.url, answer.signal);
  }
}

/** A whole body in memory; for small ones. Throws as `streamBody`. */
export async function readBody(answer: Answer, limits: BodyLimits): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of streamBody(answer, limits)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What Content-Length says, if it says anything; throws `upstream-mismatch` on what is not a number. */
export function contentLength(answer: Answer): number | undefined {
  const text = answer.header('content-length');
  if (text === undefined) return undefined;
  const bytes = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new GatehouseError(
    'upstream-mismatch',
    `${printUrl(answer.url)}: Content-Length is no size: ${text.slice(0, 40)}`,
  );
}

/** Throws `upstream-mismatch` unless the bytes are sent as they are. */
export function requireIdentity(answer: Answer): void {
  const encoding = answer.header('content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '') return;
  throw new GatehouseError(
    'upstream-mismatch',
    `${printUrl(answer.url)}: expected the bytes as they are, got Content-Encoding: ${encoding.slice(0, 40)}`,
  );
}

async function* watchPace(answer: Answer, slowMs = Infinity): AsyncGenerator<Uint8Array> {
  let [waitedMs, bytes, askedAt] = [0, 0, performance.now()];
  for await (const chunk of answer.body) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('a body gives bytes');
    waitedMs += performance.now() - askedAt;
    bytes += chunk.length;
    if (waitedMs >= slowMs) {
      if (bytes * 1000 < waitedMs * SLOWEST_BYTES_PER_SECOND)
        throw tooSlow(answer, bytes, waitedMs);
      [waitedMs, bytes] = [0, 0];
    }
    yield chunk;
    askedAt = performance.now();
  }
}

function tooLarge(answer: Answer, limitBytes: number): GatehouseError {
  return new GatehouseError(
    'upstream-mismatch',
    `${printUrl(answer.url)}: expected at most ${limitBytes} bytes, got more`,
  );
}

function tooSlow(answer: Answer, bytes: number, waitedMs: number): GatehouseError {
  const seconds = Math.round(waitedMs / 1000);
  return new GatehouseError(
    'upstream-unavailable',
    `${printUrl(answer.url)}: too slow: ${bytes} bytes in ${seconds} s`,
  );
}
