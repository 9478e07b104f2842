import type { LicenseText } from '../../model/contents.ts';
import { isGatehouseError } from '../../model/errors.ts';
import type { CoreMetadata } from '../../model/evidence.ts';
import { findClassifierCandidates } from './classifiers.ts';
import { combineCandidates } from './combine.ts';
import { readCondaLicense } from './conda-licenses.ts';
import {
  equalExpressions,
  type License,
  type LicenseExpression,
  licensesOf,
  parseLicense,
  parseLicenseExpression,
} from './expression.ts';
import { isLicenseReference } from './identifiers.ts';
import { type LicenseFieldReading, readLicenseField } from './license-field.ts';
import { isHarmless } from './text-remains.ts';
import { wordsOfText } from './text-words.ts';
import { narrowWorlds, ownTexts, readTexts, type TextReading } from './text-worlds.ts';

/**
 * What core metadata say of the licence: possible worlds, never a guess. One of `worlds` is true if the
 * metadata are honest, and nobody knows which. `evidence` is one line for each field that speaks.
 */
export type LicenseReading = {
  readonly evidence: readonly string[];
  /** Whether there is a licence text of its own, in a file or pasted, and whether it was read. */
  readonly text: 'none' | 'unread' | 'read';
} & LicenseStatement;

type LicenseStatement =
  | {
      readonly kind: 'worlds';
      readonly worlds: readonly LicenseExpression[];
      /** The field, or fields, that said it. */
      readonly origin: string;
    }
  /** Nothing is said. */
  | { readonly kind: 'silent' }
  /** `License-Expression` is not an expression; `problem` says where. */
  | { readonly kind: 'invalid'; readonly problem: string }
  /** `License` and the classifiers exclude each other. */
  | {
      readonly kind: 'conflict';
      readonly field: readonly LicenseExpression[];
      readonly classifiers: readonly LicenseExpression[];
    }
  /** The texts are of other licences than the metadata declare: either may be true. */
  | {
      readonly kind: 'text-conflict';
      readonly declared: readonly LicenseExpression[];
      readonly texts: readonly LicenseExpression[];
      readonly origin: string;
    }
  /** A field says something that no table knows; it may change what the others mean. */
  | { readonly kind: 'unread'; readonly origin: string; readonly value: string };

type ClassifiersReading =
  /** For each classifier that says something, what it may mean. */
  | { readonly kind: 'candidates'; readonly statements: readonly (readonly License[])[] }
  | { readonly kind: 'unread'; readonly value: string };

const PROPRIETARY = parseLicense('LicenseRef-Proprietary');

/**
 * Reads the licence that metadata declare. A `License-Expression` says it alone (PEP 639). Else the `License`
 * field and the classifiers are intersected, where both speak. Texts, where they were read, narrow what is left open,
 * speak where metadata are silent, and are reported where they exclude what is declared.
 */
export function readLicense(
  metadata: CoreMetadata,
  texts?: readonly LicenseText[],
): LicenseReading {
  const field = readField(metadata);
  const declared =
    metadata.licenseExpression === undefined
      ? readLegacy(field, metadata)
      : readExpression(metadata.licenseExpression);
  return {
    ...(texts === undefined ? declared : settle(declared, readTexts(texts), metadata)),
    evidence: evidenceOf(field, metadata, texts),
    text: textState(field, metadata, texts),
  };
}

/**
 * Reads licences that are declared elsewhere than in METADATA, as an SBOM or a bundled distribution has them: each an
 * expression, a name or a classifier. Several that are no classifiers may mean that one may choose, or not.
 */
export function readDeclaredLicenses(
  declared: readonly string[],
  texts: readonly LicenseText[] = [],
): LicenseReading {
  const fields = declared.filter((text) => !text.startsWith('License ::'));
  const metadata = {
    metadataVersion: '2.1',
    name: '',
    version: '0',
    requiresDist: [],
    providesExtra: [],
    ...(fields.length === 0 ? {} : { license: fields.join(', ') }),
    licenseIsLong: false,
    licenseFiles: [],
    licenseClassifiers: declared.filter((text) => text.startsWith('License ::')),
    dynamic: [],
  };
  return readLicense(metadata, texts);
}

function textState(
  field: LicenseFieldReading,
  { licenseFiles }: CoreMetadata,
  texts: readonly LicenseText[] | undefined,
): LicenseReading['text'] {
  if (texts !== undefined && ownTexts(texts).length > 0) return 'read';
  const hasUnread = field.kind === 'text' || (texts === undefined && licenseFiles.length > 0);
  return hasUnread ? 'unread' : 'none';
}

const TEXT_ORIGIN = 'licence texts';

function settle(
  declared: LicenseStatement,
  texts: TextReading,
  { license = '' }: CoreMetadata,
): LicenseStatement {
  if (texts.kind === 'none') return declared;
  // Prose in the License field that cannot change what a text says is as good as none.
  const isProse = declared.kind === 'unread' && declared.origin === 'License';
  if (declared.kind === 'silent' || (isProse && isHarmless(wordsOfText(license)))) {
    return texts.kind === 'worlds' ? { ...texts, origin: TEXT_ORIGIN } : declared;
  }
  if (declared.kind !== 'worlds') return declared;
  const { worlds, origin } = declared;
  const left = narrowWorlds(worlds, texts);
  if (left.length > 0) {
    const by = left.length < worlds.length ? `${origin} and ${TEXT_ORIGIN}` : origin;
    return { kind: 'worlds', worlds: left, origin: by };
  }
  const found = texts.kind === 'worlds' ? texts.worlds : texts.contained;
  return { kind: 'text-conflict', declared: worlds, texts: found, origin };
}

function readExpression(text: string): LicenseStatement {
  try {
    const worlds = [parseLicenseExpression(text)];
    return { kind: 'worlds', worlds, origin: 'License-Expression' };
  } catch (error) {
    if (!isGatehouseError(error, 'invalid-expression')) throw error;
    return { kind: 'invalid', problem: error.message };
  }
}

function readLegacy(field: LicenseFieldReading, metadata: CoreMetadata): LicenseStatement {
  const classifiers = readClassifiers(metadata.licenseClassifiers);
  if (field.kind === 'unread') {
    return { kind: 'unread', origin: 'License', value: quote(metadata.license ?? '') };
  }
  if (classifiers.kind === 'unread') return { ...classifiers, origin: 'classifiers' };
  const { statements } = classifiers;
  if (field.kind !== 'candidates') return combineClassifiers(statements);
  if (statements.length === 0) {
    return { kind: 'worlds', worlds: field.candidates, origin: 'License' };
  }
  const worlds = field.candidates.filter((world) => agrees(world, statements));
  return worlds.length === 0
    ? { kind: 'conflict', field: field.candidates, classifiers: statements.flat() }
    : { kind: 'worlds', worlds, origin: 'License and classifiers' };
}

function readField({ license, licenseIsLong, conda }: CoreMetadata): LicenseFieldReading {
  if (licenseIsLong) return { kind: 'text' };
  if (license === undefined) return { kind: 'silent' };
  return conda === undefined ? readLicenseField(license) : readCondaLicense(license);
}

function readClassifiers(classifiers: readonly string[]): ClassifiersReading {
  const distinct = [...new Set(classifiers)];
  const unknown = distinct.find((text) => findClassifierCandidates(text) === undefined);
  if (unknown !== undefined) return { kind: 'unread', value: quote(unknown) };
  const statements = distinct
    .map((text) => findClassifierCandidates(text) ?? [])
    .filter((candidates) => candidates.length > 0);
  return { kind: 'candidates', statements };
}

// PEP 639: several classifiers have no connective. Any mixture of the two lies between all OR and all AND.
function combineClassifiers(statements: readonly (readonly License[])[]): LicenseStatement {
  if (statements.length === 0) return { kind: 'silent' };
  const worlds = combineCandidates(statements, ['or', 'and']);
  if (worlds !== undefined) return { kind: 'worlds', worlds, origin: 'classifiers' };
  const value = `${statements.length} that may be combined in too many ways`;
  return { kind: 'unread', origin: 'classifiers', value };
}

/** Whether an expression is of the licences that the classifiers name, each of them at least once. */
function agrees(world: LicenseExpression, statements: readonly (readonly License[])[]): boolean {
  const licenses = licensesOf(world);
  return (
    licenses.every((license) => statements.some((candidates) => isAmong(license, candidates))) &&
    statements.every((candidates) => licenses.some((license) => isAmong(license, candidates)))
  );
}

// No classifier can name an exception, and "Other/Proprietary License" and its like leave even the name to the
// License field.
function isAmong({ id, orLater }: License, candidates: readonly License[]): boolean {
  const license: License = { kind: 'license', id, orLater };
  return candidates.some(
    (candidate) =>
      equalExpressions(candidate, license) ||
      (equalExpressions(candidate, PROPRIETARY) && isLicenseReference(id)),
  );
}

const MAXIMUM_EVIDENCE = 10;

function evidenceOf(
  field: LicenseFieldReading,
  metadata: CoreMetadata,
  texts: readonly LicenseText[] | undefined,
): readonly string[] {
  const { licenseExpression, license, licenseClassifiers, licenseFiles } = metadata;
  const text = field.kind === 'text' ? 'a whole text, not read, that begins ' : '';
  const files =
    texts === undefined
      ? licenseFiles.map((path) => `License-File, not read: ${quote(path)}`)
      : ownTexts(texts).map(describeText);
  return [
    ...(licenseExpression === undefined ? [] : [`License-Expression: ${quote(licenseExpression)}`]),
    ...(license === undefined ? [] : [`License: ${text}${quote(license)}`]),
    ...licenseClassifiers.slice(0, MAXIMUM_EVIDENCE).map((name) => `Classifier: ${quote(name)}`),
    ...files.slice(0, MAXIMUM_EVIDENCE),
  ];
}

const MATCHES = {
  whole: 'is the text of',
  contains: 'contains the text of',
  unknown: 'is no text that is known',
} as const;

function describeText({ path, sha256, match, expressions }: LicenseText): string {
  const named =
    expressions.length === 0 ? '' : ` ${expressions.join(match === 'whole' ? ' or ' : ', ')}`;
  return `${quote(path)} (sha256 ${sha256}) ${MATCHES[match]}${named}`;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}
