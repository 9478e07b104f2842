import { GatehouseError } from '../../model/errors.ts';

/** One header of an email-like document: the name in lower case, the text, and the line it begins on. */
export interface HeaderField {
  readonly name: string;
  readonly text: string;
  readonly line: number;
}

/**
 * Reads the headers above the first empty line, in their order, as core metadata and WHEEL files use them. What
 * parsers in the field read differently is refused with its line (`invalid-metadata`): Python ends the headers at
 * a line that is none, others skip it; Python breaks lines at a lone carriage return, others do not.
 */
export function parseHeaderFields(bytes: Uint8Array): readonly HeaderField[] {
  const fields: HeaderField[] = [];
  let open: { readonly name: string; readonly line: number; readonly rows: string[] } | undefined;
  for (const { text, line } of headerLines(bytes)) {
    if (/^[ \t]/.test(text)) {
      if (open === undefined) throw refuse(line, 'a folded line without a header above it', text);
      open.rows.push(text);
      continue;
    }
    const name = /^([!-9;-~]+):/.exec(text)?.[1];
    if (name === undefined)
      throw refuse(line, 'expected "Name: value", a folded or an empty line', text);
    if (open !== undefined) fields.push(closeField(open));
    open = { name: name.toLowerCase(), line, rows: [text.slice(name.length + 1)] };
  }
  return open === undefined ? fields : [...fields, closeField(open)];
}

/** One character a byte, so that line breaks are found before any text is decoded. */
function* headerLines(
  bytes: Uint8Array,
): Generator<{ readonly text: string; readonly line: number }> {
  const document = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  let line = 1;
  for (let start = 0; start < document.length; line += 1) {
    const newline = document.indexOf('\n', start);
    const end = newline === -1 ? document.length : newline;
    const text = document.slice(
      start,
      newline > start && document[end - 1] === '\r' ? end - 1 : end,
    );
    if (text === '') return;
    if (text.includes('\r')) throw refuse(line, 'a carriage return inside a line', text);
    yield { text, line };
    start = end + 1;
  }
}

function closeField(open: {
  readonly name: string;
  readonly line: number;
  readonly rows: readonly string[];
}): HeaderField {
  return { name: open.name, line: open.line, text: decode(trimBlanks(open.rows.join('\n'))) };
}

/** Files from before Metadata-Version 2.1 fixed UTF-8 may hold anything, and Latin-1 reads anything. */
function decode(binary: string): string {
  if (!/[^\0-\x7f]/.test(binary)) return binary;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      Buffer.from(binary, 'latin1'),
    );
  } catch {
    return binary;
  }
}

/** Without the blanks and line ends around it, counted by hand: a pattern would take square time. */
function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text[start])) start += 1;
  while (end > start && isBlank(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\n';
}

function refuse(line: number, problem: string, text: string): GatehouseError {
  return new GatehouseError(
    'invalid-metadata',
    `line ${line} of the metadata: ${problem}: ${JSON.stringify(text.slice(0, 80))}`,
    { data: { line } },
  );
}
