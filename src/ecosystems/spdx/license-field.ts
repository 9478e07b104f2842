import { isGatehouseError } from '../../model/errors.ts';
import { findAliasCandidates } from './aliases.ts';
import { combineCandidates } from './combine.ts';
import { type License, type LicenseExpression, parseLicenseExpression } from './expression.ts';

/** What a free `License` field says. */
export type LicenseFieldReading =
  | { readonly kind: 'candidates'; readonly candidates: readonly LicenseExpression[] }
  /** Nothing: `UNKNOWN`, `Dual License`, `see LICENSE`. */
  | { readonly kind: 'silent' }
  /** A whole licence, pasted. Only a comparison of texts could read it. */
  | { readonly kind: 'text' }
  /** Something that no table knows. */
  | { readonly kind: 'unread' };

const LONGEST_NAME = 200;

// "MIT/Apache-2.0", "MIT, Apache-2.0", "MIT and Apache": nobody says whether one may choose. "or" does say it.
const SEPARATORS = /\s*[/,;|&]\s*|\s+and\s+|\s+or\s+/i;
const VAGUE_SEPARATORS = /[/,;|&]|\sand\s/i;
const DUAL = /^dual[ -]licen[cs]ed?(?:\s+under)?\s*:?\s+/i;

// Names do without punctuation, but "GPL (< 3)" is not version 3. ">=" is: which of the two it is stays open.
const COMPARISON = /(?:[<!~^]|>(?!=)|(?<![<>!~=])=)[=\s]*v?[0-9]/i;

/** The licences that a name may mean; none: it says nothing; absent: the name is not known. */
export type FindNamed = (name: string) => readonly License[] | undefined;

/** Reads a `License` field: as an SPDX expression, as a known name, or as several of these. Never guesses. */
export function readLicenseField(
  text: string,
  findNamed: FindNamed = findAliasCandidates,
): LicenseFieldReading {
  const value = text.trim();
  if (value.length > LONGEST_NAME && /[\r\n]/.test(value)) return { kind: 'text' };
  if (COMPARISON.test(value)) return { kind: 'unread' };
  const candidates = findCandidates(value, findNamed) ?? findSeveral(value, findNamed);
  if (candidates === undefined) return { kind: 'unread' };
  return candidates.length === 0 ? { kind: 'silent' } : { kind: 'candidates', candidates };
}

function findCandidates(
  text: string,
  findNamed: FindNamed,
): readonly LicenseExpression[] | undefined {
  try {
    return [parseLicenseExpression(text)];
  } catch (error) {
    if (isGatehouseError(error, 'invalid-expression')) return findNamed(text);
    throw error;
  }
}

function findSeveral(text: string, findNamed: FindNamed): readonly LicenseExpression[] | undefined {
  const list = text.replace(DUAL, '');
  const parts = list.split(SEPARATORS).map((part) => findCandidates(part, findNamed));
  const known = parts.filter((part) => part !== undefined);
  if (known.length < 2 || known.length < parts.length) return undefined;
  if (known.some((candidates) => candidates.length === 0)) return undefined;
  return combineCandidates(known, VAGUE_SEPARATORS.test(list) ? ['or', 'and'] : ['or']);
}
