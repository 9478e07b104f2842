import { crc32, inflateRawSync } from 'node:zlib';

import { quoted, zipRefused } from './refusals.ts';
import { type CentralEntry, MAX_VERSION_NEEDED } from './zip-central.ts';
import { resolveZip64 } from './zip-extra.ts';

const LOCAL_SIGNATURE = 0x04034b50;
const FIXED_BYTES = 30;

/** Length of the local header up to and including the name, all that the central directory lets expect. */
export function localHeaderBytes(entry: CentralEntry): number {
  return FIXED_BYTES + entry.rawName.length;
}

/** Length of the extra field that follows, read from the header's first 30 bytes. */
export function localExtraBytes(header: Uint8Array): number {
  return Buffer.from(header.buffer, header.byteOffset, header.byteLength).readUInt16LE(28);
}

/** Proves that a whole local header (APPNOTE 4.3.7) says what the central directory says; throws `archive-refused`. */
export function checkLocal(header: Uint8Array, entry: CentralEntry): void {
  const local = Buffer.from(header.buffer, header.byteOffset, header.byteLength);
  const nameEnd = localHeaderBytes(entry);
  const { offset, rawName } = entry;
  if (local.readUInt32LE(0) !== LOCAL_SIGNATURE) {
    throw zipRefused(
      'not-tiled',
      offset,
      `no local header where the central directory has one: ${quoted(entry.name)}`,
    );
  }
  const extra = { bytes: local.subarray(nameEnd), offset: offset + nameEnd };
  const sameName =
    local.readUInt16LE(26) === rawName.length &&
    local.subarray(FIXED_BYTES, nameEnd).equals(rawName);
  const sameFields =
    sameName &&
    local.readUInt16LE(4) <= MAX_VERSION_NEEDED &&
    local.readUInt16LE(6) === entry.flags &&
    local.readUInt16LE(8) === (entry.method === 'stored' ? 0 : 8) &&
    local.readUInt32LE(14) === entry.crc;
  const [unpackedBytes, packedBytes] = sameFields
    ? resolveZip64([local.readUInt32LE(22), local.readUInt32LE(18)], extra)
    : [];
  if (unpackedBytes !== entry.unpackedBytes || packedBytes !== entry.packedBytes) {
    throw zipRefused(
      'header-conflict',
      offset,
      `a local header and the central directory do not say the same: ${quoted(entry.name)}`,
    );
  }
}

/** A member's content from its packed bytes; the size, the CRC and the end of the deflate stream must be as declared. */
export function unpackMember(packed: Uint8Array, entry: CentralEntry): Uint8Array {
  const content = entry.method === 'stored' ? packed : inflateExactly(packed, entry);
  if (crc32(content) !== entry.crc) {
    throw zipRefused(
      'bad-crc',
      entry.offset,
      `the content of a member has another CRC-32 than declared: ${quoted(entry.name)}`,
    );
  }
  return content;
}

function inflateExactly(packed: Uint8Array, entry: CentralEntry): Uint8Array {
  const { buffer, engine } = inflate(packed, entry);
  // bytesWritten counts what the stream took in up to its end; what follows would be hidden bytes.
  if (buffer.length !== entry.unpackedBytes || engine.bytesWritten !== packed.length) {
    const expected = `expected ${packed.length} bytes to ${entry.unpackedBytes}`;
    const got = `${engine.bytesWritten} to ${buffer.length}`;
    throw zipRefused(
      'bad-deflate',
      entry.offset,
      `a member does not inflate as declared: ${quoted(entry.name)}, ${expected}, got ${got}`,
    );
  }
  return buffer;
}

const MIN_CHUNK_BYTES = 64;

interface Inflated {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

function inflate(packed: Uint8Array, entry: CentralEntry): Inflated {
  try {
    // Room for all of it and to see that nothing follows: one chunk, which zlib need not put together.
    const chunkSize = Math.max(MIN_CHUNK_BYTES, entry.unpackedBytes + 1);
    const maxOutputLength = Math.max(1, entry.unpackedBytes);
    const options = { info: true, maxOutputLength, chunkSize };
    const inflated: unknown = inflateRawSync(packed, options);
    if (!isInflated(inflated)) throw new TypeError('zlib gives what it took in');
    return inflated;
  } catch (error) {
    throw zipRefused(
      'bad-deflate',
      entry.offset,
      `a member does not inflate as declared: ${quoted(entry.name)}, ${String(error)}`,
    );
  }
}

// The types of Node know the option, and not what it changes.
function isInflated(value: unknown): value is Inflated {
  return typeof value === 'object' && value !== null && 'buffer' in value && 'engine' in value;
}
