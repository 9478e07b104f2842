import { readShardIndex, SHARD_INDEX_LIMITS } from '../ecosystems/conda/shard-index.ts';
import { GatehouseError } from '../model/errors.ts';
import type { Channel, ChannelFile, Validators } from './channel.ts';
import { spoolRepodata } from './flat-snapshot.ts';
import { collect, locate, located } from './shards.ts';
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
  if (file === 'repodata_shards.msgpack.zst') return await readShards(place, body);
  return await readFlat(place, body, file);
}

async function readShards(
  place: IndexPlace,
  { body, validators }: ChannelFile,
): Promise<SubdirState | 'absent'> {
  const what = `${place.channel.url}${place.subdir}/repodata_shards.msgpack.zst`;
  const bytes = await collect(unzstd(body, { what, limitBytes: SHARD_INDEX_LIMITS.bytes }));
  const index = locate(what, () => readShardIndex(bytes));
  requireSubdir(index.subdir, place, what);
  const subdirUrl = `${place.channel.url}${place.subdir}/`;
  const shardsUrl = findStatedUrl(place.channel, subdirUrl, index.shardsBaseUrl);
  if (shardsUrl === undefined) {
    place.report(elsewhere(what, 'shards_base_url', 'its shards are not used'));
    return 'absent';
  }
  const baseUrl = baseUrlOf(place, index.baseUrl, what);
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
  const snapshot = await spoolRepodata(pieces, place.spool).catch((error: unknown) => {
    throw located(what, error);
  });
  try {
    requireSubdir(snapshot.outline.info['subdir'], place, what);
    const passedOver = snapshot.outline.skipped.filter((key) => key !== 'signatures');
    if (passedOver.length > 0) place.report(notRead(what, passedOver.slice(0, 10).join(', ')));
    if (snapshot.nameless > 0) {
      place.report(notRead(what, `${snapshot.nameless} records whose key is no file name`));
    }
    const baseUrl = baseUrlOf(place, snapshot.outline.info['base_url'], what);
    return flatState(snapshot, { file, validators, baseUrl });
  } catch (error) {
    await snapshot[Symbol.asyncDispose]();
    throw error;
  }
}

function requireSubdir(subdir: unknown, place: IndexPlace, what: string): void {
  if (subdir === undefined || subdir === place.subdir) return;
  throw new GatehouseError(
    'upstream-mismatch',
    `${what}: expected the index of ${place.subdir}, got that of ${JSON.stringify(subdir).slice(0, 80)}`,
  );
}

// The artifacts may be beside the index all the same, as in a copy of a channel; their digests decide.
function baseUrlOf(place: IndexPlace, stated: unknown, what: string): string {
  const subdirUrl = `${place.channel.url}${place.subdir}/`;
  const url = findStatedUrl(place.channel, subdirUrl, stated);
  if (url !== undefined) return url;
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
