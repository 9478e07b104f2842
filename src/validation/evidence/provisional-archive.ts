import type { RandomAccess } from '../../model/random-access.ts';
import { quoted, zipRefused } from '../archives/refusals.ts';
import { type CentralEntry, readCentral } from '../archives/zip-central.ts';
import { type CentralPlace, END_RECORDS_BYTES, readEnd } from '../archives/zip-end.ts';
import { checkPlace, ZIP_LIMITS } from '../archives/zip-limits.ts';
import {
  checkLocal,
  localExtraBytes,
  localHeaderBytes,
  unpackMember,
} from '../archives/zip-member.ts';
import { findDistInfo } from './wheel-layout.ts';

const KIB = 1024;
const TAIL_BYTES = 64 * KIB;
const MAX_REACH_BYTES = 256 * KIB;
const MAX_SPAN_BYTES = 128 * KIB;
const LARGE_BYTES = 20_000_000;
const LARGE_SHARE = 0.004;

/** A wheel of which the end and the central directory were read. */
export interface ProvisionalArchive {
  readonly entries: readonly CentralEntry[];
  readonly distInfo: string;
  /** Reads all that lies between some members at once, unless it is too much. */
  bringAlong(wanted: readonly CentralEntry[]): Promise<void>;
  /** Whether reading a member takes no read of the file. */
  isAtHand(entry: CentralEntry): boolean;
  /** A member's content; throws `archive-refused` unless it is what readers of the whole file would find. */
  read(entry: CentralEntry): Promise<Uint8Array>;
}

/** Opens a wheel by one read, or two where its central directory is long. */
export async function openProvisional(access: RandomAccess): Promise<ProvisionalArchive> {
  const { read, has } = openFromEnd(access);
  const tailStart = Math.max(0, access.sizeBytes - TAIL_BYTES);
  const tail = await read(tailStart, access.sizeBytes);
  const place = readEnd(tail.subarray(-END_RECORDS_BYTES), access.sizeBytes);
  checkPlace(place, ZIP_LIMITS);
  const centralEnd = place.offset + place.sizeBytes;
  if (place.offset < tailStart)
    await read(place.offset - reachBytes(place, access.sizeBytes), centralEnd);
  const entries = await readCentral(await read(place.offset, centralEnd), place);
  async function bringAlong(wanted: readonly CentralEntry[]): Promise<void> {
    const start = Math.min(...wanted.map(({ offset }) => offset));
    const end = Math.max(...wanted.map((entry) => endOf(entry, entries, place.offset)));
    if (wanted.length > 0 && end - start <= MAX_SPAN_BYTES) await read(start, end);
  }
  return {
    entries,
    distInfo: findDistInfo(entries),
    bringAlong,
    isAtHand: (entry) => has(entry.offset, endOf(entry, entries, place.offset)),
    async read(entry) {
      const end = endOf(entry, entries, place.offset);
      return unpack(await read(entry.offset, end), entry);
    },
  };
}

async function unpack(placed: Uint8Array, entry: CentralEntry): Promise<Uint8Array> {
  const headerBytes = placed.length - entry.packedBytes;
  if (headerBytes !== localHeaderBytes(entry) + localExtraBytes(placed)) {
    throw zipRefused('not-tiled', entry.offset, `${quoted(entry.name)} ${NOT_TILED}`);
  }
  checkLocal(placed.subarray(0, headerBytes), entry);
  return unpackMember(placed.subarray(headerBytes), entry);
}

const NOT_TILED = 'does not end where the next member begins';

// Most wheels have the dist-info last, and its RECORD, which grows as the directory does, behind METADATA. Measured
// on a dozen of the commonest: from METADATA to the directory is less than the directory's size or than 64 KiB.
// Of a large wheel half a percent is enough for all reads; where the directory leaves no room, METADATA take a read more.
function reachBytes(place: CentralPlace, sizeBytes: number): number {
  const wanted = Math.min(Math.max(place.sizeBytes, TAIL_BYTES), MAX_REACH_BYTES);
  const share = Math.floor(sizeBytes * LARGE_SHARE) - place.sizeBytes;
  const room = sizeBytes < LARGE_BYTES ? wanted : Math.max(0, share);
  return Math.min(wanted, room, place.offset);
}

const MAX_EXTRA_BYTES = 0xffff;

function endOf(
  entry: CentralEntry,
  entries: readonly CentralEntry[],
  centralOffset: number,
): number {
  const end = entries.reduce(
    (nearest, { offset }) => (offset > entry.offset && offset < nearest ? offset : nearest),
    centralOffset,
  );
  const least = entry.offset + localHeaderBytes(entry) + entry.packedBytes;
  if (end < least || end > least + MAX_EXTRA_BYTES) {
    throw zipRefused(
      'not-tiled',
      entry.offset,
      `${quoted(entry.name)} ${NOT_TILED}: expected about ${least}, got ${end}`,
    );
  }
  return end;
}

/** Keeps what was read at the end of the file and the last piece before it; reads only what is in neither. */
function openFromEnd(access: RandomAccess): Reader {
  let tail: Piece = { start: access.sizeBytes, bytes: new Uint8Array() };
  let piece: Piece = { start: 0, bytes: new Uint8Array() };
  return {
    has: (start, end) => [tail, piece].some((kept) => holds(kept, start, end)),
    async read(start, end) {
      const kept = [tail, piece].find((candidate) => holds(candidate, start, end));
      if (kept !== undefined) return cut(kept, start, end);
      if (end < tail.start) {
        piece = { start, bytes: await access.read(start, end - start) };
        return piece.bytes;
      }
      const before = await access.read(start, tail.start - start);
      tail = { start, bytes: Buffer.concat([before, tail.bytes]) };
      return cut(tail, start, end);
    },
  };
}

interface Reader {
  readonly has: (start: number, end: number) => boolean;
  readonly read: (start: number, end: number) => Promise<Uint8Array>;
}

interface Piece {
  readonly start: number;
  readonly bytes: Uint8Array;
}

function holds({ start: first, bytes }: Piece, start: number, end: number): boolean {
  return start >= first && end <= first + bytes.length;
}

function cut({ start: first, bytes }: Piece, start: number, end: number): Uint8Array {
  return bytes.subarray(start - first, end - first);
}
