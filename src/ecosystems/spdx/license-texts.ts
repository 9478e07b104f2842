import type { KnownText } from './text-index.ts';
import { findContainedTexts, findWholeText, leftOver } from './text-match.ts';
import { findNotices } from './text-notices.ts';
import { isHarmless } from './text-remains.ts';
import { wordsOfText } from './text-words.ts';

/** What the words of a licence file amount to. */
export interface RecognizedText {
  /**
   * `whole`: it is the text or the notice of one licence, of which `expressions` are the ways to mean it. `contains`:
   * these texts are in it, among others or with words that may change them. `unknown`: none is recognised.
   */
  readonly match: 'whole' | 'contains' | 'unknown';
  readonly expressions: readonly string[];
}

/** Words beside a text that do not matter: a heading, names of authors, where to find them. */
const FEW_WORDS = 40;
const FEW_SHARE = 0.1;
/**
 * Recognises a licence text by its words: as a whole by equality, then by nearness; else the texts and notices that it
 * contains. Never guesses: what is left over must not be able to change the licence.
 */
export function recognizeLicenseText(text: string): RecognizedText {
  const words = wordsOfText(text);
  const whole = findWholeText(words);
  if (whole?.isExact === true) return { match: 'whole', expressions: expressionsOf(whole.text) };
  const contained = findContainedTexts(words);
  if (whole !== undefined && contained.length <= 1 && isHarmless(leftOver(words, whole.text))) {
    return { match: 'whole', expressions: expressionsOf(whole.text) };
  }
  const rest = contained.reduceRight<readonly string[]>(
    (left, { start, end }) => left.toSpliced(start, end - start, PARTED),
    words,
  );
  const notices = findNotices(rest);
  const [only, ...more] = contained;
  if (only !== undefined && more.length === 0 && notices.length === 0 && isLittle(rest, words)) {
    return { match: 'whole', expressions: expressionsOf(only.text) };
  }
  const [notice] = notices;
  if (notice !== undefined && contained.length === 0 && notices.length === 1) {
    if (isHarmless(notice.rest)) return { match: 'whole', expressions: notice.expressions };
  }
  const expressions = [
    ...contained.map((match) => containedExpression(match.text, rest)),
    ...notices.map(({ expressions: [first = ''] }) => first),
  ];
  const different = [...new Set(expressions)];
  return { match: different.length === 0 ? 'unknown' : 'contains', expressions: different };
}

/** Stands for a text that was taken out; no text has it. */
const PARTED = '\u{b6}';

function isLittle(rest: readonly string[], words: readonly string[]): boolean {
  const left = rest.filter((word) => word !== PARTED);
  return left.length <= Math.max(FEW_WORDS, FEW_SHARE * words.length) && isHarmless(left);
}

// Which of these is meant, only a notice beside the text says; without one it is the first.
const PREFERRED: ReadonlyMap<string, readonly string[]> = new Map([
  ['MPL-2.0', ['MPL-2.0']],
  ['OFL-1.0', ['OFL-1.0']],
  ['OFL-1.1', ['OFL-1.1']],
]);

function expressionsOf({ ids }: KnownText): readonly string[] {
  const [first = ''] = ids;
  return PREFERRED.get(first) ?? ids;
}

// Where it is among others, who bundled it mostly gives the notice too; else the narrower is taken: it permits less.
function containedExpression(text: KnownText, rest: readonly string[]): string {
  const [first = ''] = expressionsOf(text);
  return first === 'GPL-3.0-only' && rest.join(' ').includes('gcc runtime library exception')
    ? 'GPL-3.0-or-later WITH GCC-exception-3.1'
    : first;
}
