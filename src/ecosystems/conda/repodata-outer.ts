import { OPEN_LIST, OPEN_OBJECT } from './json-scan.ts';
import { skipJson } from './json-skip.ts';
import { isJsonObject } from './json-value.ts';
import { keySet } from './key-set.ts';
import {
  enter,
  refusedAt,
  textOf,
  valueOf,
  type Progress,
  type Window,
} from './repodata-cursor.ts';
import { boundedEnd, DEPTHS, inspectValue, type Member } from './repodata-values.ts';

/** A member of the top level or of `v3`: enters a group, reads a value, or begins to pass over what is not known. */
export function takeOuterMember(
  progress: Progress,
  window: Window,
  { key, keyAt, start }: Member,
): number | undefined {
  const inV3 = progress.level === 'v3';
  const id = `${progress.level}/${key}`;
  if (progress.outerKeys.has(id)) {
    const message = `a key comes twice: ${JSON.stringify(key)}`;
    throw refusedAt(window, keyAt, 'duplicate-key', message);
  }
  const next = inV3
    ? takeV3(progress, window, { key, keyAt, start })
    : takeTop(progress, window, { key, keyAt, start });
  // Only now: what needs more bytes begins again at the key.
  if (next === undefined) return undefined;
  progress.outerKeys.add(id);
  if (progress.outerKeys.size > progress.limits.outerKeys) {
    throw refusedAt(window, keyAt, 'too-many-keys', 'too many keys outside of the records');
  }
  return next;
}

/** The groups of CEP 48. */
const GROUPS_V3 = new Set(['conda', 'tar.bz2', 'whl']);

function takeV3(progress: Progress, window: Window, member: Member): number | undefined {
  const group = `v3.${member.key}`;
  if (!GROUPS_V3.has(member.key)) return beginSkip(progress, window, group, member.start);
  expectObject(window, member);
  progress.names = keySet(progress.salt);
  enter(progress, 'v3-group', group);
  return member.start + 1;
}

function takeTop(progress: Progress, window: Window, member: Member): number | undefined {
  const { key, start } = member;
  switch (key) {
    case 'packages':
    case 'packages.conda':
      expectObject(window, member);
      progress.names = progress.flatNames;
      enter(progress, 'group', key);
      return start + 1;
    case 'v3':
      expectObject(window, member);
      enter(progress, 'v3', key);
      return start + 1;
    case 'info':
    case 'removed':
    case 'repodata_version':
      return takeValue(progress, window, member);
    default:
      return beginSkip(progress, window, key, start);
  }
}

function expectObject(window: Window, { key, start }: Member): void {
  if (window.bytes[start] !== OPEN_OBJECT) {
    throw refusedAt(window, start, 'wrong-type', `expected an object: ${JSON.stringify(key)}`);
  }
}

/** A value that is read whole. */
function takeValue(progress: Progress, window: Window, { key, start }: Member): number | undefined {
  const { removedBytes, valueBytes } = progress.limits;
  const end = boundedEnd(window, start, key === 'removed' ? removedBytes : valueBytes);
  if (end === undefined) return undefined;
  const value = valueOf(window, start, end);
  inspectValue(progress, window, start, textOf(window, start, end));
  if (key === 'info' && isJsonObject(value)) progress.info = value;
  else if (key === 'removed' && isNames(value)) progress.removed = value;
  else if (key === 'repodata_version' && Number.isSafeInteger(value)) {
    progress.repodataVersion = Number(value);
  } else {
    throw refusedAt(window, start, 'wrong-type', `not what it should be: ${JSON.stringify(key)}`);
  }
  progress.expecting = 'next';
  return end;
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

/** A list or an object may be of any length; anything else is read like a value that counts. */
function beginSkip(
  progress: Progress,
  window: Window,
  name: string,
  start: number,
): number | undefined {
  const first = window.bytes[start];
  if (first === OPEN_OBJECT || first === OPEN_LIST) {
    progress.skip = skipJson(progress.limits.depth - DEPTHS[progress.level]);
    progress.skipped.push(name);
    return start;
  }
  const end = boundedEnd(window, start, progress.limits.valueBytes);
  if (end === undefined) return undefined;
  valueOf(window, start, end);
  progress.skipped.push(name);
  progress.expecting = 'next';
  return end;
}

/** Goes on with what is passed over. */
export function passOver(progress: Progress, window: Window, start: number): number {
  const { skip, limits } = progress;
  if (skip === undefined) return start;
  const { at, done, deepest, unbalanced } = skip.pass(window.bytes, start);
  if (unbalanced) throw refusedAt(window, at, 'not-json', 'a bracket closes what is not open');
  if (deepest > limits.depth - DEPTHS[progress.level]) {
    throw refusedAt(window, at, 'too-deep', `deeper than ${limits.depth}`);
  }
  if (done) {
    progress.skip = undefined;
    progress.expecting = 'next';
  }
  return at;
}
