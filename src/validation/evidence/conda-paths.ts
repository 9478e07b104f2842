import { type JsonObject, isJsonObject } from '../../ecosystems/conda/json-value.ts';
import { condaRefused, quoted } from '../archives/refusals.ts';
import { resolveSymlink } from '../archives/tar-links.ts';
import type { CondaMember } from './conda-archive.ts';

/** An entry of `info/paths.json` (CEP 34). */
export interface CondaPath {
  readonly path: string;
  readonly type: 'hardlink' | 'softlink' | 'directory';
  readonly sha256?: string;
  readonly sizeBytes?: number;
}

/** The content of a file, as its bytes are. */
export interface FileDigest {
  readonly sha256: string;
  readonly sizeBytes: number;
}

const MOST_PLACEHOLDER = 4096;

/** Reads `info/paths.json`, each path once; throws `archive-refused`. */
export function readPaths(json: JsonObject): readonly CondaPath[] {
  const { paths, paths_version: version } = json;
  if (version !== 1 || !Array.isArray(paths))
    throw condaRefused('paths-invalid', 'info/paths.json is not of version 1, or has no paths');
  const read = paths.map(readPath);
  const seen = new Set(read.map(({ path }) => path));
  if (seen.size < read.length)
    throw condaRefused('paths-invalid', 'info/paths.json names a path twice');
  return read;
}

function readPath(json: unknown): CondaPath {
  const { _path: path, path_type: type, sha256, size_in_bytes: sizeBytes } = objectOf(json);
  if (typeof path !== 'string') throw invalid('a path that is no text', path);
  if (type !== 'hardlink' && type !== 'softlink' && type !== 'directory')
    throw invalid('a path of an unknown type', path);
  const isDigest = typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256);
  const isSize = typeof sizeBytes === 'number' && Number.isSafeInteger(sizeBytes) && sizeBytes >= 0;
  if (type === 'hardlink' && !isDigest) throw invalid('a file without a SHA-256', path);
  if (type === 'hardlink' && !isSize) throw invalid('a file without a size', path);
  checkPlaceholder(objectOf(json), path);
  return {
    path,
    type,
    ...(isDigest ? { sha256 } : {}),
    ...(isSize ? { sizeBytes } : {}),
  };
}

/** Clients put the path of the environment in its place, whatever it is: it must be one that text cannot be by chance. */
function checkPlaceholder(json: JsonObject, path: string): void {
  const { prefix_placeholder: placeholder, file_mode: mode } = json;
  const isFile = json['path_type'] === 'hardlink';
  if (mode !== undefined && mode !== null && mode !== 'text' && mode !== 'binary')
    throw invalid('an unknown file_mode', path);
  if (placeholder === undefined || placeholder === null || placeholder === '') return;
  const isSane =
    typeof placeholder === 'string' &&
    placeholder.length >= 3 &&
    placeholder.length <= MOST_PLACEHOLDER &&
    /[/\\]/.test(placeholder) &&
    !/\p{Cc}/u.test(placeholder);
  if (!isSane || !isFile) throw invalid('a prefix_placeholder that is no path', path);
}

function objectOf(json: unknown): JsonObject {
  if (isJsonObject(json)) return json;
  throw condaRefused('paths-invalid', 'info/paths.json has an entry that is no object');
}

function invalid(what: string, path: unknown): Error {
  return condaRefused('paths-invalid', `info/paths.json has ${what}: ${quoted(String(path))}`);
}

type Named = Pick<CondaMember, 'name' | 'kind' | 'linkTarget'>;

/** Compares what is outside `info/` with the paths, both ways: folders need no entry. Throws `archive-refused`. */
export function comparePaths(members: readonly Named[], paths: readonly CondaPath[]): void {
  const listed = new Map(paths.map((entry) => [entry.path, entry] as const));
  for (const { name, kind } of members) {
    const entry = listed.get(name);
    if (entry === undefined && kind !== 'directory')
      throw condaRefused('path-unlisted', `info/paths.json does not list a file: ${quoted(name)}`);
    if (entry !== undefined && entry.type !== TYPES[kind])
      throw condaRefused(
        'path-mismatch',
        `info/paths.json has another type for ${quoted(name)}: ${entry.type}; it is a ${kind}`,
      );
    listed.delete(name);
  }
  const [missing] = listed.keys();
  if (missing !== undefined)
    throw condaRefused(
      'path-missing',
      `info/paths.json lists what is not there: ${quoted(missing)}`,
    );
}

const TYPES = {
  file: 'hardlink',
  hardlink: 'hardlink',
  symlink: 'softlink',
  directory: 'directory',
} as const satisfies Record<CondaMember['kind'], CondaPath['type']>;

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * Compares the digests. Of a symbolic link builders give that of the file behind it, or of nothing where that is no file
 * of the package; clients do not look at it. Throws `archive-refused`.
 */
export function compareDigests(
  members: readonly Named[],
  {
    paths,
    digests,
  }: {
    readonly paths: readonly CondaPath[];
    readonly digests: ReadonlyMap<string, FileDigest>;
  },
): void {
  const byName = new Map(members.map((member) => [member.name, member] as const));
  for (const { path, type, sha256, sizeBytes } of paths) {
    if (type === 'directory') continue;
    const found = digests.get(fileBehind(path, byName) ?? '');
    if (found === undefined) continue;
    const isSize = type === 'softlink' || found.sizeBytes === sizeBytes;
    const isLink = type === 'softlink' && (sha256 === undefined || sha256 === EMPTY);
    if (!isSize || (found.sha256 !== sha256 && !isLink))
      throw condaRefused(
        'path-mismatch',
        `a file is not as info/paths.json has it: ${quoted(path)}; expected ${sizeBytes} bytes of ${sha256}, got ${found.sizeBytes} of ${found.sha256}`,
      );
  }
}

const MOST_LINKS = 40;

/** The name of the file that a member is or stands for; absent: it is none of the package. */
export function fileBehind(path: string, members: ReadonlyMap<string, Named>): string | undefined {
  let name: string | undefined = path;
  for (let links = 0; links < MOST_LINKS && name !== undefined; links += 1) {
    const member: Named | undefined = members.get(name);
    if (member === undefined || member.kind === 'file' || member.kind === 'directory')
      return member?.name;
    const { linkTarget = '' } = member;
    name = member.kind === 'hardlink' ? linkTarget : resolveSymlink(member.name, linkTarget);
  }
  return undefined;
}
