import { GatehouseError } from '../model/errors.ts';
import type { RandomAccess } from '../model/random-access.ts';
import type { UpstreamArtifact } from '../model/record.ts';
import { readBody, requireIdentity } from './body.ts';
import type { Answer } from './exchange.ts';
import { printUrl } from './settings.ts';
import type { ArtifactSource } from './sidecars.ts';

/** Does one range request with its tries and deadlines. */
export type AskBounded = <Value>(work: (signal: AbortSignal) => Promise<Value>) => Promise<Value>;

interface Place {
  readonly offset: number;
  readonly length: number;
  /** Of the whole artifact. */
  readonly sizeBytes: number;
}

interface RangeRequest {
  /** Absent: the tail of an artifact whose size is not known. */
  readonly place?: Place;
  readonly signal: AbortSignal;
}

// Enough for the central directory of nearly every wheel, so that learning the size costs no request.
const TAIL_BYTES = 64 * 1024;

/**
 * Opens an artifact for reading by ranges. Asks nothing when the record says the size, else for the tail, which
 * is then read from memory. Throws `upstream-refused` with `data.ranges` false where upstream has no ranges,
 * and `upstream-mismatch` where it sends another part than the one asked for.
 */
export async function openArtifactRanges(
  source: ArtifactSource,
  artifact: UpstreamArtifact,
  bounded: AskBounded,
): Promise<RandomAccess> {
  async function part(place?: Place): Promise<Place & { readonly bytes: Uint8Array }> {
    return bounded(async (signal) => {
      const request = { signal, ...(place && { place }) };
      return readPart(await askRange(source, artifact, request), place);
    });
  }

  const tail = artifact.sizeBytes === undefined ? await part() : undefined;
  const sizeBytes = artifact.sizeBytes ?? tail?.sizeBytes ?? 0;

  return {
    sizeBytes,
    async read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > sizeBytes) {
        throw new RangeError(`${length} bytes from ${offset} are not within ${sizeBytes} bytes`);
      }
      if (length === 0) return new Uint8Array();
      if (tail !== undefined && offset >= tail.offset) {
        return tail.bytes.subarray(offset - tail.offset, offset - tail.offset + length);
      }
      return (await part({ offset, length, sizeBytes })).bytes;
    },
  };
}

async function askRange(
  source: ArtifactSource,
  artifact: UpstreamArtifact,
  { place, signal }: RangeRequest,
): Promise<Answer> {
  const range =
    place === undefined ? `-${TAIL_BYTES}` : `${place.offset}-${place.offset + place.length - 1}`;
  return source.ask({
    url: artifact.url,
    standing: 'listed',
    lane: 'facts',
    headers: { 'accept-encoding': 'identity', range: `bytes=${range}` },
    accept: [200, 206],
    headersMs: source.headersMs,
    signal,
  });
}

async function readPart(
  answer: Answer,
  place: Place | undefined,
): Promise<Place & { readonly bytes: Uint8Array }> {
  try {
    if (answer.status === 200) throw withoutRanges(answer);
    requireIdentity(answer);
    const found = contentRange(answer, place?.sizeBytes);
    const expected = place ?? tailOf(found.sizeBytes);
    if (!isSamePlace(found, expected)) throw otherPart(answer, describe(expected));
    const bytes = await readBody(answer, { limitBytes: expected.length });
    if (bytes.length === expected.length) return { ...expected, bytes };
    throw otherPart(answer, `${expected.length} bytes, got ${bytes.length}`);
  } finally {
    answer.body.destroy();
  }
}

// RFC 9110 §14.4; `*` stands for a size that the server does not know.
function contentRange(answer: Answer, knownSize: number | undefined): Place {
  const text = answer.header('content-range') ?? '';
  const [, first, last, size] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec(text) ?? [];
  const sizeBytes = size === '*' ? knownSize : Number(size);
  if (size === undefined || sizeBytes === undefined)
    throw otherPart(answer, 'a Content-Range with a size');
  const offset = Number(first);
  return { offset, length: Number(last) - offset + 1, sizeBytes };
}

function tailOf(sizeBytes: number): Place {
  const length = Math.min(TAIL_BYTES, sizeBytes);
  return { offset: sizeBytes - length, length, sizeBytes };
}

function isSamePlace(one: Place, other: Place): boolean {
  return (
    one.offset === other.offset && one.length === other.length && one.sizeBytes === other.sizeBytes
  );
}

function describe(place: Place): string {
  return `bytes ${place.offset}-${place.offset + place.length - 1}/${place.sizeBytes}`;
}

function otherPart(answer: Answer, expected: string): GatehouseError {
  const got = answer.header('content-range')?.slice(0, 80) ?? 'none';
  return new GatehouseError(
    'upstream-mismatch',
    `${printUrl(answer.url)}: expected ${expected}; Content-Range: ${got}`,
  );
}

function withoutRanges(answer: Answer): GatehouseError {
  return new GatehouseError(
    'upstream-refused',
    `${printUrl(answer.url)}: expected a part, got the whole: upstream has no range requests`,
    { data: { ranges: false } },
  );
}
