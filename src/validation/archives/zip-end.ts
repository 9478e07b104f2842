import { zipRefused } from './refusals.ts';

/** Where a zip file says that its central directory is. */
export interface CentralPlace {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly count: number;
}

const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const ZIP64_BYTES = 56;

/** How many of a file's last bytes `readEnd` needs: the end record, zip64's locator and zip64's end record. */
export const END_RECORDS_BYTES = END_BYTES + LOCATOR_BYTES + ZIP64_BYTES;

/**
 * Reads the end records (APPNOTE 4.3.14–4.3.16) from the last bytes of a file. They must end the file exactly,
 * without a comment, be of one disk, and the central directory must end where they begin; with zip64's record
 * both must say the same. Throws `archive-refused`.
 */
export function readEnd(tail: Uint8Array, fileBytes: number): CentralPlace {
  const bytes = Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength);
  const at = bytes.length - END_BYTES;
  const endOffset = fileBytes - END_BYTES;
  if (at < 0 || bytes.readUInt32LE(at) !== 0x06054b50 || bytes.readUInt16LE(at + 20) !== 0) {
    const expected = 'expected an end record without comment as the last 22 bytes';
    throw zipRefused(
      'end-missing',
      Math.max(endOffset, 0),
      `not a zip file that ends with its end record: ${expected}`,
    );
  }
  const place = {
    count: bytes.readUInt16LE(at + 10),
    sizeBytes: bytes.readUInt32LE(at + 12),
    offset: bytes.readUInt32LE(at + 16),
  };
  const diskCount = bytes.readUInt16LE(at + 8);
  if (bytes.readUInt32LE(at + 4) !== 0 || diskCount !== place.count) {
    throw zipRefused(
      'end-conflict',
      endOffset,
      `the end record is of several disks: ${diskCount} of ${place.count} members on this one`,
    );
  }
  return meets(
    hasLocator(bytes, at) ? readZip64(bytes, place, endOffset) : withoutZip64(place, endOffset),
    fileBytes,
  );
}

interface Zip64Place extends CentralPlace {
  readonly endBytes: number;
}

function meets(place: Zip64Place, fileBytes: number): CentralPlace {
  const begin = fileBytes - place.endBytes;
  if (place.offset + place.sizeBytes !== begin) {
    const got = `got ${place.offset} + ${place.sizeBytes}`;
    throw zipRefused(
      'end-conflict',
      begin,
      `the central directory does not end where the end records begin: expected ${begin}, ${got}`,
    );
  }
  return { offset: place.offset, sizeBytes: place.sizeBytes, count: place.count };
}

function hasLocator(bytes: Buffer, at: number): boolean {
  return at >= LOCATOR_BYTES && bytes.readUInt32LE(at - LOCATOR_BYTES) === 0x07064b50;
}

function withoutZip64(place: CentralPlace, endOffset: number): Zip64Place {
  if (place.count === 0xffff || place.sizeBytes === 0xffffffff || place.offset === 0xffffffff) {
    throw zipRefused(
      'zip64-conflict',
      endOffset,
      'the end record refers to a zip64 end record: expected its locator just before, got none',
    );
  }
  return { ...place, endBytes: END_BYTES };
}

function readZip64(bytes: Buffer, short: CentralPlace, endOffset: number): Zip64Place {
  const locator = bytes.length - END_BYTES - LOCATOR_BYTES;
  const at = locator - ZIP64_BYTES;
  const offset = endOffset - LOCATOR_BYTES - ZIP64_BYTES;
  if (
    at < 0 ||
    bytes.readUInt32LE(locator + 4) !== 0 ||
    bytes.readBigUInt64LE(locator + 8) !== BigInt(offset) ||
    bytes.readUInt32LE(locator + 16) !== 1 ||
    bytes.readUInt32LE(at) !== 0x06064b50 ||
    bytes.readBigUInt64LE(at + 4) !== BigInt(ZIP64_BYTES - 12)
  ) {
    throw zipRefused(
      'zip64-conflict',
      Math.max(offset, 0),
      'the zip64 locator does not point at a 56-byte zip64 end record just before it',
    );
  }
  const long = {
    count: Number(bytes.readBigUInt64LE(at + 32)),
    sizeBytes: Number(bytes.readBigUInt64LE(at + 40)),
    offset: Number(bytes.readBigUInt64LE(at + 48)),
  };
  const agrees =
    bytes.readBigUInt64LE(at + 16) === 0n &&
    bytes.readBigUInt64LE(at + 24) === bytes.readBigUInt64LE(at + 32) &&
    agree(short.count, long.count, 0xffff) &&
    agree(short.sizeBytes, long.sizeBytes, 0xffffffff) &&
    agree(short.offset, long.offset, 0xffffffff);
  if (!agrees)
    throw zipRefused(
      'zip64-conflict',
      offset,
      'the end record and the zip64 end record do not say the same',
    );
  return { ...long, endBytes: END_RECORDS_BYTES };
}

function agree(short: number, long: number, refersToLong: number): boolean {
  return short === long || short === refersToLong;
}
