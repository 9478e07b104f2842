import { type KnownText, textIndex, type TextIndex } from './text-index.ts';

/** A known text within another: the words from `start` to before `end` are its. */
export interface TextMatch {
  readonly text: KnownText;
  readonly start: number;
  readonly end: number;
}

/** The known text that another one is. */
export interface WholeText {
  readonly text: KnownText;
  /** All words that count are the same. */
  readonly isExact: boolean;
}

/** How near two texts are is Sørensen–Dice over pairs of neighbouring words, each as often as it occurs. */
const WHOLE = 0.95;
/** The share of a text's pairs that lie together where another text contains it. */
const CONTAINED = 0.93;
/** Shorter ones are found by chance. */
const FEWEST_CONTAINED_PAIRS = 40;
const MOST_CONTAINED = 40;
/** What counts for a text is each pair that is there; each that is missing counts this much against it. */
const MISSING_COSTS = 4;

/** The text that this one is as a whole, or nearly: the nearest. Absent: it is none of them. */
export function findWholeText(words: readonly string[]): WholeText | undefined {
  const index = textIndex();
  const exact = index.exact.get(words.join(' '));
  if (exact !== undefined) return { text: exact, isExact: true };
  const pairs = index.pairsOf(words);
  const [best] = overlapsOf(index, pairs)
    .map(({ text, common }) => ({
      text,
      score: (2 * common) / (text.pairCount + pairs.length),
    }))
    .filter(({ score }) => score >= WHOLE)
    .toSorted((left, right) => right.score - left.score);
  return best && { text: best.text, isExact: false };
}

/** The texts that lie within this one, none within another, in its order. */
export function findContainedTexts(words: readonly string[]): readonly TextMatch[] {
  const index = textIndex();
  const pairs = index.pairsOf(words);
  let candidates = overlapsOf(index, pairs)
    .filter(({ text, common }) => common >= CONTAINED * text.pairCount)
    .filter(({ text }) => text.pairCount >= FEWEST_CONTAINED_PAIRS)
    .flatMap(({ text }) => findDensest(text, pairs) ?? []);
  const found: TextMatch[] = [];
  while (found.length < MOST_CONTAINED) {
    const best = candidates.reduce<Dense | undefined>(better, undefined);
    if (best === undefined) break;
    const { text, start, end } = best;
    found.push({ text, start, end: end + 1 });
    pairs.fill(-1, start, end);
    candidates = candidates.flatMap((dense) =>
      dense.start < end && start < dense.end ? (findDensest(dense.text, pairs) ?? []) : [dense],
    );
  }
  return found.toSorted((left, right) => left.start - right.start);
}

/** As many known pairs in a row as chance does not give. */
const LEAST_RUN = 3;

/** The words that do not come from the text. */
export function leftOver(words: readonly string[], { pairs: known }: KnownText): readonly string[] {
  const pairs = textIndex().pairsOf(words);
  const isCovered = new Uint8Array(words.length);
  let run = 0;
  for (const [at, pair] of pairs.entries()) {
    run = known.has(pair) ? run + 1 : 0;
    if (run >= LEAST_RUN) isCovered.fill(1, at + 1 - run, at + 2);
  }
  return words.filter((_, at) => isCovered[at] !== 1);
}

interface Overlap {
  readonly text: KnownText;
  /** How many pairs both have. */
  readonly common: number;
}

function overlapsOf({ texts, postings }: TextIndex, pairs: Int32Array): readonly Overlap[] {
  const counts = new Map<number, number>();
  for (const pair of pairs) if (pair >= 0) counts.set(pair, (counts.get(pair) ?? 0) + 1);
  const common = new Int32Array(texts.length);
  for (const [pair, count] of counts) {
    const posting = postings[pair] ?? NONE;
    for (let at = 0; at < posting.length; at += 2) {
      const text = posting[at] ?? 0;
      common[text] = (common[text] ?? 0) + Math.min(count, posting[at + 1] ?? 0);
    }
  }
  return texts.map((text, at) => ({ text, common: common[at] ?? 0 }));
}

const NONE = new Int32Array();

interface Dense extends TextMatch {
  readonly worth: number;
}

function better(best: Dense | undefined, other: Dense): Dense {
  return best === undefined || other.worth > best.worth ? other : best;
}

/** Where most of a text's pairs lie within as many pairs as it has, and a tenth more. */
function findDensest(text: KnownText, pairs: Int32Array): Dense | undefined {
  const length = Math.min(pairs.length, Math.ceil(text.pairCount * 1.1));
  const { places, wanted } = placesOf(text, pairs);
  const counts = new Int32Array(wanted.length);
  const most = { common: 0, end: 0 };
  let common = 0;
  for (let at = 0; at < places.length; at += 1) {
    const leaving = places[at - length] ?? -1;
    if (leaving >= 0) {
      const count = counts[leaving] ?? 0;
      if (count <= (wanted[leaving] ?? 0)) common -= 1;
      counts[leaving] = count - 1;
    }
    const place = places[at] ?? -1;
    if (place < 0) continue;
    const count = (counts[place] ?? 0) + 1;
    if (count <= (wanted[place] ?? 0)) common += 1;
    counts[place] = count;
    if (common > most.common) Object.assign(most, { common, end: at + 1 });
  }
  if (most.common < CONTAINED * text.pairCount) return undefined;
  const window = { start: Math.max(0, most.end - length), end: most.end };
  const { start, end } = trim(window, { places, wanted });
  const worth = most.common - MISSING_COSTS * (text.pairCount - most.common);
  return { text, start, end, worth };
}

interface Places {
  /** For each pair, its place in the text's list of pairs; -1: the text does not have it. */
  readonly places: Int32Array;
  /** For each place, how often the text has the pair. */
  readonly wanted: Int32Array;
}

function placesOf(text: KnownText, pairs: Int32Array): Places {
  const order = new Map([...text.pairs.keys()].map((pair, at) => [pair, at] as const));
  return {
    places: pairs.map((pair) => (pair < 0 ? -1 : (order.get(pair) ?? -1))),
    wanted: Int32Array.from(text.pairs.values()),
  };
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** The window without what is at its ends and adds nothing: not of the text, or more often than the text has it. */
function trim({ start, end }: Span, { places, wanted }: Places): Span {
  const counts = new Int32Array(wanted.length);
  for (const place of places.subarray(start, end)) {
    if (place >= 0) counts[place] = (counts[place] ?? 0) + 1;
  }
  function isSpare(at: number): boolean {
    const place = places[at] ?? -1;
    if (place < 0) return true;
    const count = counts[place] ?? 0;
    if (count <= (wanted[place] ?? 0)) return false;
    counts[place] = count - 1;
    return true;
  }
  let from = start;
  let to = end;
  while (from < to && isSpare(from)) from += 1;
  while (to > from && isSpare(to - 1)) to -= 1;
  return { start: from, end: to };
}
