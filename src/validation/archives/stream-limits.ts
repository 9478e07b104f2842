/** What a compressed stream may become. */
export interface StreamLimits {
  readonly unpackedBytes: number;
  /** Unpacked bytes for each packed byte, once the unpacked bytes exceed `ratioFromBytes`. */
  readonly ratio: number;
  readonly ratioFromBytes: number;
}

/** How much was read and made so far. */
export interface StreamSizes {
  readonly packedBytes: number;
  readonly unpackedBytes: number;
}

const MIB = 1024 * 1024;

/** Those of a package: a shard index or a shard has far smaller ones. */
export const STREAM_LIMITS: StreamLimits = {
  unpackedBytes: 64 * 1024 * MIB,
  ratio: 200,
  ratioFromBytes: 64 * MIB,
};

/** Which limit a stream has gone beyond. */
export function findExcess(
  { packedBytes, unpackedBytes }: StreamSizes,
  limits: StreamLimits,
): { readonly reason: 'too-large' | 'ratio'; readonly message: string } | undefined {
  if (unpackedBytes > limits.unpackedBytes) {
    const message = `unpacks to more than ${limits.unpackedBytes} bytes`;
    return { reason: 'too-large', message };
  }
  if (unpackedBytes > limits.ratioFromBytes && unpackedBytes > limits.ratio * packedBytes) {
    return { reason: 'ratio', message: `unpacks to more than ${limits.ratio} times its size` };
  }
  return undefined;
}
