import type { ProjectName } from '../../model/subject.ts';
import { takeMarker } from './markers.ts';
import type { Marker } from './markers.ts';
import { findProjectName, normaliseExtra } from './names.ts';
import { scan } from './scanner.ts';
import type { Scanner } from './scanner.ts';
import { findSpecifierSet, parseSpecifierSet } from './specifiers.ts';
import type { SpecifierSet } from './specifiers.ts';
import { WHITESPACE } from './whitespace.ts';

/** A dependency specifier of PEP 508: one line of `Requires-Dist`. */
export interface Requirement {
  /** The normal form. */
  readonly text: string;
  readonly name: ProjectName;
  /** Normalised, sorted, each once. */
  readonly extras: readonly string[];
  /** Any version where there is a URL. */
  readonly specifiers: SpecifierSet;
  /** As written, not checked. */
  readonly url?: string;
  readonly marker?: Marker;
}

const SPACE = /[ \t]*/y;
const IDENTIFIER = /[A-Z0-9](?:[A-Z0-9._-]*[A-Z0-9])?/iy;
// A clause of `===` runs up to white space, `;` or `)`, over commas too.
const CLAUSE = new RegExp(
  `===[${WHITESPACE}]*[^${WHITESPACE};)]*|(?:~=|==|!=|<=|>=|<|>)[${WHITESPACE}]*[^${WHITESPACE},;)]+`,
  'y',
);
// Control characters end it: they would reach logs.
const URL_TEXT = /[^\p{Cc} ]+/uy;

const AT = /@/y;
const COMMA = /,/y;
const SEMICOLON = /;/y;
const OPEN = /\(/y;
const CLOSE = /\)/y;
const OPEN_EXTRAS = /\[/y;
const CLOSE_EXTRAS = /\]/y;

const ANY_VERSION = parseSpecifierSet('');

/** Reads a requirement; throws `invalid-requirement`. */
export function parseRequirement(text: string): Requirement {
  const scanner = scan(text, 'requirement');
  scanner.take(SPACE);
  const name = findProjectName(scanner.take(IDENTIFIER) ?? '');
  if (name === undefined) throw scanner.error('a project name');
  scanner.take(SPACE);
  const extras = takeExtras(scanner);
  const url = takeUrl(scanner);
  const specifiers = url === undefined ? takeSpecifiers(scanner) : ANY_VERSION;
  const marker = scanner.take(SEMICOLON) === undefined ? undefined : takeMarker(scanner);
  if (!scanner.atEnd()) throw scanner.error(expectedAtEnd(url, marker));
  const parts = { name, extras, specifiers, ...(url && { url }), ...(marker && { marker }) };
  return { text: normalForm(parts), ...parts };
}

function takeExtras(scanner: Scanner): readonly string[] {
  if (scanner.take(OPEN_EXTRAS) === undefined) return [];
  scanner.take(SPACE);
  const extras = new Set<string>();
  let extra = scanner.take(IDENTIFIER);
  while (extra !== undefined) {
    extras.add(normaliseExtra(extra));
    scanner.take(SPACE);
    extra = scanner.take(COMMA) && takeExtraAfterComma(scanner);
  }
  scanner.expect(CLOSE_EXTRAS, '"," or "]"');
  scanner.take(SPACE);
  return [...extras].toSorted();
}

function takeExtraAfterComma(scanner: Scanner): string {
  scanner.take(SPACE);
  return scanner.expect(IDENTIFIER, 'the name of an extra');
}

function takeUrl(scanner: Scanner): string | undefined {
  if (scanner.take(AT) === undefined) return undefined;
  scanner.take(SPACE);
  const url = scanner.expect(URL_TEXT, 'a URL');
  scanner.take(SPACE);
  return url;
}

/** A comma after the last clause is allowed, as are parentheses around all of them. */
function takeSpecifiers(scanner: Scanner): SpecifierSet {
  const parenthesised = scanner.take(OPEN) !== undefined;
  scanner.take(SPACE);
  const set = findSpecifierSet(takeClauses(scanner));
  if (set === undefined) throw scanner.error('valid version clauses before this place');
  if (parenthesised) scanner.expect(CLOSE, '"," or ")"');
  scanner.take(SPACE);
  return set;
}

function takeClauses(scanner: Scanner): string {
  const clauses: string[] = [];
  let clause = scanner.take(CLAUSE);
  while (clause !== undefined) {
    clauses.push(clause);
    scanner.take(SPACE);
    const comma = scanner.take(COMMA);
    scanner.take(SPACE);
    clause = comma && scanner.take(CLAUSE);
  }
  return clauses.join(',');
}

function expectedAtEnd(url: string | undefined, marker: Marker | undefined): string {
  if (marker !== undefined) return '"and", "or" or the end';
  return url === undefined ? 'version clauses, ";" or the end' : '";" or the end';
}

function normalForm({ name, extras, specifiers, url, marker }: Omit<Requirement, 'text'>): string {
  return [
    name,
    extras.length === 0 ? '' : `[${extras.join(',')}]`,
    specifiers.text,
    url === undefined ? '' : ` @ ${url}`,
    // A URL ends at white space, so the semicolon needs some before it.
    marker === undefined ? '' : ` ; ${marker.text}`,
  ].join('');
}
