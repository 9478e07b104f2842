import { GatehouseError } from '../model/errors.ts';
import { SECOND_MS } from '../model/time.ts';
import { blobKey } from '../store/blobs.ts';
import { type ByteRange, clipRange, type OpenObject } from '../store/object-store.ts';
import type { Admitter } from './admit.ts';
import { currentOf } from './current.ts';
import type { Flight } from './flight.ts';
import { askGate } from './gate.ts';
import { type Followed, heldTail } from './held-tail.ts';
import { subjectKey } from './knowledge.ts';
import type { Located, MirrorState } from './state.ts';
import { refusedError } from './withdrawals.ts';

/** An artifact's bytes on their way to a reader, who must dispose of it, read or not. */
export interface Body extends AsyncDisposable {
  /** Of the whole artifact, not of a range. */
  readonly sizeBytes: number;
  /**
   * To be read once. Throws in the middle when the gate closes or the admission fails: the answer must then be cut,
   * since what went out by then is never a whole artifact.
   */
  readonly stream: AsyncIterable<Uint8Array>;
}

interface BytesParts {
  readonly state: MirrorState;
  readonly admitter: Admitter;
}

/**
 * The bytes of an artifact that the gate passes: from the store, or from upstream while it is being admitted. A range
 * of what is not admitted, and what must not leave unverified, waits for the admission. Throws why it is not admitted.
 */
export async function openBytes(
  { state, admitter }: BytesParts,
  located: Located,
  range: ByteRange | undefined,
): Promise<Body> {
  // Nothing is awaited between this question and joining a flight: else one could land in between unseen.
  if (isAdmitted(state, located)) {
    const object = await openIntact(state, located, range);
    if (object !== undefined) return storedBody(state, located, { object, range });
  }
  const flight = await admitter.admit(located);
  const { sizeBytes } = flight;
  if (range === undefined && sizeBytes !== undefined && mayFollow(state, located)) {
    const silentSince = performance.now();
    const isOver = await endsSoon(flight, sizeBytes);
    if (!isOver) return followingBody(state, located, { flight, sizeBytes, silentSince });
  }
  await flight.landed;
  return storedBody(state, located, { object: await openAdmitted(state, located, range), range });
}

/** What is larger is not here before a client would like to see its first bytes. */
const SOON_BYTES = 64 * 1024 * 1024;
const SOON_MS = 5 * SECOND_MS;

/**
 * Waits a little for a wheel of ordinary size to be admitted or refused: only before its first byte can a refusal be
 * answered with its reason. Later the connection is cut, and clients speak of wrong hashes.
 */
async function endsSoon(flight: Flight, sizeBytes: number): Promise<boolean> {
  if (sizeBytes > SOON_BYTES) return false;
  const signal = AbortSignal.timeout(SOON_MS);
  while (flight.state() === 'flying' && !signal.aborted) await flight.nextProgress({ signal });
  return flight.state() !== 'flying';
}

function isAdmitted(state: MirrorState, { artifact }: Located): boolean {
  return state.admitted.has(subjectKey(artifact.subject));
}

/** Only of a wheel is nothing usable without its end. */
function mayFollow(state: MirrorState, { artifact }: Located): boolean {
  return state.firstDelivery === 'held-tail' && artifact.name.kind === 'wheel';
}

/** Admitted bytes; absent: the store lost or damaged them, and the next admission puts them right. */
async function openIntact(
  state: MirrorState,
  { artifact }: Located,
  range: ByteRange | undefined,
): Promise<OpenObject | undefined> {
  const { filename, sha256 } = artifact.subject;
  const object = await state.store.open(blobKey(sha256), range);
  const expectedBytes = artifact.evidence?.sizeBytes;
  const isIntact = expectedBytes === undefined || expectedBytes === object?.sizeBytes;
  if (object !== undefined && isIntact) return object;
  await object?.[Symbol.asyncDispose]();
  state.log.error(
    { filename, sha256, expectedBytes, sizeBytes: object?.sizeBytes },
    'admitted bytes are not in the store',
  );
  return undefined;
}

async function openAdmitted(
  state: MirrorState,
  located: Located,
  range: ByteRange | undefined,
): Promise<OpenObject> {
  const { filename, sha256 } = located.artifact.subject;
  const object = await state.store.open(blobKey(sha256), range);
  if (object !== undefined) return object;
  throw new GatehouseError(
    'store-corrupt',
    `${filename} was admitted, but its bytes are not in the store`,
  );
}

function storedBody(
  state: MirrorState,
  located: Located,
  { object, range }: { readonly object: OpenObject; readonly range: ByteRange | undefined },
): Body {
  const { sizeBytes } = object;
  const { start, end } = clipRange(range, sizeBytes);
  return {
    sizeBytes,
    stream: gated(object.body, {
      lengthBytes: end - start,
      ask: () => requireGate(state, located),
    }),
    [Symbol.asyncDispose]: () => object[Symbol.asyncDispose](),
  };
}

function followingBody(
  state: MirrorState,
  located: Located,
  following: Pick<Followed, 'flight' | 'sizeBytes' | 'silentSince'>,
): Body {
  const { sizeBytes } = following;
  const leaving = new AbortController();

  async function* follow(): AsyncGenerator<Uint8Array> {
    let start = 0;
    for await (const chunk of heldTail({ ...following, signal: leaving.signal })) {
      start += chunk.length;
      yield chunk;
    }
    await using rest = await openAdmitted(state, located, { start, end: sizeBytes });
    yield* rest.body;
  }

  return {
    sizeBytes,
    stream: gated(follow(), { lengthBytes: sizeBytes, ask: () => requireGate(state, located) }),
    async [Symbol.asyncDispose]() {
      leaving.abort(new DOMException('the reader left', 'AbortError'));
    },
  };
}

const LAST_BYTES = 1024 * 1024;

/** Asks the gate again before anything of the last MiB leaves (DESIGN §5): what is revoked by then is never whole. */
async function* gated(
  body: AsyncIterable<Uint8Array>,
  { lengthBytes, ask }: { readonly lengthBytes: number; readonly ask: () => void },
): AsyncGenerator<Uint8Array> {
  let sentBytes = 0;
  for await (const chunk of body) {
    sentBytes += chunk.length;
    if (sentBytes > lengthBytes - LAST_BYTES) ask();
    yield chunk;
  }
}

function requireGate(state: MirrorState, located: Located): void {
  const { verdict, findings } = askGate(state, currentOf(state, located));
  if (verdict === 'approve') return;
  const codes = findings.filter(({ effect }) => effect !== 'approve').map(({ code }) => code);
  throw refusedError(located.artifact.subject, `while it was being sent: ${codes.join(', ')}`);
}
