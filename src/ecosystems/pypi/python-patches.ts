/** Above every patch level that a minor version of Python has had. */
const HIGHEST_PATCH = 30;
/** Longer numbers name no patch level of any Python. */
const MAX_DIGITS = 9;

/**
 * The patch levels to try where a text (specifiers, marker strings) speaks about a Python version of which
 * only the minor is known: the usual ones, and each number in the text with its neighbours.
 */
export function patchLevels(text: string): ReadonlySet<number> {
  const levels = new Set(Array.from({ length: HIGHEST_PATCH + 1 }, (_, level) => level));
  for (const [digits] of text.matchAll(/[0-9]+/g)) {
    if (digits.length > MAX_DIGITS) continue;
    const level = Number(digits);
    levels
      .add(Math.max(level - 1, 0))
      .add(level)
      .add(level + 1);
  }
  return levels;
}
