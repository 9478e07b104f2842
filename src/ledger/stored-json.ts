import { GatehouseError } from '../model/errors.ts';

/** What a stored text says it is, and the newest format of it that this program reads. */
export interface KnownFormat {
  /** For messages: "a ledger entry". */
  readonly what: string;
  readonly newest: number;
}

/**
 * The value of a stored text, whose member `format` or `v` names its format; not JSON: undefined. Throws
 * `store-too-new` for a newer format than the program knows.
 */
export function parseStored(text: string, known: KnownFormat): unknown {
  const value = parseJson(text);
  const format = formatOf(value);
  if (format <= known.newest) return value;
  throw new GatehouseError(
    'store-too-new',
    `${known.what} has format ${format}, this program reads up to format: ${known.newest}`,
    { hint: 'Use the newer Gatehouse that wrote it.' },
  );
}

/** The value of a stored text; not JSON: undefined. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function formatOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const members = new Map<string, unknown>(Object.entries(value));
  const format = members.get('format') ?? members.get('v');
  return typeof format === 'number' ? format : 0;
}
