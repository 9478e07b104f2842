/**
 * The parts of a version that decide its order. Numbers are decimal digits without leading zeros, because
 * version numbers have no upper bound.
 */
export interface OrderedParts {
  readonly epoch: string;
  readonly release: readonly string[];
  readonly pre: { readonly label: 'a' | 'b' | 'rc'; readonly digits: string } | undefined;
  readonly post: string | undefined;
  readonly dev: string | undefined;
  /** Digits are numbers, the rest is lower-case text. */
  readonly local: readonly string[] | undefined;
}

/**
 * Sort keys: plain string comparison of `whole` is the order of PEP 440, and of `public` that order without
 * local versions. Each key is the one before it with one segment more, so that, say, equal `pre` keys mean
 * the same epoch, release (trailing zeros aside) and pre-release.
 */
export interface VersionOrder {
  readonly release: string;
  readonly pre: string;
  readonly post: string;
  readonly public: string;
  readonly whole: string;
}

/** Ends a sequence: sorts before every digit, letter and number key. */
const END = ' ';
const DEV_ONLY_RANK = '0';
const PRE_RANK = { a: '1', b: '2', rc: '3' } as const;
const NO_PRE_RANK = '4';

export function versionOrder(parts: OrderedParts): VersionOrder {
  const significant = parts.release.findLastIndex((digits) => digits !== '0') + 1;
  const release =
    [parts.epoch, ...parts.release.slice(0, significant)].map(numberKey).join('') + END;
  const pre = release + preKey(parts);
  const post = pre + (parts.post === undefined ? '0' : `1${numberKey(parts.post)}`);
  const publicKey = post + (parts.dev === undefined ? '1' : `0${numberKey(parts.dev)}`);
  return { release, pre, post, public: publicKey, whole: publicKey + localKey(parts.local) };
}

/** With what the release key of a longer release begins, when this one has that many trailing zeros. */
export function longerReleaseKey(order: VersionOrder, trailingZeros: number): string {
  return order.release.slice(0, -END.length) + numberKey('0').repeat(trailingZeros);
}

function preKey({ pre, post, dev }: OrderedParts): string {
  if (pre !== undefined) return PRE_RANK[pre.label] + numberKey(pre.digits);
  return post === undefined && dev !== undefined ? DEV_ONLY_RANK : NO_PRE_RANK;
}

/** Text sorts before numbers, and fewer segments before more. */
function localKey(local: readonly string[] | undefined): string {
  if (local === undefined) return '';
  return local
    .map((segment) => (/^[0-9]+$/.test(segment) ? `1${numberKey(segment)}` : `0${segment}${END}`))
    .join('');
}

/** The count of digits as one character, then the digits: sorts by value, and is a prefix of no other. */
function numberKey(digits: string): string {
  return String.fromCharCode(0x30 + digits.length) + digits;
}
