/** The keys that a match spec may have in brackets, as text; lists are kept as what is between their brackets. */
export type MatchKeys = ReadonlyMap<string, string>;

const KEYS: ReadonlySet<string> = new Set([
  'version',
  'build',
  'build_number',
  'channel',
  'subdir',
  'md5',
  'sha256',
  'url',
  'fn',
  'license',
  'license_family',
  'features',
  'track_features',
  // CEP 43, 44 and 45.
  'when',
  'extras',
  'flags',
]);

// A value is quoted, a list in brackets, or a word.
const PAIR = /\s*([a-z0-9_]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|\[([^[\]]*)\]|([^\s,[\]'"=]+))\s*(,|$)/y;

/** Reads what is between the brackets; absent: not pairs, an unknown key, or a key twice. */
export function findMatchKeys(text: string): MatchKeys | undefined {
  const keys = new Map<string, string>();
  if (text.trim() === '') return keys;
  PAIR.lastIndex = 0;
  let more = true;
  while (more) {
    const pair = PAIR.exec(text);
    if (pair === null) return undefined;
    const [, key = '', double, single, list, word, comma] = pair;
    if (!KEYS.has(key) || keys.has(key)) return undefined;
    keys.set(key, double ?? single ?? list ?? word ?? '');
    more = comma === ',';
  }
  return keys;
}

/** The entries of a list such as `[foo, "bar"]`. */
export function listOf(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  return text
    .split(',')
    .map((entry) => entry.trim().replace(/^(["'])(.*)\1$/, '$2'))
    .filter((entry) => entry !== '');
}
