import licenses from 'spdx-license-list/full.js';

import { LICENSE_IDENTIFIERS } from './identifiers.ts';
import { wordsOfText } from './text-words.ts';

/** A text of the SPDX list. Licences with the same words (`-only`, `-or-later`) are one text. */
export interface KnownText {
  readonly ids: readonly string[];
  /** How often it has each pair of neighbouring words, by the number of the pair. */
  readonly pairs: ReadonlyMap<number, number>;
  readonly pairCount: number;
}

/** The texts of the SPDX list, ready to be compared with. */
export interface TextIndex {
  readonly texts: readonly KnownText[];
  /** By all its words. */
  readonly exact: ReadonlyMap<string, KnownText>;
  /** For each pair, the texts that have it, each followed by how often. */
  readonly postings: readonly Int32Array[];
  /** The pairs of neighbouring words of a text as numbers; -1: no known text has it. */
  pairsOf(words: readonly string[]): Int32Array;
}

/** Builds the index when it is first asked for, which takes most of a second; later calls are free. */
export function textIndex(): TextIndex {
  built ??= buildIndex();
  return built;
}

let built: TextIndex | undefined;

function buildIndex(): TextIndex {
  const byWords = new Map<string, { readonly ids: string[]; readonly words: readonly string[] }>();
  for (const id of LICENSE_IDENTIFIERS) {
    for (const words of variantsOf(id, licenses[id]?.licenseText ?? '')) {
      const key = words.join(' ');
      const same = byWords.get(key);
      if (same === undefined) byWords.set(key, { ids: [id], words });
      else same.ids.push(id);
    }
  }
  const vocabulary = new Map<string, number>();
  const numbers = new Map<number, number>();
  const texts = [...byWords.values()].map(({ ids, words }): KnownText => {
    const pairs = new Map<number, number>();
    for (const pair of learnPairs(words, { vocabulary, numbers })) {
      pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
    }
    return { ids, pairs, pairCount: Math.max(0, words.length - 1) };
  });
  const postings = Array.from(numbers, (): number[] => []);
  for (const [at, { pairs }] of texts.entries()) {
    for (const [pair, count] of pairs) postings[pair]?.push(at, count);
  }
  const keys = [...byWords.keys()];
  return {
    texts,
    exact: new Map(texts.map((text, at) => [keys[at] ?? '', text] as const)),
    postings: postings.map((posting) => Int32Array.from(posting)),
    pairsOf: (words) => findPairs(words, { vocabulary, numbers }),
  };
}

// What follows the terms (how to apply them) is often left out, and is not part of what is agreed to.
const END_OF_TERMS = /^.*\bend of terms and conditions\b.*$/im;
const FEWEST_WORDS = 12;

function variantsOf(id: string, text: string): readonly (readonly string[])[] {
  const end = END_OF_TERMS.exec(text);
  const short = end === null ? [] : [text.slice(0, end.index + end[0].length)];
  const variants = [text, ...short].map(wordsOfText);
  const other = OTHER_WORDINGS.get(id);
  if (other !== undefined) variants.push(reword(wordsOfText(text), other));
  return variants.filter(({ length }) => length >= FEWEST_WORDS);
}

type Wording = readonly (readonly [RegExp, string])[];

/**
 * How most projects word a licence whose text in the list names somebody. Without it theirs would be nearer to another
 * licence: the usual ISC to 0BSD, which has no condition, and the three clauses "of the author" to BSD-3-Clause-HP.
 */
const OTHER_WORDINGS: ReadonlyMap<string, Wording> = new Map<string, Wording>([
  [
    'ISC',
    [
      [/^isc license /, ''],
      [/\bisc\b/g, 'the author'],
      [/\bmodify and or distribute\b/, 'modify and distribute'],
    ],
  ],
  [
    'BSD-3-Clause',
    [
      [
        /\bneither the name of .* may be used to endorse\b/,
        'the name of the author may not be used to endorse',
      ],
      [/\bby the copyright holders? and contributors\b/, 'by the author'],
      [/\bshall the copyright holder or contributors\b/, 'shall the author'],
    ],
  ],
]);

function reword(words: readonly string[], wording: Wording): readonly string[] {
  const reworded = wording.reduce((text, [from, to]) => text.replace(from, to), words.join(' '));
  return reworded.split(' ');
}

interface Numbers {
  readonly vocabulary: Map<string, number>;
  /** The number of a pair by its two words; dense, so that counters can be arrays. */
  readonly numbers: Map<number, number>;
}

const MOST_WORDS = 1 << 20;

function learnPairs(words: readonly string[], { vocabulary, numbers }: Numbers): Int32Array {
  for (const word of words) {
    if (!vocabulary.has(word)) vocabulary.set(word, vocabulary.size);
  }
  const ids = words.map((word) => vocabulary.get(word) ?? 0);
  return Int32Array.from(ids.slice(1), (second, at) => {
    const pair = (ids[at] ?? 0) * MOST_WORDS + second;
    const number = numbers.get(pair) ?? numbers.size;
    numbers.set(pair, number);
    return number;
  });
}

function findPairs(words: readonly string[], { vocabulary, numbers }: Numbers): Int32Array {
  const ids = words.map((word) => vocabulary.get(word) ?? -1);
  return Int32Array.from(ids.slice(1), (second, at) => {
    const first = ids[at] ?? -1;
    if (first < 0 || second < 0) return -1;
    return numbers.get(first * MOST_WORDS + second) ?? -1;
  });
}
