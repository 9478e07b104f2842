import { GatehouseError } from '../model/errors.ts';

/**
 * The one text of a value: RFC 8785 for strings, safe integers, booleans, arrays and plain objects. Properties
 * that are undefined are left out; anything else (null, fractions, lone surrogates) throws `wrong-use`.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string' && value.isWellFormed()) return JSON.stringify(value);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return JSON.stringify(value);
  if (typeof value === 'boolean') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) return canonicalObject(value);
  throw new GatehouseError(
    'wrong-use',
    `a value that canonical JSON has no text for: ${typeof value}`,
  );
}

function canonicalObject(value: object): string {
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    // RFC 8785 §3.2.3: by UTF-16 code units, which is how JavaScript compares strings.
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, member]) => `${canonicalJson(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
