import { tarRefused } from './refusals.ts';
import { isZero } from './tar-blocks.ts';

/** A header block as it is written, its checksum, magic and numbers proven. */
export interface TarHeader {
  readonly offset: number;
  readonly type: string;
  /** Name with prefix; may be cut where an extended header has the whole. */
  readonly name: Buffer;
  readonly linkName: Buffer;
  readonly mode: number;
  readonly sizeBytes: number;
  /** POSIX's format or GNU's, which has a magic of its own and no prefix. */
  readonly format: 'ustar' | 'gnu';
}

const USTAR = 'ustar\u000000';
const GNU = 'ustar  \0';
const CHECKSUM_AT = 148;
const CHECKSUM_BYTES = 8;
const MOST_MODE = 0o177777;

/**
 * Reads one header block (POSIX.1-2024 pax, "ustar Interchange Format"); throws `archive-refused`. Every number must be
 * one that all readers read: Python ends the archive in silence where one is not.
 */
export function readHeader(block: Buffer, offset: number): TarHeader {
  checkSum(block, offset);
  const magic = block.toString('latin1', 257, 265);
  if (magic !== USTAR && magic !== GNU)
    throw tarRefused('unknown-format', offset, 'a header is neither of POSIX nor of GNU tar');
  const format = magic === USTAR ? 'ustar' : 'gnu';
  const prefix = textAt(block, { start: 345, end: 500, offset });
  // GNU keeps times and sparse maps there, and Python takes them for a prefix.
  if (!isZero(block.subarray(500)) || (format === 'gnu' && prefix.length > 0))
    throw tarRefused('header-malformed', offset, 'a header has bytes where it has no field');
  const mode = octalAt(block, { start: 100, end: 108, offset });
  if (mode > MOST_MODE)
    throw tarRefused('number-invalid', offset, `a mode is no mode: ${mode.toString(8)}`);
  checkOwners(block, offset);
  const name = textAt(block, { start: 0, end: 100, offset });
  return {
    offset,
    type: String.fromCharCode(block[156] ?? 0),
    name: prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name]),
    linkName: textAt(block, { start: 157, end: 257, offset }),
    mode,
    sizeBytes: octalAt(block, { start: 124, end: 136, offset }),
    format,
  };
}

interface Field {
  readonly start: number;
  readonly end: number;
  /** Of the header. */
  readonly offset: number;
}

// Some old writers summed signed bytes, and some readers take either: only the sum of POSIX counts.
function checkSum(block: Buffer, offset: number): void {
  let sum = 0x20 * CHECKSUM_BYTES;
  for (const byte of block) sum += byte;
  for (let at = CHECKSUM_AT; at < CHECKSUM_AT + CHECKSUM_BYTES; at += 1) sum -= block[at] ?? 0;
  const field = block.toString('latin1', CHECKSUM_AT, CHECKSUM_AT + CHECKSUM_BYTES);
  if (!OCTAL.test(field) || octalOf(field) !== sum)
    throw tarRefused('bad-checksum', offset, 'a header has another checksum than its bytes');
}

const OCTAL = /^ *[0-7]+[ \0]*$/;

function octalOf(field: string): number {
  return Number.parseInt(field.trimStart(), 8);
}

function octalAt(block: Buffer, { start, end, offset }: Field): number {
  const field = block.toString('latin1', start, end);
  if (OCTAL.test(field)) return octalOf(field);
  throw tarRefused('number-invalid', offset + start, 'a number in a header is not octal');
}

/** Owner, group, time and device numbers, which nobody here needs, and names that only people read. */
function checkOwners(block: Buffer, offset: number): void {
  for (const [start, end] of [
    [108, 116],
    [116, 124],
    [136, 148],
    [329, 337],
    [337, 345],
  ] as const) {
    const field = block.toString('latin1', start, end);
    const isLarge = start < 124 && LARGE.test(field);
    if (!isLarge && !OCTAL.test(field) && !/^[ \0]*$/.test(field))
      throw tarRefused('number-invalid', offset + start, 'a number in a header is not octal');
  }
  textAt(block, { start: 265, end: 297, offset });
  textAt(block, { start: 297, end: 329, offset });
}

// Of owners over two million, as corporate directories have them: GNU's base 256, up to 32 bits.
const LARGE = /^\u0080\0{3}[^]{4}$/;

/** The bytes before the first zero; after it there must be only zeros, for some readers read on. */
function textAt(block: Buffer, { start, end, offset }: Field): Buffer {
  const field = block.subarray(start, end);
  const zero = field.indexOf(0);
  if (zero === -1) return Buffer.from(field);
  if (!isZero(field.subarray(zero)))
    throw tarRefused(
      'header-malformed',
      offset + start,
      'a text in a header goes on after its end',
    );
  return Buffer.from(field.subarray(0, zero));
}
