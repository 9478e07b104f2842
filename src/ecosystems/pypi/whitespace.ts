/**
 * What Python's `str.isspace` and `\s` call white space, as the inside of a character class. JavaScript's
 * `\s` differs: it lacks U+001C to U+001F and U+0085, and has U+FEFF.
 */
export const WHITESPACE =
  '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const SPACE = new RegExp(`[${WHITESPACE}]`);

/** Cuts white space from both ends, as Python's `str.strip` does. */
export function strip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && SPACE.test(text.charAt(start))) start += 1;
  while (end > start && SPACE.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}
