import { constants, zstdCompress } from 'node:zlib';

/**
 * Compresses an index or a shard into one frame that states its size, which conda asks for. Level 1 beats 3 on
 * repodata, since most of it is hashes; 19 is for what is made once.
 */
export async function compressIndex(bytes: Uint8Array, level: number): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const params = {
    [constants.ZSTD_c_compressionLevel]: level,
    [constants.ZSTD_c_checksumFlag]: 1,
  };
  zstdCompress(bytes, { params, pledgedSrcSize: bytes.length }, (error, packed) => {
    if (error === null) resolve(packed);
    else reject(error);
  });
  return promise;
}
