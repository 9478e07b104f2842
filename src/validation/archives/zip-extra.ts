import { zipRefused } from './refusals.ts';

const ZIP64 = 0x0001;
const UNICODE_PATH = 0x7075;
const REFERS_TO_ZIP64 = 0xffffffff;

/** The extra field of one header: where it is in the file, and what it is. */
export interface ExtraField {
  readonly bytes: Buffer;
  readonly offset: number;
}

/**
 * The 32-bit values of a header, each replaced by zip64's (APPNOTE 4.5.3) where it refers to it. A zip64 field
 * that nothing refers to must repeat the values; a second name (0x7075) and a field that does not end where it
 * says are refused. Throws `archive-refused`.
 */
export function resolveZip64(values: readonly number[], extra: ExtraField): readonly number[] {
  const field = findZip64(extra);
  const referring = values.filter((value) => value === REFERS_TO_ZIP64).length;
  if (field === undefined && referring === 0) return values;
  const long = field === undefined ? [] : longValues(field, extra.offset);
  if (referring > 0 && long.length === referring) {
    let next = 0;
    return values.map((value) => (value === REFERS_TO_ZIP64 ? (long[next++] ?? value) : value));
  }
  if (referring === 0 && long.every((value, index) => value === values[index])) return values;
  throw zipRefused(
    'zip64-conflict',
    extra.offset,
    `a zip64 extra field does not fit its header: ${referring} values refer to it, got ${long.length}`,
  );
}

function findZip64({ bytes, offset }: ExtraField): Buffer | undefined {
  let found: Buffer | undefined;
  let at = 0;
  while (at < bytes.length) {
    const end = at + 4 <= bytes.length ? at + 4 + bytes.readUInt16LE(at + 2) : Infinity;
    if (end > bytes.length)
      throw zipRefused(
        'extra-malformed',
        offset + at,
        'an extra field is longer than its header says',
      );
    const id = bytes.readUInt16LE(at);
    if (id === UNICODE_PATH)
      throw zipRefused(
        'extra-name',
        offset + at,
        'an extra field gives a member a second name (0x7075)',
      );
    if (id === ZIP64) {
      if (found)
        throw zipRefused('zip64-conflict', offset + at, 'a header has two zip64 extra fields');
      found = bytes.subarray(at + 4, end);
    }
    at = end;
  }
  return found;
}

function longValues(field: Buffer, offset: number): readonly number[] {
  if (field.length % 8 !== 0 || field.length > 24) {
    throw zipRefused(
      'zip64-conflict',
      offset,
      `a zip64 extra field has an odd length: expected 0, 8, 16 or 24, got ${field.length}`,
    );
  }
  return Array.from({ length: field.length / 8 }, (_, index) =>
    Number(field.readBigUInt64LE(8 * index)),
  );
}
