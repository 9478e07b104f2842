/** What YAML 1.2's core schema, which editors and other tools use, makes of an unquoted scalar. */
export type CoreType = 'string' | 'number' | 'boolean' | 'null';

const NULL = /^(?:|~|null|Null|NULL)$/;
const BOOLEAN = /^(?:true|True|TRUE|false|False|FALSE)$/;
const NUMBER =
  /^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/** How an unquoted scalar would be read (YAML 1.2, section 10.3.2). */
export function coreTypeOf(text: string): CoreType {
  if (NULL.test(text)) return 'null';
  if (BOOLEAN.test(text)) return 'boolean';
  return NUMBER.test(text) ? 'number' : 'string';
}

/**
 * The value of an unquoted scalar where there is one way to read it: a whole decimal number, `true`, `false`
 * or a text. `null` for all that YAML would change (`3.10`, `0123`, `1e3`, `~`), so that no schema accepts it.
 */
export function plainValueOf(text: string): string | number | boolean | null {
  if (coreTypeOf(text) === 'string') return text;
  if (text === 'true') return true;
  if (text === 'false') return false;
  return /^(?:0|[1-9][0-9]{0,14})$/.test(text) ? Number(text) : null;
}
