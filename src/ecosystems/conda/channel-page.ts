import { isGatehouseError } from '../../model/errors.ts';
import type { UpstreamArtifact } from '../../model/record.ts';
import { parseSha256 } from '../../model/sha256.ts';
import type { ArtifactFilename, ProjectName } from '../../model/subject.ts';
import { findCondaFile } from './filenames.ts';
import { findJson, isJsonObject } from './json-value.ts';
import { writeMsgpack } from './msgpack-write.ts';
import { type CondaRecord, findCondaRecord } from './records.ts';
import { recordForShard } from './shard-records.ts';

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

// Beyond this a number is of milliseconds: as seconds it would be after the year 9999.
const LAST_SECOND = 253_402_300_799;

/**
 * The artifact that a record of a channel describes, named `<subdir>/<file>`. Absent where record, file name and folder
 * do not say the same or cannot be read, and for records of CEP 48: nothing that is kept says that they must not be
 * handed out as records that all clients read.
 */
export function findChannelArtifact(
  record: ChannelRecord,
  { project, subdir, baseUrl }: ChannelPlace,
): UpstreamArtifact | undefined {
  const extension = EXTENSIONS[record.group];
  if (extension === undefined || !record.key.endsWith(extension)) return undefined;
  const file = findCondaFile(record.key);
  const json = findJson(record.text);
  const value = isWritable(json) ? findCondaRecord(json) : undefined;
  const filename = `${subdir}/${record.key}`;
  if (file === undefined || value === undefined || !isFilename(filename)) return undefined;
  if (file.name !== project || value.name !== project) return undefined;
  if (value.version !== file.version || value.build !== file.build) return undefined;
  if (value.subdir !== undefined && value.subdir !== subdir) return undefined;
  return {
    filename,
    url: `${baseUrl}${record.key}`,
    ...(value.sha256 !== undefined && { sha256: parseSha256(value.sha256) }),
    ...(value.size !== undefined && { sizeBytes: value.size }),
    ...uploadTime(value),
    repodata: record.text,
  };
}

/** Whether a shard can say the same: what it cannot would stand in one index and not in the other. */
function isWritable(json: unknown): boolean {
  if (!isJsonObject(json)) return false;
  try {
    writeMsgpack(recordForShard(json));
    return true;
  } catch (error) {
    if (isGatehouseError(error)) return false;
    throw error;
  }
}

/** The package name that a key names, whatever its group; absent where it is no file name. */
export function findKeyName({
  group,
  key,
}: Pick<ChannelRecord, 'group' | 'key'>): string | undefined {
  const extension = EXTENSIONS[group] ?? '';
  const stem = key.endsWith(extension) ? key.slice(0, key.length - extension.length) : key;
  // From the right: a dash may be in the name only.
  return /^(.+)-[^-]+-[^-]+$/.exec(stem)?.[1];
}

// What may be in the parts of a file name may be in an artifact's.
function isFilename(text: string): text is ArtifactFilename {
  return text.length <= 255;
}

// CEP 47: the channel's own clock. `timestamp` is whatever the builder says.
function uploadTime({
  indexedTimestamp: at = 0,
}: CondaRecord): Pick<UpstreamArtifact, 'uploadTime'> {
  const ms = at > LAST_SECOND ? at : at * 1000;
  if (at <= 0 || ms > LAST_SECOND * 1000) return {};
  return { uploadTime: new Date(ms).toISOString() };
}
