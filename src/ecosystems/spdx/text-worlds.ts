import type { LicenseText } from '../../model/contents.ts';
import { combineCandidates } from './combine.ts';
import {
  equalExpressions,
  type LicenseExpression,
  licensesOf,
  parseLicenseExpression,
} from './expression.ts';
import { isOwnLicenseFile } from './license-files.ts';

/** What a project's own licence texts say together. */
export type TextReading =
  /** There is none. */
  | { readonly kind: 'none' }
  /** Each is of one licence: one of these is meant. */
  | { readonly kind: 'worlds'; readonly worlds: readonly LicenseExpression[] }
  /** These are among what they say. */
  | { readonly kind: 'among'; readonly contained: readonly LicenseExpression[] };

/** Reads a project's own texts; those of what it bundles say nothing of its own licence. */
export function readTexts(texts: readonly LicenseText[]): TextReading {
  const own = ownTexts(texts);
  if (own.length === 0) return { kind: 'none' };
  const worlds = own.every(({ match }) => match === 'whole') ? combineTexts(own) : undefined;
  if (worlds !== undefined) return { kind: 'worlds', worlds };
  const contained = own.flatMap(({ expressions }) => expressions.map(parseLicenseExpression));
  return { kind: 'among', contained };
}

/** The texts that speak of the project itself. */
export function ownTexts(texts: readonly LicenseText[]): readonly LicenseText[] {
  return texts.filter(({ path }) => isOwnLicenseFile(path));
}

/** The worlds that the texts leave: those that they are, else those of licences that they name. */
export function narrowWorlds(
  worlds: readonly LicenseExpression[],
  reading: TextReading,
): readonly LicenseExpression[] {
  if (reading.kind === 'none') return worlds;
  if (reading.kind === 'among') {
    const among = reading.contained.flatMap(licensesOf).map(({ id }) => id);
    const named = worlds.filter((world) => licensesOf(world).every(({ id }) => among.includes(id)));
    return named.length === 0 ? worlds : named;
  }
  const same = worlds.filter((world) =>
    reading.worlds.some((text) => equalExpressions(world, text)),
  );
  return same.length > 0 ? same : worlds.filter((world) => isKin(world, reading.worlds));
}

/** Several texts are several licences, and nothing says how they are joined. Equal ones are one. */
function combineTexts(texts: readonly LicenseText[]): readonly LicenseExpression[] | undefined {
  const different = new Map(texts.map(({ expressions }) => [expressions.join('|'), expressions]));
  const statements = [...different.values()].map((list) => list.map(parseLicenseExpression));
  return combineCandidates(statements, ['or', 'and']);
}

/** Whether a text has a licence of the world, or one that its users take for the same. */
function isKin(world: LicenseExpression, texts: readonly LicenseExpression[]): boolean {
  const families = new Set(texts.flatMap(licensesOf).map(({ id }) => familyOf(id)));
  return licensesOf(world).some(({ id }) => families.has(familyOf(id)));
}

// The LGPL is the GPL with permissions added, so that its projects ship either text; Python's licence is a stack that
// the PSF's is the top of.
const FAMILIES: ReadonlyMap<string, string> = new Map([
  ['LGPL-3.0', 'GPL-3.0'],
  ['PSF-2.0', 'Python-2.0'],
  ['Python-2.0.1', 'Python-2.0'],
]);

/** The licence without its version's `-only` or `-or-later`, or the one that its users take for the same. */
export function familyOf(id: string): string {
  const version = id.replace(/-(?:only|or-later)$/, '');
  return FAMILIES.get(version) ?? version;
}
