import { findLibraryLicenses } from '../../ecosystems/spdx/bundled-libraries.ts';
import {
  type LicenseExpression,
  licensesOf,
  parseLicenseExpression,
} from '../../ecosystems/spdx/expression.ts';
import { familyOf } from '../../ecosystems/spdx/text-worlds.ts';
import { type LicenseReading, readDeclaredLicenses } from '../../ecosystems/spdx/worlds.ts';
import type { BundledComponent, LicenseText } from '../../model/contents.ts';
import { listExpressions } from './license-words.ts';
import { quote } from './subject-words.ts';

/** What the wheel, or a table, says of the licence of a component. */
export interface ComponentLicense {
  readonly kind: 'worlds' | 'conflict' | 'unread' | 'silent';
  readonly worlds: readonly LicenseExpression[];
  /** Who says so, or that nobody does. */
  readonly origin: string;
}

/** Reads the licence of a component; where the wheel and the table exclude each other, either may be right. */
export function readComponentLicense(
  component: BundledComponent,
  texts: readonly LicenseText[],
): ComponentLicense {
  const said = readSaid(component, texts);
  const known = isLibrary(component)
    ? findLibraryLicenses(component.name, component.version)?.map(parseLicenseExpression)
    : undefined;
  if (known === undefined || said.kind === 'unread' || said.kind === 'conflict') return said;
  if (said.kind === 'silent')
    return { kind: 'worlds', worlds: known, origin: 'table of libraries' };
  if (!isNameOf(component) || areKin(said.worlds, known)) return said;
  const origin = `${listExpressions(said.worlds)} in its ${WHERE[component.origin]}, ${listExpressions(known)} in the table of libraries`;
  return { kind: 'conflict', worlds: [...said.worlds, ...known], origin };
}

const WHERE = { library: 'bytes', vendored: 'METADATA', sbom: 'SBOM' } as const;
const SILENT = {
  library: 'no table knows its name',
  vendored: 'its METADATA name no licence',
  sbom: 'the SBOM names no licence',
} as const;

/** What may mean more than this says nothing, and of a thousand components it would take a while to find out. */
const MOST_WORLDS = 64;

function readSaid(component: BundledComponent, texts: readonly LicenseText[]): ComponentLicense {
  const { origin, declared } = component;
  const own = origin === 'vendored' ? textsBeside(component, texts) : [];
  const reading = readDeclaredLicenses(declared, own);
  const worlds = worldsOf(reading);
  const where = WHERE[origin];
  const isTooMany = worlds.length > MOST_WORLDS;
  if (reading.kind === 'worlds' && !isTooMany) return { kind: 'worlds', worlds, origin: where };
  if (worlds.length > 0 && !isTooMany)
    return { kind: 'conflict', worlds, origin: `${where} and texts differ` };
  if (reading.kind === 'silent' && reading.text !== 'unread') {
    return { kind: 'silent', worlds, origin: SILENT[origin] };
  }
  return { kind: 'unread', worlds: [], origin: `${where}: ${quote(declared.join(', '))}` };
}

function worldsOf(reading: LicenseReading): readonly LicenseExpression[] {
  if (reading.kind === 'worlds') return reading.worlds;
  if (reading.kind === 'text-conflict') return [...reading.declared, ...reading.texts];
  return reading.kind === 'conflict' ? [...reading.field, ...reading.classifiers] : [];
}

/** Packages of languages are often named as the library that they wrap. */
function isLibrary({ origin, purl }: BundledComponent): boolean {
  if (origin !== 'sbom') return origin === 'library';
  return purl === undefined || /^pkg:(?:generic|rpm|deb|apk|conan|github)\//i.test(purl);
}

/** In an SBOM, several words may name something that only has to do with the library. */
function isNameOf({ origin, name }: BundledComponent): boolean {
  return origin !== 'sbom' || !/[-\s]/.test(name);
}

function areKin(left: readonly LicenseExpression[], right: readonly LicenseExpression[]): boolean {
  const families = new Set(left.flatMap(licensesOf).map(({ id }) => familyOf(id)));
  return right.flatMap(licensesOf).some(({ id }) => families.has(familyOf(id)));
}

/** The licence texts beside the METADATA of a bundled distribution, as they would lie in a wheel of its own. */
function textsBeside(
  { path }: BundledComponent,
  texts: readonly LicenseText[],
): readonly LicenseText[] {
  return texts.flatMap((text) => {
    const own = pathInDistribution(text.path, path);
    return own === undefined ? [] : [{ ...text, path: own }];
  });
}

/** The path of a file in a bundled distribution whose METADATA lie at a path; absent: it is not of its dist-info. */
export function pathInDistribution(path: string, metadata: string): string | undefined {
  const info = metadata.slice(0, metadata.lastIndexOf('/'));
  return path.startsWith(`${info}/`) ? path.slice(info.lastIndexOf('/') + 1) : undefined;
}
