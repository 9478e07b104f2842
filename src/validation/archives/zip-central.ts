import { setImmediate as nextTurn } from 'node:timers/promises';

import { collectNames, readMemberName } from './member-name.ts';
import { quoted, zipRefused } from './refusals.ts';
import type { CentralPlace } from './zip-end.ts';
import { resolveZip64 } from './zip-extra.ts';

/** One member as the central directory describes it. */
export interface CentralEntry {
  /** A relative path with `/`; a directory's ends with one. */
  readonly name: string;
  readonly isDirectory: boolean;
  readonly flags: number;
  readonly method: 'stored' | 'deflated';
  readonly crc: number;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  /** Of the local header. */
  readonly offset: number;
  readonly rawName: Uint8Array;
}

/** Version 4.5 brought zip64; newer ones bring only what is refused anyway. */
export const MAX_VERSION_NEEDED = 45;

/** What deflate makes of no bytes. */
export const EMPTY_DEFLATE: Uint8Array = Uint8Array.of(3, 0);

const CENTRAL_SIGNATURE = 0x02014b50;
const FIXED_BYTES = 46;
// A few milliseconds, so that a huge directory does not keep others waiting.
const ENTRIES_A_TURN = 1000;
const FLAG_ENCRYPTED = 0x0001;
const FLAG_DESCRIPTOR = 0x0008;
const FLAG_UTF8 = 0x0800;
const FLAGS_DEFLATE_LEVEL = 0x0006;
const UNIX_TYPE = 0o170000;
const UNIX_FILE = 0o100000;
const UNIX_DIRECTORY = 0o040000;
const UNIX_SET_ID = 0o006000;
const DOS_DIRECTORY = 0x10;

/** Reads the whole central directory (APPNOTE 4.3.12), in its order; throws `archive-refused`. */
export async function readCentral(
  bytes: Uint8Array,
  place: CentralPlace,
): Promise<readonly CentralEntry[]> {
  const central = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const addName = collectNames();
  const entries: CentralEntry[] = [];
  let at = 0;
  while (at < central.length && entries.length < place.count) {
    const { entry, end } = readEntry(central, at, place.offset);
    addName(entry.name, place.offset + at);
    entries.push(entry);
    at = end;
    if (entries.length % ENTRIES_A_TURN === 0) await nextTurn();
  }
  if (at !== central.length || entries.length !== place.count) {
    const got = `${entries.length} members in ${at} of ${central.length} bytes`;
    throw zipRefused(
      'central-malformed',
      place.offset + at,
      `the central directory is not ${place.count} members: got ${got}`,
    );
  }
  return entries;
}

function readEntry(
  central: Buffer,
  at: number,
  base: number,
): { readonly entry: CentralEntry; readonly end: number } {
  const offset = base + at;
  const nameEnd =
    at + FIXED_BYTES <= central.length
      ? at + FIXED_BYTES + central.readUInt16LE(at + 28)
      : Infinity;
  const end =
    nameEnd === Infinity
      ? Infinity
      : nameEnd + central.readUInt16LE(at + 30) + central.readUInt16LE(at + 32);
  if (end > central.length || central.readUInt32LE(at) !== CENTRAL_SIGNATURE) {
    throw zipRefused(
      'central-malformed',
      offset,
      'no whole header of a member where the central directory should have one',
    );
  }
  const rawName = central.subarray(at + FIXED_BYTES, nameEnd);
  const flags = central.readUInt16LE(at + 8);
  const name = readMemberName({ bytes: rawName, offset, utf8: (flags & FLAG_UTF8) !== 0 });
  checkFlags(flags, name, offset);
  if (central.readUInt16LE(at + 32) !== 0)
    throw zipRefused('member-comment', offset, `a member has a comment: ${quoted(name)}`);
  if (central.readUInt16LE(at + 34) !== 0)
    throw zipRefused('end-conflict', offset, `a member is on another disk: ${quoted(name)}`);
  const versionNeeded = central.readUInt16LE(at + 6);
  if (versionNeeded > MAX_VERSION_NEEDED) {
    throw zipRefused(
      'unknown-version',
      offset,
      `a member needs a newer zip than ${MAX_VERSION_NEEDED}: ${quoted(name)}, got ${versionNeeded}`,
    );
  }
  const extra = { bytes: central.subarray(nameEnd, end), offset: base + nameEnd };
  const short = [
    central.readUInt32LE(at + 24),
    central.readUInt32LE(at + 20),
    central.readUInt32LE(at + 42),
  ];
  const [unpackedBytes = 0, packedBytes = 0, localOffset = 0] = resolveZip64(short, extra);
  const isDirectory = name.endsWith('/');
  checkType({ name, isDirectory, attributes: central.readUInt32LE(at + 38), offset });
  const method = readMethod(central.readUInt16LE(at + 10), name, offset);
  const crc = central.readUInt32LE(at + 16);
  // Some tools deflate the nothing that a directory is, which takes two bytes; `proveTiling` looks at them.
  const emptyBytes = method === 'stored' ? 0 : EMPTY_DEFLATE.length;
  if (isDirectory && (unpackedBytes !== 0 || packedBytes > emptyBytes || crc !== 0)) {
    throw zipRefused('directory-with-data', offset, `a directory has data: ${quoted(name)}`);
  }
  if (method === 'stored' && unpackedBytes !== packedBytes) {
    throw zipRefused(
      'size-conflict',
      offset,
      `a stored member has two sizes: ${quoted(name)}, ${packedBytes} and ${unpackedBytes}`,
    );
  }
  return {
    entry: {
      name,
      isDirectory,
      flags,
      method,
      crc,
      packedBytes,
      unpackedBytes,
      offset: localOffset,
      rawName,
    },
    end,
  };
}

function checkFlags(flags: number, name: string, offset: number): void {
  if (flags & FLAG_ENCRYPTED)
    throw zipRefused('encrypted', offset, `a member is encrypted: ${quoted(name)}`);
  if (flags & FLAG_DESCRIPTOR) {
    throw zipRefused(
      'data-descriptor',
      offset,
      `a member has its sizes after its data: ${quoted(name)}`,
    );
  }
  if (flags & ~(FLAG_UTF8 | FLAGS_DEFLATE_LEVEL)) {
    throw zipRefused(
      'unknown-flags',
      offset,
      `a member has flags that are not known: ${quoted(name)}, 0x${flags.toString(16)}`,
    );
  }
}

interface MemberType {
  readonly name: string;
  readonly isDirectory: boolean;
  readonly attributes: number;
  readonly offset: number;
}

// The upper half is the Unix mode, which pip reads whatever system the header names. Python's zipfile leaves the type out.
function checkType({ name, isDirectory, attributes, offset }: MemberType): void {
  const mode = attributes >>> 16;
  const type = mode & UNIX_TYPE;
  const expected = isDirectory ? UNIX_DIRECTORY : UNIX_FILE;
  const conflict =
    (type !== 0 && type !== expected) || (!isDirectory && (attributes & DOS_DIRECTORY) !== 0);
  if (conflict || (!isDirectory && (mode & UNIX_SET_ID) !== 0)) {
    const kind = isDirectory ? 'directory' : 'file';
    throw zipRefused(
      'special-file',
      offset,
      `a member is not a plain ${kind}: ${quoted(name)}, attributes 0x${attributes.toString(16)}`,
    );
  }
}

function readMethod(method: number, name: string, offset: number): 'stored' | 'deflated' {
  if (method === 0) return 'stored';
  if (method === 8) return 'deflated';
  throw zipRefused(
    'unknown-method',
    offset,
    `a member is neither stored nor deflated: ${quoted(name)}, method ${method}`,
  );
}
