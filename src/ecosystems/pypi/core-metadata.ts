import { GatehouseError } from '../../model/errors.ts';
import type { CoreMetadata } from '../../model/evidence.ts';
import { parseHeaderFields, type HeaderField } from './header-fields.ts';

/**
 * Reads a METADATA or PKG-INFO file, core metadata 1.0 to 2.x. Throws `invalid-metadata` when it is too large,
 * when its headers could be read in two ways, or when the version of the format, the name or the version is
 * missing. Does not check the values, and does not read the description.
 */
export function parseCoreMetadata(bytes: Uint8Array): CoreMetadata {
  if (bytes.byteLength > MAXIMUM_BYTES) {
    throw refuse(`too large: ${bytes.byteLength} bytes, expected at most ${MAXIMUM_BYTES}`);
  }
  const fields = Map.groupBy(parseHeaderFields(bytes), (field) => field.name);
  const requiresPython = findOnly(fields, 'Requires-Python');
  const licenseExpression = findOnly(fields, 'License-Expression');
  const license = findOnly(fields, 'License');
  const summary = listAll(fields, 'Summary')[0];
  return {
    metadataVersion: parseMetadataVersion(parseOnly(fields, 'Metadata-Version')),
    name: parseOnly(fields, 'Name'),
    version: parseOnly(fields, 'Version'),
    requiresDist: listAll(fields, 'Requires-Dist'),
    ...(requiresPython === undefined ? {} : { requiresPython }),
    providesExtra: listAll(fields, 'Provides-Extra'),
    ...(licenseExpression === undefined ? {} : { licenseExpression }),
    ...(license === undefined ? {} : { license: cut(license) }),
    licenseIsLong: license !== undefined && cut(license) !== license,
    licenseFiles: listAll(fields, 'License-File'),
    licenseClassifiers: listAll(fields, 'Classifier').filter((text) =>
      text.startsWith('License ::'),
    ),
    ...(summary === undefined || summary === '' ? {} : { summary }),
    dynamic: listAll(fields, 'Dynamic'),
  };
}

type Fields = ReadonlyMap<string, readonly HeaderField[]>;

// The largest METADATA of 151 popular wheels has 140 kB.
const MAXIMUM_BYTES = 4 * 1024 * 1024;
const MAXIMUM_LICENSE_CHARACTERS = 4096;

function parseMetadataVersion(text: string): string {
  // A new minor version only adds fields; a new major one may change what the known ones mean.
  if (!/^[12]\.[0-9]{1,3}$/.test(text)) {
    throw refuse(`Metadata-Version not known, expected 1.x or 2.x, got: ${quote(text)}`);
  }
  return text;
}

function parseOnly(fields: Fields, name: string): string {
  const text = findOnly(fields, name);
  if (text === undefined) throw refuse(`${name} is missing`);
  return text;
}

/**
 * The text of a field that may be there once. pip and uv take the first of several, `packaging` takes none; as
 * this one is judged, it is refused unless all say the same.
 */
function findOnly(fields: Fields, name: string): string | undefined {
  const [first, ...others] = fields.get(name.toLowerCase()) ?? [];
  const other = others.find(({ text }) => text !== first?.text);
  if (first !== undefined && other !== undefined) {
    throw refuse(
      `${name} is given on lines ${first.line} and ${other.line}, expected once, got: ${quote(first.text)} and ${quote(other.text)}`,
    );
  }
  return first?.text === '' ? undefined : first?.text;
}

function listAll(fields: Fields, name: string): readonly string[] {
  return (fields.get(name.toLowerCase()) ?? []).map(({ text }) => text);
}

/** The cut may fall inside a surrogate pair, half of which could not be stored as UTF-8. */
function cut(license: string): string {
  return license.length > MAXIMUM_LICENSE_CHARACTERS
    ? license.slice(0, MAXIMUM_LICENSE_CHARACTERS).toWellFormed()
    : license;
}

function refuse(problem: string): GatehouseError {
  return new GatehouseError('invalid-metadata', `core metadata: ${problem}`);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
