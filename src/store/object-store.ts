import type { Brand } from '../model/brand.ts';
import { GatehouseError } from '../model/errors.ts';

/**
 * A path of one to eight segments of `[A-Za-z0-9._+=!~-]`, none of them `.` or `..`, 255 characters each and 900 in
 * all at most. No object's key is the folder of another object.
 */
export type ObjectKey = Brand<string, 'ObjectKey'>;

/** Opaque: says which state of a pointer was read. */
export type PointerVersion = Brand<string, 'PointerVersion'>;

export interface Pointer {
  readonly content: Uint8Array;
  readonly version: PointerVersion;
}

/** `conflict`: another writer was first; nothing was written. */
export type SwapOutcome =
  | { readonly kind: 'swapped'; readonly version: PointerVersion }
  | { readonly kind: 'conflict' };

/** Part of an object: from `start` (0-based) to `end`, exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface OpenObject extends AsyncDisposable {
  /** Of the whole object, not of the range. */
  readonly sizeBytes: number;
  /** The bytes of the range asked for. To be read at most once; disposing ends it early. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface WriteOptions {
  /** `synced`: durable before the promise settles, `exists` too. `lazy`: may vanish in a crash, never be torn. */
  readonly durability: 'synced' | 'lazy';
}

/**
 * Everything durable: immutable objects, written once, and pointers, moved by compare-and-swap.
 *
 * Errors: `store-unavailable` (try later), `store-full`, `store-corrupt` (an entry that cannot be what was
 * written). What a write left after an error is either nothing or the whole object.
 */
export interface ObjectStore extends AsyncDisposable {
  /** Writes an object unless the key has one already; the existing one is not compared. */
  put(key: ObjectKey, content: Uint8Array, options: WriteOptions): Promise<'created' | 'exists'>;
  /**
   * As `put`, with the bytes of a local file, always synced. The store may link the file instead of copying it:
   * its content must never change again; its name stays the caller's, to remove.
   */
  putFile(key: ObjectKey, path: string): Promise<'created' | 'exists'>;
  /** The whole object; absent: undefined. Only for objects that fit in memory. */
  read(key: ObjectKey): Promise<Uint8Array | undefined>;
  /** A stream of the object or of the part; absent: undefined. A range outside the object is clipped. */
  open(key: ObjectKey, range?: ByteRange): Promise<OpenObject | undefined>;
  /** The object's size in bytes; absent: undefined. */
  size(key: ObjectKey): Promise<number | undefined>;
  /** Keys of objects (not pointers) under a folder, in code-unit order. */
  list(folder: ObjectKey): AsyncIterable<ObjectKey>;
  /** Deletes what can be computed again; absent is fine. */
  remove(key: ObjectKey): Promise<void>;
  /** What a pointer holds now; never moved: undefined. */
  readPointer(key: ObjectKey): Promise<Pointer | undefined>;
  /**
   * Moves a pointer if it still is at `expected` (undefined: if it does not exist yet); always synced.
   * When it throws, the outcome is unknown: read again. Empty content is `wrong-use`.
   */
  swapPointer(
    key: ObjectKey,
    expected: PointerVersion | undefined,
    content: Uint8Array,
  ): Promise<SwapOutcome>;
  /** Keys of pointers under a folder, in code-unit order. */
  listPointers(folder: ObjectKey): AsyncIterable<ObjectKey>;
}

export function isObjectKey(text: string): text is ObjectKey {
  const segments = text.split('/');
  return (
    text.length <= 900 &&
    segments.length <= 8 &&
    segments.every((segment) => /^(?!\.{1,2}$)[A-Za-z0-9._+=!~-]{1,255}$/.test(segment))
  );
}

/** Joins segments to a key; throws `invalid-key`. */
export function objectKey(...segments: readonly string[]): ObjectKey {
  const text = segments.join('/');
  if (!isObjectKey(text)) {
    throw new GatehouseError(
      'invalid-key',
      `not an object key: ${JSON.stringify(text.slice(0, 200))}`,
    );
  }
  return text;
}

/** The part of an object that a range leaves, within the object. */
export function clipRange(range: ByteRange | undefined, sizeBytes: number): ByteRange {
  const start = Math.min(Math.max(0, range?.start ?? 0), sizeBytes);
  const end = Math.min(Math.max(start, range?.end ?? sizeBytes), sizeBytes);
  return { start, end };
}

function isPointerVersion(text: string): text is PointerVersion {
  return text.length > 0;
}

/** Names a state of a pointer; for stores. */
export function pointerVersion(state: string): PointerVersion {
  if (!isPointerVersion(state)) throw new TypeError('the state of a pointer has a name');
  return state;
}

/** Refuses empty content, which no pointer has: in a damaged store it can then be told apart. */
export function refuseEmptyPointer(key: ObjectKey, content: Uint8Array): void {
  if (content.length > 0) return;
  throw new GatehouseError('wrong-use', `a pointer cannot be moved to empty content: ${key}`);
}
