/** What a tar file may hold. Names have the same limit as those of zip files. */
export interface TarLimits {
  readonly members: number;
  /** Of the extended headers before one member. */
  readonly headerBytes: number;
  /** Of the whole file, headers and padding included. */
  readonly totalBytes: number;
}

const MIB = 1024 * 1024;

/** Far above what real archives have. */
export const TAR_LIMITS: TarLimits = {
  members: 200_000,
  headerBytes: MIB,
  totalBytes: 64 * 1024 * MIB,
};
