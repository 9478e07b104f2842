import { quoted, wheelRefused } from '../archives/refusals.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const MAX_FIELD_LENGTH = 1024;

/** A row of RECORD, its fields as written. */
export interface RecordRow {
  readonly name: string;
  /** `algorithm=digest`, or empty. */
  readonly hash: string;
  readonly size: string;
}

/**
 * The rows of a RECORD file in its order: CSV with three fields a row, LF or CRLF, quoted where needed. Throws
 * `archive-refused` for what CSV readers could read two ways. Does not look at what hashes and sizes say.
 */
export function parseRecord(bytes: Uint8Array): readonly RecordRow[] {
  const text = decode(bytes);
  const rows: RecordRow[] = [];
  let at = 0;
  let row: string[] = [];
  while (at < text.length) {
    const { field, end } = readField(text, at);
    row.push(field);
    if (row.length > 3) throw invalid(text, end, 'a row has more fields than 3');
    const lineEnd = lineEndAt(text, end);
    if (text[end] === ',') {
      at = end + 1;
      // A comma as the last character of the file ends an empty field.
      if (at < text.length) continue;
      row.push('');
    } else if (lineEnd === undefined) {
      throw invalid(
        text,
        end,
        'a field goes on after its quotes, or has a quote or a carriage return inside',
      );
    } else {
      at = lineEnd;
    }
    const [name = '', hash = '', size = ''] = row;
    if (row.length === 3) rows.push({ name, hash, size });
    else if (row.length > 1 || name !== '')
      throw invalid(text, end, `a row has ${row.length} fields, expected 3`);
    row = [];
  }
  return rows;
}

function decode(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch (error) {
    throw wheelRefused('record-invalid', 'RECORD is not UTF-8', error);
  }
}

function readField(text: string, start: number): { readonly field: string; readonly end: number } {
  const { field, end } = text[start] === '"' ? readQuoted(text, start + 1) : readPlain(text, start);
  if (field.length > MAX_FIELD_LENGTH)
    throw invalid(text, start, `a field is longer than ${MAX_FIELD_LENGTH} characters`);
  return { field, end };
}

function readPlain(text: string, start: number): { readonly field: string; readonly end: number } {
  let end = start;
  while (end < text.length && !'",\r\n'.includes(text.charAt(end))) end += 1;
  return { field: text.slice(start, end), end };
}

function readQuoted(text: string, start: number): { readonly field: string; readonly end: number } {
  let quote = text.indexOf('"', start);
  while (quote !== -1 && text[quote + 1] === '"') quote = text.indexOf('"', quote + 2);
  if (quote === -1) throw invalid(text, start, 'a quoted field does not end');
  return { field: text.slice(start, quote).replaceAll('""', '"'), end: quote + 1 };
}

/** Where the next line begins; absent: no line ends here. */
function lineEndAt(text: string, at: number): number | undefined {
  if (at === text.length) return at;
  if (text[at] === '\n') return at + 1;
  return text[at] === '\r' && text[at + 1] === '\n' ? at + 2 : undefined;
}

function invalid(text: string, at: number, problem: string): Error {
  return wheelRefused(
    'record-invalid',
    `RECORD cannot be read: ${problem}: ${quoted(text.slice(at, at + 40))}`,
  );
}
