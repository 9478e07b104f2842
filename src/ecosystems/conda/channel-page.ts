import type { UpstreamArtifact } from '../../model/record.ts';
import { isSha256 } from '../../model/sha256.ts';
import type { ArtifactFilename, ProjectName } from '../../model/subject.ts';
import { findJson, isJsonObject, type JsonObject } from './json-value.ts';

/** One record of a subdir as the channel has it. */
export interface ChannelRecord {
  readonly group: string;
  /** The key: a file name, in a group of CEP 48 without its extension. */
  readonly key: string;
  /** The JSON text of the record. */
  readonly text: string;
}

export interface ChannelPlace {
  readonly project: ProjectName;
  readonly subdir: string;
  /** Absolute URL of the folder with the artifacts, with a slash at the end. */
  readonly baseUrl: string;
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  packages: '.tar.bz2',
  'packages.conda': '.conda',
};

// CEP 26; a tilde is in no name that a channel may have, but in some that were made before.
const FILE = /^[A-Za-z0-9_][A-Za-z0-9_.+!~-]{0,210}$/;

// Beyond this a number is of milliseconds: as seconds it would be after the year 9999.
const LAST_SECOND = 253_402_300_799;

/**
 * The artifact that a record of a channel describes, named `<subdir>/<file>`. Absent where record, file name and folder
 * do not say the same, where the name is one of virtual packages (`__`), and for records of CEP 48: nothing that is
 * kept says that they must not be handed out as records that all clients read.
 */
export function findChannelArtifact(
  record: ChannelRecord,
  { project, subdir, baseUrl }: ChannelPlace,
): UpstreamArtifact | undefined {
  const extension = EXTENSIONS[record.group];
  const value = findJson(record.text);
  if (extension === undefined || !record.key.endsWith(extension) || !isJsonObject(value)) {
    return undefined;
  }
  const parts = splitFile(record.key.slice(0, -extension.length));
  const filename = `${subdir}/${record.key}`;
  if (parts?.name !== project || project.startsWith('__') || !isFilename(filename, record.key)) {
    return undefined;
  }
  if (value['name'] !== parts.name || value['version'] !== parts.version) return undefined;
  if (value['build'] !== parts.build) return undefined;
  if (value['subdir'] !== undefined && value['subdir'] !== subdir) return undefined;
  return {
    filename,
    url: `${baseUrl}${record.key}`,
    ...digest(value),
    ...size(value),
    ...uploadTime(value),
    repodata: record.text,
  };
}

/** The package name that a key names, whatever its group; absent where it is no file name. */
export function findKeyName({ group, key }: Pick<ChannelRecord, 'group' | 'key'>) {
  const extension = EXTENSIONS[group] ?? '';
  return splitFile(key.endsWith(extension) ? key.slice(0, key.length - extension.length) : key)
    ?.name;
}

// From the right: a dash may be in the name only.
function splitFile(stem: string) {
  const [, name, version, build] = /^(.+)-([^-]+)-([^-]+)$/.exec(stem) ?? [];
  if (name === undefined || version === undefined || build === undefined) return undefined;
  return { name, version, build };
}

function isFilename(text: string, file: string): text is ArtifactFilename {
  return FILE.test(file) && text.length <= 255;
}

function digest({ sha256 }: JsonObject): Pick<UpstreamArtifact, 'sha256'> {
  const lower = typeof sha256 === 'string' ? sha256.toLowerCase() : '';
  return isSha256(lower) ? { sha256: lower } : {};
}

function size({ size: bytes }: JsonObject): Pick<UpstreamArtifact, 'sizeBytes'> {
  const isSize = typeof bytes === 'number' && Number.isSafeInteger(bytes) && bytes >= 0;
  return isSize ? { sizeBytes: bytes } : {};
}

// CEP 47: the channel's own clock. `timestamp` is whatever the builder says.
function uploadTime({ indexed_timestamp: at }: JsonObject): Pick<UpstreamArtifact, 'uploadTime'> {
  if (typeof at !== 'number' || !Number.isSafeInteger(at) || at <= 0) return {};
  const ms = at > LAST_SECOND ? at : at * 1000;
  return ms > LAST_SECOND * 1000 ? {} : { uploadTime: new Date(ms).toISOString() };
}
