import { GatehouseError } from '../model/errors.ts';
import { objectKey, type ObjectKey } from '../store/object-store.ts';
import { HASH_BYTES, type TreeHash } from './merkle.ts';

/** Hashes in a full tile, and entries in a full bundle (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;

/** A tile of hashes at a level, or a bundle of entries. */
export type TileLevel = number | 'entries';

/** Which tile: the `index`-th of its level, its first `width` members. */
export interface TileName {
  readonly level: TileLevel;
  readonly index: number;
  readonly width: number;
}

/** The path of a tile below the log's address: `tile/0/x001/x234/067`, `tile/entries/003.p/12`. */
export function tilePath(tile: TileName): string {
  const groups = [`${tile.index % 1000}`.padStart(3, '0')];
  for (let rest = Math.floor(tile.index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${`${rest % 1000}`.padStart(3, '0')}`);
  }
  const partial = tile.width === TILE_WIDTH ? '' : `.p/${tile.width}`;
  return `tile/${tile.level}/${groups.join('/')}${partial}`;
}

/** Where the store keeps a full tile or bundle. Unfinished ones are answered from the head. */
export function tileKey(level: TileLevel, index: number): ObjectKey {
  return objectKey('ledger', ...tilePath({ level, index, width: TILE_WIDTH }).split('/'));
}

/** A tile of hashes as bytes. */
export function encodeTile(hashes: readonly TreeHash[]): Uint8Array {
  return Buffer.concat(hashes);
}

/** The hashes in the bytes of a tile; throws `store-corrupt`. */
export function decodeTile(content: Uint8Array): readonly TreeHash[] {
  if (content.length % HASH_BYTES !== 0) {
    throw new GatehouseError('store-corrupt', `not a tile of hashes: ${content.length} bytes`);
  }
  return Array.from({ length: content.length / HASH_BYTES }, (_, index) =>
    content.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES),
  );
}

/** Texts of entries as bytes, each after its length as a big-endian uint16. */
export function encodeBundle(texts: readonly string[]): Uint8Array {
  return Buffer.concat(
    texts.flatMap((text) => {
      const entry = Buffer.from(text);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(entry.length);
      return [length, entry];
    }),
  );
}

/** The texts in the bytes of a bundle; throws `store-corrupt`. */
export function decodeBundle(content: Uint8Array): readonly string[] {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const texts: string[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const start = offset + 2;
    offset = start <= bytes.length ? start + bytes.readUInt16BE(offset) : Infinity;
    if (offset > bytes.length) {
      throw new GatehouseError('store-corrupt', `a bundle ends within entry: ${texts.length}`);
    }
    texts.push(decodeText(bytes.subarray(start, offset)));
  }
  return texts;
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new GatehouseError('store-corrupt', 'a bundle has an entry that is not UTF-8', {
      cause: error,
    });
  }
}
