import { quoted, zipRefused } from './refusals.ts';
import type { CentralEntry } from './zip-central.ts';
import type { CentralPlace } from './zip-end.ts';

/** What a zip file may hold. */
export interface ZipLimits {
  readonly members: number;
  readonly centralBytes: number;
  readonly unpackedBytes: number;
  /** Unpacked bytes for each byte of the file, once the unpacked bytes exceed `ratioFromBytes`. */
  readonly ratio: number;
  readonly ratioFromBytes: number;
}

const MIB = 1024 * 1024;

/** Far above what real wheels have: the commonest inflate 18 times as a whole, single members 235 times. */
export const ZIP_LIMITS: ZipLimits = {
  members: 200_000,
  centralBytes: 64 * MIB,
  unpackedBytes: 64 * 1024 * MIB,
  ratio: 50,
  ratioFromBytes: 64 * MIB,
};

/** Refuses a central directory beyond the limits before it is read. */
export function checkPlace(place: CentralPlace, limits: ZipLimits): void {
  if (place.count > limits.members) {
    throw zipRefused(
      'too-many-members',
      place.offset,
      `too many members: expected at most ${limits.members}, got ${place.count}`,
    );
  }
  if (place.sizeBytes > limits.centralBytes) {
    const expected = `expected at most ${limits.centralBytes} bytes, got ${place.sizeBytes}`;
    throw zipRefused('too-large', place.offset, `the central directory is too large: ${expected}`);
  }
}

/** Refuses to read a member that is larger than its reader expects, packed or unpacked. */
export function checkMemberSize(entry: CentralEntry, maxBytes: number): void {
  // Deflate at its worst adds a few bytes in a hundred; far more is padding of empty blocks.
  if (entry.unpackedBytes > maxBytes || entry.packedBytes > 2 * entry.unpackedBytes + 1024) {
    const got = `${entry.packedBytes} packed, ${entry.unpackedBytes} unpacked`;
    throw zipRefused(
      'member-too-large',
      entry.offset,
      `a member is too large: ${quoted(entry.name)}, expected at most ${maxBytes} bytes, got ${got}`,
    );
  }
}

/** Sums the unpacked bytes; refuses what is too much or inflates too far. */
export function checkTotals(
  entries: readonly CentralEntry[],
  fileBytes: number,
  limits: ZipLimits,
): number {
  const total = entries.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0);
  if (total > limits.unpackedBytes) {
    throw zipRefused(
      'too-large',
      0,
      `the members are too large: expected at most ${limits.unpackedBytes} bytes, got ${total}`,
    );
  }
  if (total > limits.ratioFromBytes && total > limits.ratio * fileBytes) {
    throw zipRefused(
      'ratio',
      0,
      `the members inflate more than ${limits.ratio} times: ${fileBytes} bytes to ${total}`,
    );
  }
  return total;
}
