import { clauseHolds, findClause } from './version-clauses.ts';
import type { VersionClause } from './version-clauses.ts';
import type { CondaVersion } from './versions.ts';

/** Which versions are wanted (CEP 29): clauses, joined by `,` (all) and `|` (one of them). */
export type VersionSpec =
  | VersionClause
  | { readonly kind: 'all'; readonly of: readonly VersionSpec[] }
  | { readonly kind: 'either'; readonly of: readonly VersionSpec[] };

const MAX_SPEC_LENGTH = 1024;
const DEEPEST = 16;

/**
 * Reads a version spec; absent: it is none. What clients read in different ways, and every regular expression, is of
 * kind `unsupported`.
 */
export function findVersionSpec(text: string): VersionSpec | undefined {
  if (text.length > MAX_SPEC_LENGTH) return undefined;
  const tokens = text
    .split(/([(),|])/)
    .map((token) => token.trim())
    .filter((token) => token !== '');
  const reader: Reader = { tokens, at: 0 };
  const spec = takeEither(reader, 0);
  return reader.at === tokens.length ? spec : undefined;
}

/** Whether a version is wanted; undefined: that hangs on an unsupported clause. */
export function matchesVersion(spec: VersionSpec, version: CondaVersion): boolean | undefined {
  if (spec.kind !== 'all' && spec.kind !== 'either') return clauseHolds(spec, version);
  const answers = spec.of.map((part) => matchesVersion(part, version));
  if (spec.kind === 'all') return every(answers);
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

/** Whether all of it is so; one false decides, whatever is not known. */
export function every(answers: readonly (boolean | undefined)[]): boolean | undefined {
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

interface Reader {
  readonly tokens: readonly string[];
  at: number;
}

function takeEither(reader: Reader, depth: number): VersionSpec | undefined {
  return takeJoined(reader, '|', () => takeJoined(reader, ',', () => takePart(reader, depth)));
}

function takeJoined(
  reader: Reader,
  separator: '|' | ',',
  takeOne: () => VersionSpec | undefined,
): VersionSpec | undefined {
  const parts: VersionSpec[] = [];
  do {
    const part = takeOne();
    if (part === undefined) return undefined;
    parts.push(part);
  } while (takeToken(reader, separator));
  const [first] = parts;
  if (parts.length === 1) return first;
  return { kind: separator === '|' ? 'either' : 'all', of: parts };
}

function takePart(reader: Reader, depth: number): VersionSpec | undefined {
  if (takeToken(reader, '(')) {
    const inner = depth < DEEPEST ? takeEither(reader, depth + 1) : undefined;
    return takeToken(reader, ')') ? inner : undefined;
  }
  const clause = findClause(reader.tokens[reader.at] ?? '');
  reader.at += 1;
  return clause;
}

function takeToken(reader: Reader, token: string): boolean {
  if (reader.tokens[reader.at] !== token) return false;
  reader.at += 1;
  return true;
}
