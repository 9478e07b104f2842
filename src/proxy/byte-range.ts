/** The bytes from `start` up to, not including, `end`. */
export interface ByteSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * What a `Range` header asks of an artifact (RFC 9110 §14). Absent: send it whole, as for several ranges, other
 * units and what cannot be read; `unsatisfiable`: nothing of it is there.
 */
export function findByteRange(
  header: string | undefined,
  sizeBytes: number,
): ByteSpan | 'unsatisfiable' | undefined {
  const [, first, last] = /^bytes[ \t]*=[ \t]*([0-9]*)-([0-9]*)[ \t]*$/i.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || first + last === '') return undefined;
  if (first === '') return suffix(Number(last), sizeBytes);
  const start = Number(first);
  const end = last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= sizeBytes ? 'unsatisfiable' : { start, end };
}

function suffix(length: number, sizeBytes: number): ByteSpan | 'unsatisfiable' {
  if (length === 0 || sizeBytes === 0) return 'unsatisfiable';
  return { start: Math.max(0, sizeBytes - length), end: sizeBytes };
}
