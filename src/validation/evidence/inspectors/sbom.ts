/** One component of an SBOM, as it is written. */
export interface SbomComponent {
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
  readonly declared: readonly string[];
  readonly isOptional?: true;
}

const LONGEST_TEXT = 512;
const MOST_LICENSES = 20;

/**
 * Reads the components of a CycloneDX (1.2 and later) or SPDX (2.x) document in JSON; absent: it is neither. What says
 * of itself that it is no part of the product (`excluded`) and plain files are left out. Values of other types than
 * the standards know count as not said; a name of another type makes the document unreadable.
 */
export function readSbom(bytes: Uint8Array): readonly SbomComponent[] | undefined {
  const document = parseJson(bytes);
  if (!isObject(document)) return undefined;
  if (document['bomFormat'] === 'CycloneDX') return readCycloneDx(document);
  return findText(document['spdxVersion'])?.startsWith('SPDX-2.') === true
    ? readSpdx(document)
    : undefined;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** Components may hold components; a list instead of calls, since nobody limits how deep. */
function readCycloneDx(document: JsonObject): readonly SbomComponent[] | undefined {
  const found: SbomComponent[] = [];
  const open: unknown[] = [document['components'] ?? []];
  for (let list = open.pop(); list !== undefined; list = open.pop()) {
    if (!Array.isArray(list)) return undefined;
    for (const component of list) {
      if (!isObject(component)) return undefined;
      const name = findText(component['name']);
      if (name === undefined) return undefined;
      if (component['components'] !== undefined) open.push(component['components']);
      if (component['scope'] === 'excluded' || component['type'] === 'file') continue;
      found.push({
        ...describe(name, component['version'], component['purl']),
        declared: licensesOf(component['licenses']),
        // CycloneDX: not installed or otherwise accessible by any means.
        ...(component['scope'] === 'optional' ? { isOptional: true } : {}),
      });
    }
  }
  return found;
}

function readSpdx(document: JsonObject): readonly SbomComponent[] | undefined {
  const packages = document['packages'] ?? [];
  if (!Array.isArray(packages)) return undefined;
  const found: SbomComponent[] = [];
  for (const entry of packages) {
    const name = isObject(entry) ? findText(entry['name']) : undefined;
    if (!isObject(entry) || name === undefined) return undefined;
    const declared = [entry['licenseConcluded'], entry['licenseDeclared']]
      .map(findText)
      .find(saysSomething);
    found.push({
      ...describe(name, entry['versionInfo'], findPurl(entry['externalRefs'])),
      declared: declared === undefined ? [] : [declared],
    });
  }
  return found;
}

function findPurl(references: unknown): unknown {
  if (!Array.isArray(references)) return undefined;
  const reference = references.find(
    (candidate) => isObject(candidate) && candidate['referenceType'] === 'purl',
  );
  return isObject(reference) ? reference['referenceLocator'] : undefined;
}

function describe(
  name: string,
  version: unknown,
  purl: unknown,
): Pick<SbomComponent, 'name' | 'version' | 'purl'> {
  const versionText = findText(version);
  const purlText = findText(purl)?.replace(/\?.*$/s, '');
  return {
    name,
    ...(versionText === undefined ? {} : { version: versionText }),
    ...(purlText === undefined ? {} : { purl: purlText }),
  };
}

/** Each is an expression, or a licence with an id or a name. Of more than a few, nobody says how they are joined. */
function licensesOf(licenses: unknown): readonly string[] {
  if (!Array.isArray(licenses)) return [];
  if (licenses.length > MOST_LICENSES) return [`${licenses.length} licenses, which were not read`];
  return licenses.flatMap((choice) => {
    if (!isObject(choice)) return [];
    const license = isObject(choice['license']) ? choice['license'] : {};
    const texts = [choice['expression'], license['id'], license['name']].map(findText);
    return texts.find(saysSomething) ?? [];
  });
}

function saysSomething(text: string | undefined): text is string {
  return text !== undefined && text !== 'NOASSERTION' && text !== 'NONE';
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text that says something, cut where it is longer than any honest one. */
function findText(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  return value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value;
}
