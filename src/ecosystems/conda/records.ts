import type { ProjectName } from '../../model/subject.ts';
import { isCondaName, isSubdir } from './names.ts';

/** What one record of a channel's repodata says (CEP 34, 36, 44, 45, 47): facts, not judged. */
export interface CondaRecord {
  readonly name: ProjectName;
  readonly version: string;
  readonly build: string;
  readonly buildNumber: number;
  readonly depends: readonly string[];
  readonly constrains: readonly string[];
  readonly subdir?: string;
  /** `python` or `generic`; old channels write `true`, which is read as `generic`. */
  readonly noarch?: string;
  /** When it was built, as its builder says: milliseconds, in old records seconds. */
  readonly timestamp?: number;
  /** When the channel first listed it (CEP 47). */
  readonly indexedTimestamp?: number;
  readonly license?: string;
  readonly licenseFamily?: string;
  /** Lists are joined by spaces, as older channels write them. */
  readonly trackFeatures?: string;
  readonly md5?: string;
  readonly sha256?: string;
  readonly size?: number;
  /** What each extra needs besides (CEP 44). */
  readonly extraDepends?: Readonly<Record<string, readonly string[]>>;
  /** CEP 45. */
  readonly flags?: readonly string[];
  /** CEP 17. */
  readonly pythonSitePackagesPath?: string;
  readonly purls?: readonly string[];
}

/** A record, or in place of one that cannot be read a text that says why, for the log. */
export type RecordOrNote = CondaRecord | { readonly unreadable: string };

/** As `readCondaRecord`; absent where that gives a note. */
export function findCondaRecord(json: unknown): CondaRecord | undefined {
  const record = readCondaRecord(json);
  return 'unreadable' in record ? undefined : record;
}

/**
 * Reads a record. A bad value of a key that only informs is dropped; one that says what the artifact is, what it
 * needs or which bytes it has makes the record unreadable, as it would then be offered to more. Unknown keys are
 * ignored.
 */
export function readCondaRecord(json: unknown): RecordOrNote {
  if (!isObject(json)) return { unreadable: 'expected an object' };
  const { name, version, build, subdir, sha256, md5 } = json;
  const buildNumber = json['build_number'];
  const depends = textsOf(json['depends'] ?? []);
  const constrains = textsOf(json['constrains'] ?? []);
  if (typeof name !== 'string' || !isCondaName(name)) return bad('name');
  if (!isText(version)) return bad('version');
  if (!isText(build)) return bad('build');
  if (!isCount(buildNumber)) return bad('build_number');
  if (depends === undefined || isLong(depends)) return bad('depends');
  if (constrains === undefined) return bad('constrains');
  if (!isAbsentOr(subdir, (text) => isSubdir(text))) return bad('subdir');
  if (!isAbsentOr(sha256, (text) => /^[0-9a-f]{64}$/i.test(text))) return bad('sha256');
  if (!isAbsentOr(md5, (text) => /^[0-9a-f]{32}$/i.test(text))) return bad('md5');
  if (!isNoarch(json['noarch'])) return bad('noarch');
  const needs = extraDependsOf(json['extra_depends']);
  if (needs === 'unreadable' || isLong(Object.values(needs ?? {}).flat()))
    return bad('extra_depends');
  const facts: CondaRecord = { name, version, build, buildNumber, depends, constrains };
  return { ...facts, ...defined({ ...detailsOf(json), extraDepends: needs }) };
}

/** conda takes `Python` for `python`, and moves the files; others do not. */
function isNoarch(value: unknown): boolean {
  const isOld = value === undefined || value === null || typeof value === 'boolean';
  return isOld || value === 'python' || value === 'generic';
}

/** Each judgement reads them all, and no honest record has a sixth of it: `anaconda` has 20 kB. */
const MOST_NEEDS_CHARACTERS = 128 * 1024;

function isLong(texts: readonly string[]): boolean {
  return texts.reduce((sum, text) => sum + text.length, 0) > MOST_NEEDS_CHARACTERS;
}

type Details = { -readonly [Key in keyof CondaRecord]?: CondaRecord[Key] | undefined };

function detailsOf(json: Readonly<Record<string, unknown>>): Details {
  const { noarch, subdir, license, purls, flags, size, timestamp } = json;
  return {
    subdir: textOf(subdir),
    noarch: noarch === true ? 'generic' : textOf(noarch),
    license: textOf(license),
    licenseFamily: textOf(json['license_family']),
    trackFeatures: featuresOf(json['track_features']),
    timestamp: isCount(timestamp) ? timestamp : undefined,
    indexedTimestamp: isCount(json['indexed_timestamp']) ? json['indexed_timestamp'] : undefined,
    md5: textOf(json['md5'])?.toLowerCase(),
    sha256: textOf(json['sha256'])?.toLowerCase(),
    size: isCount(size) ? size : undefined,
    flags: textsOf(flags),
    pythonSitePackagesPath: textOf(json['python_site_packages_path']),
    purls: textsOf(purls),
  };
}

function defined(details: Details): Partial<CondaRecord> {
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));
}

function bad(key: string): RecordOrNote {
  return { unreadable: `"${key}" is missing or not as CEP 34 and 36 have it` };
}

function extraDependsOf(
  value: unknown,
): Readonly<Record<string, readonly string[]>> | undefined | 'unreadable' {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) return 'unreadable';
  const entries: [string, readonly string[]][] = [];
  for (const [extra, needs] of Object.entries(value)) {
    const texts = textsOf(needs);
    if (texts === undefined) return 'unreadable';
    entries.push([extra, texts]);
  }
  return Object.fromEntries(entries);
}

function featuresOf(value: unknown): string | undefined {
  const text = textOf(value) ?? textsOf(value)?.join(' ');
  return text === '' ? undefined : text;
}

function textsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
    ? value
    : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 64;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isAbsentOr(value: unknown, isGood: (text: string) => boolean): boolean {
  return value === undefined || value === null || (typeof value === 'string' && isGood(value));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
