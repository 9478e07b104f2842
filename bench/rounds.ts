/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('no values to take the median of');
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Standard deviation by mean; of the anchor, it says how quiet the machine was. */
export function variation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return Math.sqrt(square) / mean;
}

/** Measurements by the name of what was measured, in the order of the rounds. */
export type Rounds<Measured> = Readonly<Record<string, readonly Measured[]>>;

/**
 * Measures every leg once in each round, every second round in the opposite order, so that what the machine does
 * meanwhile falls on all of them alike.
 */
export async function interleave<Measured>(
  count: number,
  legs: Readonly<Record<string, (round: number) => Promise<Measured>>>,
): Promise<Rounds<Measured>> {
  const found = new Map<string, Measured[]>(Object.keys(legs).map((name) => [name, []]));
  for (let round = 0; round < count; round += 1) {
    const order = Object.entries(legs);
    for (const [name, measure] of round % 2 === 0 ? order : order.toReversed()) {
      found.get(name)?.push(await measure(round));
      process.stderr.write('.');
    }
  }
  process.stderr.write('\n');
  return Object.fromEntries(found);
}

/** The median over the rounds of what one leg took by what another took in the same round. */
export function medianRatio(values: readonly number[], anchors: readonly number[]): number {
  return median(ratios(values, anchors));
}

/** The same of each round. */
export function ratios(values: readonly number[], anchors: readonly number[]): readonly number[] {
  return values.map((value, round) => value / (anchors[round] ?? Number.NaN));
}
