import type { RandomAccess } from '../../model/random-access.ts';
import { quoted, zipRefused } from './refusals.ts';
import { type CentralEntry, EMPTY_DEFLATE } from './zip-central.ts';
import { checkLocal, localExtraBytes, localHeaderBytes } from './zip-member.ts';

/** A member and where its data begins. */
export interface PlacedEntry {
  readonly entry: CentralEntry;
  readonly dataOffset: number;
}

/**
 * Proves that local headers and data fill the file from its first byte to the central directory, in some order,
 * and that each header says what the directory says; throws `archive-refused`.
 */
export async function proveTiling(
  access: RandomAccess,
  entries: readonly CentralEntry[],
  end: number,
): Promise<ReadonlyMap<CentralEntry, PlacedEntry>> {
  const read = openBefore(access, end);
  const placed = new Map<CentralEntry, PlacedEntry>();
  let expected = 0;
  for (const entry of entries.toSorted((left, right) => left.offset - right.offset)) {
    if (entry.offset !== expected) throw notTiled(entry, expected, entry.offset);
    const fixed = await read(entry.offset, localHeaderBytes(entry));
    if (fixed === undefined) throw notTiled(entry, end, entry.offset);
    const header = await read(entry.offset, fixed.length + localExtraBytes(fixed));
    if (header === undefined) throw notTiled(entry, end, entry.offset);
    checkLocal(header, entry);
    const dataOffset = entry.offset + header.length;
    if (entry.isDirectory && entry.packedBytes > 0) {
      checkEmpty(await read(dataOffset, entry.packedBytes), entry);
    }
    placed.set(entry, { entry, dataOffset });
    expected = dataOffset + entry.packedBytes;
  }
  if (expected !== end) {
    throw zipRefused(
      'not-tiled',
      expected,
      `the members end elsewhere than the central directory begins: expected ${end}, got ${expected}`,
    );
  }
  return placed;
}

// Directories are never read, so nothing may be hidden in the bytes of one.
function checkEmpty(packed: Uint8Array | undefined, entry: CentralEntry): void {
  if (packed !== undefined && Buffer.compare(packed, EMPTY_DEFLATE) === 0) return;
  throw zipRefused(
    'directory-with-data',
    entry.offset,
    `a directory has data: ${quoted(entry.name)}`,
  );
}

function notTiled(entry: CentralEntry, expected: number, got: number): Error {
  const message = `members overlap, or bytes between them belong to none: ${quoted(entry.name)} expected at ${expected}, got ${got}`;
  return zipRefused('not-tiled', expected, message);
}

function openBefore(access: RandomAccess, end: number) {
  return async (offset: number, length: number): Promise<Uint8Array | undefined> =>
    offset + length > end ? undefined : access.read(offset, length);
}
