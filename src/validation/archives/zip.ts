import type { RandomAccess } from '../../model/random-access.ts';
import { openNear } from './near.ts';
import { zipRefused } from './refusals.ts';
import { type CentralEntry, readCentral } from './zip-central.ts';
import { END_RECORDS_BYTES, readEnd } from './zip-end.ts';
import {
  checkMemberSize,
  checkPlace,
  checkTotals,
  ZIP_LIMITS,
  type ZipLimits,
} from './zip-limits.ts';
import { unpackMember } from './zip-member.ts';
import { streamMember } from './zip-stream.ts';
import { type PlacedEntry, proveTiling } from './zip-tiling.ts';

/** One member of a zip file that was proven to be readable in one way only. */
export type ZipMember = Pick<
  CentralEntry,
  'name' | 'isDirectory' | 'method' | 'crc' | 'packedBytes' | 'unpackedBytes'
>;

export interface ZipArchive {
  /** In the central directory's order. */
  readonly members: readonly ZipMember[];
  readonly unpackedBytes: number;
  /**
   * The content of one of `members`, its size, CRC-32 and end of stream proven; throws `archive-refused`,
   * also where it is larger than `maxBytes`.
   */
  read(member: ZipMember, maxBytes: number): Promise<Uint8Array>;
  /**
   * The content of one of `members` piece by piece, whatever its size, in memory for a few pieces. Proven only once it
   * has ended: throws `archive-refused` at its end at the latest.
   */
  stream(member: ZipMember): AsyncIterable<Uint8Array>;
}

/**
 * Opens a zip file that every reader reads alike, else throws `archive-refused`: the central directory is read
 * first, then its members' local headers and data must fill the file up to it without gap or overlap and say
 * the same. Contents are proven when they are read. What `bytes.read` throws is passed on.
 */
export async function openZip(
  bytes: RandomAccess,
  limits: ZipLimits = ZIP_LIMITS,
): Promise<ZipArchive> {
  const access = openNear(bytes);
  const tailBytes = Math.min(access.sizeBytes, END_RECORDS_BYTES);
  const tail = await access.read(access.sizeBytes - tailBytes, tailBytes);
  const place = readEnd(tail, access.sizeBytes);
  checkPlace(place, limits);
  const entries = await readCentral(await access.read(place.offset, place.sizeBytes), place);
  const unpackedBytes = checkTotals(entries, access.sizeBytes, limits);
  const data: ReadonlyMap<ZipMember, PlacedEntry> = await proveTiling(
    access,
    entries,
    place.offset,
  );
  await refuseTar(access);
  return {
    members: entries,
    unpackedBytes,
    async read(member, maxBytes) {
      const placed = data.get(member);
      if (placed === undefined) throw new TypeError('a member of another archive');
      checkMemberSize(placed.entry, maxBytes);
      const packed = await access.read(placed.dataOffset, placed.entry.packedBytes);
      return unpackMember(packed, placed.entry);
    },
    stream(member) {
      const placed = data.get(member);
      if (placed === undefined) throw new TypeError('a member of another archive');
      checkMemberSize(placed.entry, Number.POSITIVE_INFINITY);
      return streamMember(access, placed);
    },
  };
}

const TAR_BLOCK_BYTES = 512;

// A zip file whose first member's name is made to look like a tar header is read as tar by what looks at the start.
async function refuseTar(access: RandomAccess): Promise<void> {
  if (access.sizeBytes < TAR_BLOCK_BYTES) return;
  const block = Buffer.from(await access.read(0, TAR_BLOCK_BYTES));
  const declared = Number.parseInt(block.subarray(148, 156).toString('latin1').trim(), 8);
  const sum = block.fill(0x20, 148, 156).reduce((total, byte) => total + byte, 0);
  if (sum === declared) throw zipRefused('tar-too', 0, 'the file is a tar archive too');
}
