/** Bytes of known length that can be read at any place: a local file, an artifact behind range requests, memory. */
export interface RandomAccess {
  readonly sizeBytes: number;
  /** Exactly these bytes, or it throws; asking beyond the end is a mistake of the caller. */
  read(offset: number, lengthBytes: number): Promise<Uint8Array>;
}
