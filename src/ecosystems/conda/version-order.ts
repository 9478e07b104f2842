/**
 * One run of digits or letters as a text whose plain comparison is the order of CEP 33: `dev`, then other letters,
 * then numbers, then `post`.
 */
export type Run = string;

/** What stands between two separators; a component that begins with a letter has a 0 before it. */
export type Component = readonly Run[];

/** What decides the order of a version. Nothing is cut off its end: prefixes tell `1` from `1.0`. */
export interface OrderedVersion {
  /** The epoch, then the components. */
  readonly release: readonly Component[];
  readonly local: readonly Component[];
}

const TEXT = '0';
const NUMBER = '1';
const POST = '2';
const ZERO = `${NUMBER}0`;
const NOTHING: Component = [];

/** Reads what stands between two separators; absent: it is empty or has another character. */
export function findComponent(text: string): Component | undefined {
  if (!/^[a-z0-9_]+$/.test(text)) return undefined;
  const runs = (text.match(/[0-9]+|[a-z_]+/g) ?? []).map(toRun);
  return /^[0-9]/.test(text) ? runs : [ZERO, ...runs];
}

/** Compares the releases, then the local versions; what is missing counts as 0. */
export function compareOrdered(left: OrderedVersion, right: OrderedVersion): -1 | 0 | 1 {
  return compareAll(left.release, right.release) || compareAll(left.local, right.local);
}

/** Whether a version begins as another: of its last component only what is written counts, `1.2` begins `1.2rc1`. */
export function beginsWith(version: OrderedVersion, prefix: OrderedVersion): boolean {
  if (prefix.local.length === 0) return componentsBegin(version.release, prefix.release);
  return (
    compareAll(version.release, prefix.release) === 0 &&
    componentsBegin(version.local, prefix.local)
  );
}

/** A number is the count of its digits as one character, then the digits, so that no length loses precision. */
function toRun(text: string): Run {
  if (text === 'post') return POST;
  // In capitals, as these sort before what other runs can hold.
  if (text === 'dev') return `${TEXT}DEV`;
  if (!/^[0-9]/.test(text)) return TEXT + text;
  const digits = text.replace(/^0+/, '');
  return NUMBER + String.fromCharCode(0x30 + digits.length) + digits;
}

function compareAll(left: readonly Component[], right: readonly Component[]): -1 | 0 | 1 {
  const count = Math.max(left.length, right.length);
  for (let index = 0; index < count; index += 1) {
    const order = compareRuns(left[index] ?? NOTHING, right[index] ?? NOTHING);
    if (order !== 0) return order;
  }
  return 0;
}

function compareRuns(left: Component, right: Component): -1 | 0 | 1 {
  const count = Math.max(left.length, right.length);
  for (let index = 0; index < count; index += 1) {
    const one = left[index] ?? ZERO;
    const other = right[index] ?? ZERO;
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}

function componentsBegin(parts: readonly Component[], prefix: readonly Component[]): boolean {
  const last = prefix.length - 1;
  if (compareAll(parts.slice(0, last), prefix.slice(0, last)) !== 0) return false;
  return runsBegin(parts[last] ?? NOTHING, prefix[last] ?? NOTHING);
}

function runsBegin(runs: Component, prefix: Component): boolean {
  const last = prefix.length - 1;
  if (compareRuns(runs.slice(0, last), prefix.slice(0, last)) !== 0) return false;
  const run = runs[last] ?? ZERO;
  const wanted = prefix[last] ?? ZERO;
  return wanted.startsWith(TEXT) ? run.startsWith(wanted) : run === wanted;
}
