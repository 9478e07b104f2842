import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';

import { isJsonObject, type JsonObject } from '../ecosystems/conda/json-value.ts';
import type { ChannelFile } from '../mirror/channel.ts';

/** A record of a channel with the group that it stands in. */
export interface ChannelRecord {
  readonly group: 'packages' | 'packages.conda';
  readonly key: string;
  /** As upstream has it. */
  readonly bytes: Buffer;
  readonly value: JsonObject;
}

export function channelRecord({ file, repodata }: ChannelFile): ChannelRecord {
  const group = file.endsWith('.conda') ? 'packages.conda' : 'packages';
  const value: unknown = JSON.parse(repodata);
  if (!isJsonObject(value)) throw new TypeError('a record is an object');
  return { group, key: file, bytes: Buffer.from(repodata), value };
}

const zstd = promisify(zstdCompress);

/** Level 1 gives the smallest files here and is the fastest: most of a record is hashes. */
export async function compressZstd(bytes: Uint8Array): Promise<Buffer> {
  return zstd(bytes, {
    params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_contentSizeFlag]: 1 },
    pledgedSrcSize: bytes.length,
  });
}
