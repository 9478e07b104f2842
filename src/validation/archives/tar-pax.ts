import { quoted, tarRefused } from './refusals.ts';

/** What an extended header (type `x`) changes of the member after it. */
export interface PaxRecords {
  readonly path?: Buffer;
  readonly linkpath?: Buffer;
  readonly size?: number;
}

// Those that all readers honour or all ignore. GNU's sparse maps and `SCHILY.realsize` change what a member holds.
const IGNORED =
  /^(?:[acm]time|[ug]id|[ug]name|comment|SCHILY\.(?:dev|ino|nlink|fflags)|(?:SCHILY\.(?:xattr|acl)|LIBARCHIVE\.xattr)\.[\x20-\x3c\x3e-\x7e]+|LIBARCHIVE\.(?:creationtime|symlinktype))$/;
const NUMBERS: Readonly<Record<string, RegExp>> = {
  atime: /^-?[0-9]{1,15}(?:\.[0-9]{1,30})?$/,
  ctime: /^-?[0-9]{1,15}(?:\.[0-9]{1,30})?$/,
  mtime: /^-?[0-9]{1,15}(?:\.[0-9]{1,30})?$/,
  uid: /^[0-9]{1,15}$/,
  gid: /^[0-9]{1,15}$/,
  size: /^[0-9]{1,15}$/,
};
const SPACE = 0x20;
const NEWLINE = 0x0a;

/**
 * Reads the records of an extended header (POSIX.1-2024 pax, "pax Extended Header"): `length key=value\n`, without gap,
 * each key once, of keys that mean the same to all readers. Throws `archive-refused`.
 */
export function readPax(bytes: Buffer, offset: number): PaxRecords {
  const values = new Map<string, Buffer>();
  for (let at = 0; at < bytes.length;) {
    const { key, value, end } = readRecord(bytes, at, offset);
    if (values.has(key))
      throw tarRefused('pax-conflict', offset + at, `a key is given twice: ${quoted(key)}`);
    checkRecord(key, value, offset + at);
    values.set(key, value);
    at = end;
  }
  const path = values.get('path');
  const linkpath = values.get('linkpath');
  const size = values.get('size');
  return {
    ...(path === undefined ? {} : { path }),
    ...(linkpath === undefined ? {} : { linkpath }),
    ...(size === undefined ? {} : { size: Number(size.toString('latin1')) }),
  };
}

interface PaxRecord {
  readonly key: string;
  readonly value: Buffer;
  readonly end: number;
}

function readRecord(bytes: Buffer, at: number, offset: number): PaxRecord {
  const space = bytes.subarray(at, at + 8).indexOf(SPACE);
  const digits = space === -1 ? '' : bytes.toString('latin1', at, at + space);
  const end = at + Number(digits);
  const equals = bytes.indexOf('=', at + space);
  const isRecord =
    /^[1-9][0-9]*$/.test(digits) &&
    end <= bytes.length &&
    bytes[end - 1] === NEWLINE &&
    equals > at + space + 1 &&
    equals < end - 1;
  if (!isRecord)
    throw tarRefused('pax-malformed', offset + at, 'an extended header has no whole record here');
  return {
    key: bytes.toString('latin1', at + space + 1, equals),
    value: bytes.subarray(equals + 1, end - 1),
    end,
  };
}

function checkRecord(key: string, value: Buffer, offset: number): void {
  if (key.startsWith('GNU.sparse.'))
    throw tarRefused('sparse', offset, 'a member is sparse: it leaves out what readers fill in');
  const isName = key === 'path' || key === 'linkpath';
  if (!isName && key !== 'size' && !IGNORED.test(key))
    throw tarRefused('pax-key', offset, `an extended header has an unknown key: ${quoted(key)}`);
  // An empty value takes back what a global header said, and there is none.
  const isBinary = key.includes('.');
  const isBad = value.length === 0 || value.includes(0) || value.includes(NEWLINE);
  if (!isBinary && key !== 'comment' && isBad)
    throw tarRefused('pax-malformed', offset, `a key has no plain value: ${quoted(key)}`);
  if (NUMBERS[key]?.test(value.toString('latin1')) === false)
    throw tarRefused('number-invalid', offset, `a key has no number: ${quoted(key)}`);
}
