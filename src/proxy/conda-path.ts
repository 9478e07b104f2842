import { isLabel, isSubdir } from '../ecosystems/conda/names.ts';
import { SHARDS } from './conda-shards.ts';

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
  const [channel = '', ...rest] = withoutToken(segments);
  const { folder, subdir, file } = splitFile(rest);
  const isTwice = folder[0] === channel && (folder.length === 1 || folder[1] === 'label');
  const label = labelOf(isTwice ? folder.slice(1) : folder);
  if (channel === '' || file === '' || label === undefined) return undefined;
  return {
    channel,
    ...(label === 'main' ? {} : { label }),
    ...(subdir === undefined ? {} : { subdir }),
    file,
  };
}

/** conda puts a token into the address (`/t/<token>/`). Nobody is told apart by it here, and no log may have it. */
function withoutToken(segments: readonly string[]): readonly string[] {
  return segments[0] === 't' && segments.length > 2 ? segments.slice(2) : segments;
}

interface SplitFile {
  /** Of the channel or the label. */
  readonly folder: readonly string[];
  readonly subdir?: string;
  readonly file: string;
}

/** From the end: channels and labels may have parts that look as a subdir does, what is below a subdir does not. */
function splitFile(segments: readonly string[]): SplitFile {
  const [file = ''] = segments.slice(-1);
  const isShard = segments.at(-2) === SHARDS && file !== '';
  const at = segments.length - (isShard ? 3 : 2);
  const subdir = segments[at];
  return subdir !== undefined && isSubdir(subdir)
    ? { folder: segments.slice(0, at), subdir, file: isShard ? `${SHARDS}/${file}` : file }
    : { folder: segments.slice(0, -1), file };
}

/** A label may have slashes in it. Absent: the folder is neither the channel's nor one of its labels. */
function labelOf(folder: readonly string[]): string | undefined {
  if (folder.length === 0) return 'main';
  const label = folder.slice(1).join('/');
  return folder[0] === 'label' && isLabel(label) ? label : undefined;
}
