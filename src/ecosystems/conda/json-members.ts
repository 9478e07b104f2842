import type { JsonObject } from './json-value.ts';

export interface MembersFound {
  /** A key that one object has twice: readers differ in which of the two counts. */
  readonly duplicate: string | undefined;
  /** Objects and lists within each other, no further than one beyond `maxDepth`. */
  readonly depth: number;
}

/**
 * Whether it is certain at a glance that a parsed object has no key twice and nothing deep in it: as many keys as
 * colons means that no member was lost, and few brackets nest little. Such bytes in strings make it uncertain.
 */
export function isPlainObject(value: JsonObject, text: string): boolean {
  return (
    occurrences(text, ':') === Object.keys(value).length &&
    occurrences(text, '{') === 1 &&
    occurrences(text, '[') <= PLAIN_LISTS
  );
}

/** A record has two or three lists; so many within each other are still within the limit. */
const PLAIN_LISTS = 4;

function occurrences(text: string, unit: string): number {
  let count = 0;
  for (let at = text.indexOf(unit); at !== -1; at = text.indexOf(unit, at + 1)) count += 1;
  return count;
}

/** Reads a text that is known to be JSON once more, token by token. */
export function inspectMembers(text: string, maxDepth: number): MembersFound {
  // A set for each open object, undefined for each open list.
  const open: (Set<string> | undefined)[] = [];
  let depth = 0;
  let keyNext = false;
  for (let at = 0; at < text.length && depth <= maxDepth; at += 1) {
    const unit = text[at];
    if (unit === '"') {
      const end = stringEnd(text, at);
      const key = keyNext ? text.slice(at, end) : undefined;
      const duplicate = key === undefined ? undefined : findDuplicate(open.at(-1), key);
      if (duplicate !== undefined) return { duplicate, depth };
      keyNext = false;
      at = end - 1;
    } else if (unit === '{' || unit === '[') {
      open.push(unit === '{' ? new Set() : undefined);
      depth = Math.max(depth, open.length);
      keyNext = unit === '{';
    } else if (unit === '}' || unit === ']') {
      open.pop();
      keyNext = false;
    } else if (unit === ',') {
      keyNext = open.at(-1) !== undefined;
    }
  }
  return { duplicate: undefined, depth };
}

/** The key that a string is, if it is among the keys; else it is put there. */
function findDuplicate(keys: Set<string> | undefined, quoted: string): string | undefined {
  const key: string = JSON.parse(quoted);
  if (keys?.has(key) === true) return key;
  keys?.add(key);
  return undefined;
}

/** Where the string that begins at a quote is over. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; ; at += 1) {
    const unit = text[at];
    if (unit === '\\') at += 1;
    else if (unit === '"') return at + 1;
  }
}
