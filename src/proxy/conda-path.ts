import { isSubdir } from '../ecosystems/conda/names.ts';

/** What an address below `/conda/` names. */
export interface CondaPath {
  readonly channel: string;
  /** Absent: that of the channel itself, `main`. */
  readonly label?: string;
  /** Absent: a file of the channel's own folder, such as `notices.json`. */
  readonly subdir?: string;
  /** Below the folder; `shards/<sha256>.msgpack.zst` has one of its own. */
  readonly file: string;
}

/**
 * Reads the segments behind `/conda/`, decoded (CEP 26): `<channel>[/label/<label>][/<subdir>]/<file>`. A token before
 * the channel is left out, and the channel may stand twice, as `custom_channels` of conda makes it. Absent: nothing
 * has such an address.
 */
export function findCondaPath(segments: readonly string[]): CondaPath | undefined {
  const [channel = '', ...below] = withoutToken(segments);
  if (channel === '') return undefined;
  const rest = below[0] === channel && below.length > 1 ? below.slice(1) : below;
  const { label, rest: behind } = takeLabel(rest);
  const named = label === undefined || label === 'main' ? { channel } : { channel, label };
  const [first = '', ...files] = behind;
  if (!isSubdir(first))
    return files.length === 0 && first !== '' ? { ...named, file: first } : undefined;
  const file = files.join('/');
  const isFile = files.length === 1 || (files.length === 2 && files[0] === SHARDS);
  return isFile && files.every((part) => part !== '')
    ? { ...named, subdir: first, file }
    : undefined;
}

/** The folder of the shards in a subdir. */
export const SHARDS = 'shards';

/** conda puts a token into the address (`/t/<token>/`). Nobody is told apart by it here, and no log may have it. */
function withoutToken(segments: readonly string[]): readonly string[] {
  return segments[0] === 't' && segments.length > 2 ? segments.slice(2) : segments;
}

/** A label may have slashes in it: it ends where a subdir begins, or before the file. */
function takeLabel(segments: readonly string[]): {
  readonly label?: string;
  readonly rest: readonly string[];
} {
  if (segments[0] !== 'label' || segments.length < 3) return { rest: segments };
  const behind = segments.slice(1);
  const end = behind.findIndex((segment, at) => at > 0 && isSubdir(segment));
  const at = end === -1 ? behind.length - 1 : end;
  return { label: behind.slice(0, at).join('/'), rest: behind.slice(at) };
}
