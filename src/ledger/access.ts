import { MINUTE_MS, type Clock, type Instant } from '../model/time.ts';
import { objectKey, type ObjectStore } from '../store/object-store.ts';
import {
  type AccessLine,
  type AccessSegment,
  type ClosedSegment,
  decodeSegment,
  type SegmentSeal,
  writeSegment,
} from './access-segment.ts';
import type { Ledger } from './ledger.ts';

/** What an access log works with. */
export interface AccessLogSettings {
  readonly store: ObjectStore;
  readonly ledger: Ledger;
  /** One segment of an object key; no two running processes share it. */
  readonly replica: string;
  readonly clock: Clock;
  /** Told when sealing in the background failed; the lines are kept and tried again a minute later. */
  readonly report: (error: unknown) => void;
}

/** Every serve, in memory until it is sealed: each minute, at 4 MiB, and when disposed. A kill loses at most that. */
export interface AccessLog extends AsyncDisposable {
  /** Keeps a line; costs about what its JSON costs. While the store is away, at most 64 MiB are kept. */
  record(line: AccessLine): void;
  /** Writes what is open and enters it in the ledger; throws what they throw, and keeps the lines then. */
  seal(): Promise<void>;
  /** The sealed segments of all replicas whose first line was on a day (`yyyy-mm-dd`, UTC), in order of keys. */
  readSegments(day: string): AsyncIterable<AccessSegment>;
}

/** Opens the access log and starts its timer; throws `invalid-key` for a replica that no key can hold. */
export function openAccessLog(settings: AccessLogSettings): AccessLog {
  const { store, ledger, clock, report } = settings;
  const replica = objectKey(settings.replica);
  let open: OpenSegment | undefined;
  let closed: readonly ClosedSegment[] = [];
  let lost = 0;
  let begun: Instant = 0;
  let sealing = Promise.resolve();

  function record(line: AccessLine): void {
    if (closed.length >= MAX_WAITING_SEGMENTS) {
      lost += 1;
      return;
    }
    open ??= { started: begin(), texts: [], sizeChars: 0 };
    const text = JSON.stringify(line);
    open.texts.push(text);
    open.sizeChars += text.length;
    if (open.sizeChars >= MAX_SEGMENT_CHARS) sealOrReport();
  }

  /** Segments are numbered by this, so no two of one log begin at the same millisecond. */
  function begin(): Instant {
    begun = Math.max(clock(), begun + 1);
    return begun;
  }

  function sealOrReport(): void {
    seal().catch(report);
  }

  function seal(): Promise<void> {
    closeOpen();
    // One at a time; each tells its own caller whether it failed.
    sealing = sealing.then(writeClosed, writeClosed);
    return sealing;
  }

  function closeOpen(): void {
    if (open === undefined && lost === 0) return;
    const { started, texts } = open ?? { started: begin(), texts: [] };
    closed = [...closed, { replica, started, texts, lost }];
    open = undefined;
    lost = 0;
  }

  async function writeClosed(): Promise<void> {
    for (let first = closed[0]; first !== undefined; first = closed[0]) {
      await enter(await writeSegment(store, first));
      closed = closed.slice(1);
    }
  }

  async function enter(written: SegmentSeal): Promise<void> {
    await ledger.append(({ inline }) => {
      // After a lost answer it may be in the ledger already.
      const isEntered = inline.some(
        ({ entry }) => entry.kind === 'access' && entry.segment === written.segment,
      );
      return isEntered ? undefined : { entries: [{ kind: 'access', ...written }] };
    });
  }

  async function* readSegments(day: string): AsyncGenerator<AccessSegment> {
    for await (const key of store.list(objectKey('access', day))) {
      const content = await store.read(key);
      if (content !== undefined) yield decodeSegment(key, content);
    }
  }

  const timer = setInterval(sealOrReport, MINUTE_MS);
  timer.unref();
  return {
    record,
    seal,
    readSegments,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await seal();
    },
  };
}

const MAX_SEGMENT_CHARS = 4 * 1024 * 1024;
const MAX_WAITING_SEGMENTS = 16;

interface OpenSegment {
  readonly started: Instant;
  readonly texts: string[];
  sizeChars: number;
}
