/** A point in time: milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

/** Gives the current instant; passed in wherever time matters, so that tests and replays set it. */
export type Clock = () => Instant;

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** The earlier of two instants, where absent means never. */
export function earliest(
  left: Instant | undefined,
  right: Instant | undefined,
): Instant | undefined {
  if (left === undefined) return right;
  if (right === undefined) return left;
  return Math.min(left, right);
}
