import { condaMetadata } from '../../ecosystems/conda/core-metadata.ts';
import { type JsonObject, isJsonObject } from '../../ecosystems/conda/json-value.ts';
import { readCondaRecord } from '../../ecosystems/conda/records.ts';
import type { CoreMetadata } from '../../model/evidence.ts';
import { type CondaRefusal, condaRefused, quoted } from '../archives/refusals.ts';
import { type CondaPath, readPaths } from './conda-paths.ts';
import { isLinkScript } from './inspectors/link-scripts.ts';

/** What clients read of a conda package's `info/`, each file at most once and of one tar file. */
export interface CondaInfo {
  /** Of `info/index.json`. */
  readonly metadata: CoreMetadata;
  /** `name-version-build`, as file names begin. */
  readonly stem: string;
  readonly isNoarchPython: boolean;
  readonly aboutLicense?: string;
  readonly paths: readonly CondaPath[];
}

/** The files of `info/` that decide what is installed, and how. */
export const CORE_FILES = ['index', 'paths', 'about', 'link'].map((name) => `info/${name}.json`);

/** Reads the core files that there are; throws `archive-refused`. */
export function readCondaInfo(files: ReadonlyMap<string, Uint8Array>): CondaInfo {
  const index = readIndex(objectOf(files, 'info/index.json', 'index-invalid'));
  const isNoarchPython = index.metadata.conda?.noarch === 'python';
  if (files.has('info/link.json'))
    checkLink(objectOf(files, 'info/link.json', 'link-invalid'), isNoarchPython);
  const about = files.has('info/about.json')
    ? aboutLicenseOf(objectOf(files, 'info/about.json', 'about-invalid'))
    : undefined;
  return {
    ...index,
    isNoarchPython,
    ...(about === undefined ? {} : { aboutLicense: about }),
    paths: readPaths(objectOf(files, 'info/paths.json', 'paths-invalid')),
  };
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function objectOf(
  files: ReadonlyMap<string, Uint8Array>,
  path: string,
  reason: CondaRefusal,
): JsonObject {
  const bytes = files.get(path);
  if (bytes === undefined)
    throw condaRefused('info-missing', `a conda package has no ${path}, as clients want it`);
  const value = tryJson(bytes);
  if (isJsonObject(value)) return value;
  throw condaRefused(reason, `${path} is no JSON object in UTF-8`);
}

function tryJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(UTF8.decode(bytes));
  } catch {
    return undefined;
  }
}

function readIndex(json: JsonObject): Pick<CondaInfo, 'metadata' | 'stem'> {
  const record = readCondaRecord(json);
  if ('unreadable' in record)
    throw condaRefused('index-invalid', `info/index.json cannot be read: ${record.unreadable}`);
  const { name, version, build, pythonSitePackagesPath: sitePackages } = record;
  // Tools copy what they do not know into repodata, where it would be the channel's own clock (CEP 47).
  if (json['indexed_timestamp'] !== undefined)
    throw condaRefused(
      'index-invalid',
      'info/index.json says when its channel first listed it, which only the channel can know',
    );
  if (sitePackages !== undefined && !isPlainPath(sitePackages))
    throw condaRefused(
      'index-invalid',
      `info/index.json has a python_site_packages_path outside: ${quoted(sitePackages)}`,
    );
  return { metadata: condaMetadata(record), stem: `${name}-${version}-${build}` };
}

function isPlainPath(path: string): boolean {
  const isPlain = path.split('/').every((segment) => !/^\.{0,2}$/.test(segment));
  return isPlain && !/[\\:\p{C}]/u.test(path);
}

const LONGEST_LICENSE = 4096;

/** A list means that all of them hold. */
function aboutLicenseOf({ license }: JsonObject): string | undefined {
  if (typeof license === 'string')
    return license === '' ? undefined : license.slice(0, LONGEST_LICENSE);
  if (!Array.isArray(license) || license.length === 0) return undefined;
  const texts = license.filter((entry) => typeof entry === 'string');
  if (texts.length < license.length)
    throw condaRefused('about-invalid', 'info/about.json has a license that is no text');
  const all = texts.length === 1 ? texts : texts.map((text) => `(${text})`);
  return all.join(' AND ').slice(0, LONGEST_LICENSE);
}

// Clients write module and function into a script as they are.
const ENTRY_POINT =
  /^\s*(?<command>[\w.-]+)\s*=\s*[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*\s*:\s*[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*\s*$/;
// As for wheels: what starts the interpreter itself in a notebook's environment.
const INTERPRETER = /^(?:python|pythonw|pypy)[0-9.]*t?(?:-config)?(?:\.exe)?$/i;
const MOST_ENTRY_POINTS = 1000;

/** CEP 34: what is noarch, and which commands are to be made. */
function checkLink(json: JsonObject, isNoarchPython: boolean): void {
  const noarch = json['noarch'];
  if (noarch === undefined || noarch === null) return;
  if (!isJsonObject(noarch))
    throw condaRefused('link-invalid', 'info/link.json has a noarch that is no object');
  const type = typeof noarch['type'] === 'string' ? noarch['type'].toLowerCase() : '';
  if ((type === 'python') !== isNoarchPython)
    throw condaRefused(
      'link-invalid',
      `info/link.json is of another kind than info/index.json: ${quoted(type)}`,
    );
  const entryPoints = noarch['entry_points'] ?? [];
  if (!Array.isArray(entryPoints) || entryPoints.length > MOST_ENTRY_POINTS)
    throw condaRefused('link-invalid', 'info/link.json has entry_points that are no list');
  for (const entry of entryPoints) {
    const command = typeof entry === 'string' ? ENTRY_POINT.exec(entry)?.groups?.['command'] : '';
    if (command === undefined || /^\.*$/.test(command))
      throw condaRefused(
        'link-invalid',
        `info/link.json has an entry point that is none: ${quoted(JSON.stringify(entry))}`,
      );
    if (isLinkScript(command))
      throw condaRefused(
        'link-invalid',
        `an entry point would be run while it is linked: ${quoted(command)}`,
      );
    if (INTERPRETER.test(command))
      throw condaRefused(
        'link-invalid',
        `an entry point would replace the Python interpreter: ${quoted(command)}`,
      );
  }
}
