import { GatehouseError } from '../model/errors.ts';
import type { Channel, ChannelFile, Validators } from './channel.ts';
import { spoolRepodata } from './flat-snapshot.ts';
import { parseShardIndex } from './shard-index.ts';
import { collect } from './shards.ts';
import {
  findStatedUrl,
  flatState,
  type IndexFile,
  shardsState,
  type SubdirState,
} from './subdir-state.ts';
import { unzstd } from './unzstd.ts';

const MIB = 1024 * 1024;

const PACKED_BYTES: Readonly<Record<IndexFile, number>> = {
  'repodata_shards.msgpack.zst': 100 * MIB,
  'repodata.json.zst': 1024 * MIB,
  'repodata.json': 4096 * MIB,
};

// What other readers take at most of an index of shards; a repodata.json has the limits of its slicer.
const SHARD_INDEX_BYTES = 128 * MIB;

export interface IndexPlace {
  readonly channel: Channel;
  readonly subdir: string;
  /** Local folder for copies. */
  readonly spool: string;
  /** Is told what is left out, or refused, of an index that is used all the same. */
  readonly report: (error: GatehouseError) => void;
}

export interface IndexRequest {
  readonly file: IndexFile;
  readonly known: Validators | undefined;
  readonly signal: AbortSignal;
}

/**
 * Asks once for one of a subdir's index files and reads it. `absent`: it is not there, or is one of shards that are on
 * another host. Throws as `Ask` does, `upstream-mismatch` and `invalid-page`.
 */
export async function askSubdirIndex(
  place: IndexPlace,
  { file, known, signal }: IndexRequest,
): Promise<SubdirState | 'unchanged' | 'absent'> {
  const answer = await place.channel.ask({
    url: `${place.channel.url}${place.subdir}/${file}`,
    limitBytes: PACKED_BYTES[file],
    isOptional: file !== 'repodata.json',
    signal,
    ...(known !== undefined && { known }),
  });
  if (answer.kind !== 'file') return answer.kind;
  await using body = answer;
  if (file === 'repodata_shards.msgpack.zst') return await readShardIndex(place, body);
  return await readFlat(place, body, file);
}

async function readShardIndex(
  place: IndexPlace,
  { body, validators }: ChannelFile,
): Promise<SubdirState | 'absent'> {
  const what = `${place.channel.url}${place.subdir}/repodata_shards.msgpack.zst`;
  const index = parseShardIndex(
    await collect(unzstd(body, { what, limitBytes: SHARD_INDEX_BYTES })),
    what,
  );
  requireSubdir(index.info, place, what);
  const subdirUrl = `${place.channel.url}${place.subdir}/`;
  const shardsUrl = findStatedUrl(place.channel, subdirUrl, {
    info: index.info,
    key: 'shards_base_url',
  });
  if (shardsUrl === undefined) {
    place.report(elsewhere(what, 'shards_base_url', 'its shards are not used'));
    return 'absent';
  }
  const baseUrl = baseUrlOf(place, index.info, what);
  return shardsState(index, { channel: place.channel, validators, baseUrl, shardsUrl });
}

async function readFlat(
  place: IndexPlace,
  { body, validators }: ChannelFile,
  file: IndexFile,
): Promise<SubdirState> {
  const what = `${place.channel.url}${place.subdir}/${file}`;
  const pieces =
    file === 'repodata.json.zst'
      ? unzstd(body, { what, limitBytes: PACKED_BYTES['repodata.json'] })
      : body;
  const snapshot = await spoolRepodata(pieces, place.spool);
  try {
    requireSubdir(snapshot.outline.info, place, what);
    const passedOver = snapshot.outline.skipped.filter((key) => key !== 'signatures');
    if (passedOver.length > 0) place.report(notRead(what, passedOver.slice(0, 10).join(', ')));
    if (snapshot.nameless > 0) {
      place.report(notRead(what, `${snapshot.nameless} records whose key is no file name`));
    }
    const baseUrl = baseUrlOf(place, snapshot.outline.info, what);
    return flatState(snapshot, { file, validators, baseUrl });
  } catch (error) {
    await snapshot[Symbol.asyncDispose]();
    throw error;
  }
}

type Info = Readonly<Record<string, unknown>>;

function requireSubdir({ subdir }: Info, place: IndexPlace, what: string): void {
  if (subdir === undefined || subdir === place.subdir) return;
  throw new GatehouseError(
    'upstream-mismatch',
    `${what}: expected the index of ${place.subdir}, got that of ${JSON.stringify(subdir).slice(0, 80)}`,
  );
}

// The artifacts may be beside the index all the same, as in a copy of a channel; their digests decide.
function baseUrlOf(place: IndexPlace, info: Info, what: string): string {
  const subdirUrl = `${place.channel.url}${place.subdir}/`;
  const stated = findStatedUrl(place.channel, subdirUrl, { info, key: 'base_url' });
  if (stated !== undefined) return stated;
  place.report(elsewhere(what, 'base_url', 'artifacts are looked for beside the index'));
  return subdirUrl;
}

function elsewhere(what: string, key: string, then: string): GatehouseError {
  return new GatehouseError(
    'upstream-refused',
    `${what}: info.${key} is not on the channel's own host: ${then}`,
  );
}

function notRead(what: string, keys: string): GatehouseError {
  return new GatehouseError('upstream-mismatch', `${what}: passed over: ${keys}`);
}
