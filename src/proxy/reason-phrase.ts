const ASCII_FOR: ReadonlyMap<string, string> = new Map([
  ['\u2018', "'"],
  ['\u2019', "'"],
  ['\u201c', '"'],
  ['\u201d', '"'],
  ['\u2013', '-'],
  ['\u2014', '-'],
  ['\u2192', '->'],
  ['\u2264', '<='],
  ['\u2265', '>='],
  ['\u00d7', 'x'],
  ['\u00df', 'ss'],
]);

/**
 * Makes any text fit for an HTTP reason phrase or header value: one line of printable ASCII. Node throws on a
 * control character or one above U+00FF, which would end the process; pip shows anything but ASCII as mojibake.
 */
export function toReasonPhrase(text: string): string {
  return text
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .replaceAll(/[^ -~]/gu, (character) => ASCII_FOR.get(character) ?? character)
    .normalize('NFKD')
    .replaceAll(/\p{Mn}+/gu, '')
    .replaceAll(/[^ -~]+/gu, '?')
    .trim();
}

/** Cuts a text at a length, and shows that it did. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  return length < 4 ? '' : `${text.slice(0, length - 3).trimEnd()}...`;
}
