import type { RandomAccess } from '../../model/random-access.ts';
import { zipRefused } from '../archives/refusals.ts';
import { type CentralEntry, readCentral } from '../archives/zip-central.ts';
import { type CentralPlace, END_RECORDS_BYTES, readEnd } from '../archives/zip-end.ts';
import { checkMemberSize, checkPlace, ZIP_LIMITS } from '../archives/zip-limits.ts';
import {
  checkLocal,
  localExtraBytes,
  localHeaderBytes,
  unpackMember,
} from '../archives/zip-member.ts';
import { findDistInfo, findDistInfoMember, MAX_METADATA_BYTES } from './wheel-layout.ts';

const KIB = 1024;
const TAIL_BYTES = 64 * KIB;
const MAX_REACH_BYTES = 256 * KIB;

/**
 * A wheel's METADATA by at most three reads: the end of the file, what is missing of the central directory with
 * the bytes before it, and what is missing of the member; mostly the first two suffice. Enough to list, never to
 * serve: it is the member that readers of the whole file would find if they accept the file, but only the
 * directory and this member were looked at. Throws `archive-refused`, and what `access.read` throws.
 */
export async function readProvisionalMetadata(access: RandomAccess): Promise<Uint8Array> {
  const read = openFromEnd(access);
  const tailStart = Math.max(0, access.sizeBytes - TAIL_BYTES);
  const tail = await read(tailStart, access.sizeBytes);
  const place = readEnd(tail.subarray(-END_RECORDS_BYTES), access.sizeBytes);
  checkPlace(place, ZIP_LIMITS);
  const centralEnd = place.offset + place.sizeBytes;
  if (place.offset < tailStart) await read(place.offset - reachBytes(place), centralEnd);
  const entries = await readCentral(await read(place.offset, centralEnd), place);
  const entry = findDistInfoMember(entries, findDistInfo(entries), 'METADATA');
  checkMemberSize(entry, MAX_METADATA_BYTES);
  const end = endOf(entry, entries, place.offset);
  const placed = await read(entry.offset, end);
  const headerBytes = placed.length - entry.packedBytes;
  if (headerBytes !== localHeaderBytes(entry) + localExtraBytes(placed)) {
    throw zipRefused(
      'not-tiled',
      entry.offset,
      'METADATA does not end where the next member begins',
    );
  }
  checkLocal(placed.subarray(0, headerBytes), entry);
  return unpackMember(placed.subarray(headerBytes), entry);
}

// Most wheels have the dist-info last, and its RECORD, which grows as the directory does, behind METADATA. Measured
// on a dozen of the commonest: from METADATA to the directory is less than the directory's size or than 64 KiB.
function reachBytes(place: CentralPlace): number {
  const wanted = Math.min(Math.max(place.sizeBytes, TAIL_BYTES), MAX_REACH_BYTES);
  return Math.min(wanted, place.offset);
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
      `METADATA does not end where the next member begins: expected about ${least}, got ${end}`,
    );
  }
  return end;
}

/** Keeps what was read at the end of the file, and reads only what lies before it. */
function openFromEnd(access: RandomAccess): (start: number, end: number) => Promise<Uint8Array> {
  let kept: Uint8Array = new Uint8Array();
  return async (start, end) => {
    const keptStart = access.sizeBytes - kept.length;
    if (end < keptStart) return access.read(start, end - start);
    if (start < keptStart) {
      kept = Buffer.concat([await access.read(start, keptStart - start), kept]);
    }
    const base = access.sizeBytes - kept.length;
    return kept.subarray(start - base, end - base);
  };
}
