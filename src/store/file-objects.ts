import { dirname, join } from 'node:path';

import { GatehouseError } from '../model/errors.ts';
import type { FileLayout } from './file-layout.ts';
import {
  type EntryStatus,
  type FileSystem,
  guarded,
  isErrno,
  type OpenFile,
  storeError,
} from './file-system.ts';
import {
  type ByteRange,
  clipRange,
  isObjectKey,
  type ObjectKey,
  type ObjectStore,
  type OpenObject,
} from './object-store.ts';

/** The half of an ObjectStore that is about objects. */
export type Objects = Pick<
  ObjectStore,
  'put' | 'putFile' | 'read' | 'open' | 'size' | 'list' | 'remove'
>;

/** One read of a large object: the fewest calls that still keep memory small. */
const PIECE_BYTES = 1024 * 1024;
/** Of hundreds who begin at once, none waits for a MiB of each of the others. */
const FIRST_PIECE_BYTES = 64 * 1024;

/**
 * Objects as files whose path is the key. A file has its name only once its content is synced, lazy ones too:
 * otherwise a crash of the machine could leave a name with half the bytes. What `lazy` saves is the syncing of names.
 */
export function openFileObjects(layout: FileLayout): Objects {
  const { files } = layout;

  function pathOf(key: ObjectKey): string {
    return join(layout.objects, key);
  }

  async function putAt(
    path: string,
    make: () => Promise<'created' | 'exists'>,
  ): Promise<'created' | 'exists'> {
    return (await sizeAt(files, path)) === undefined ? await make() : 'exists';
  }

  async function syncName(path: string): Promise<void> {
    await layout.directories.sync(dirname(path));
  }

  return {
    put: (key, content, { durability }) =>
      guarded(`put ${key}`, async () => {
        const path = pathOf(key);
        const outcome = await putAt(path, () =>
          layout.withTemporary([content], (temporary) => layout.name(temporary, path)),
        );
        // Also when it exists: whoever was first may not have synced the name, or not yet.
        if (durability === 'synced') await syncName(path);
        return outcome;
      }),
    putFile: (key, source) =>
      guarded(`put ${key}`, async () => {
        const path = pathOf(key);
        const outcome = await putAt(path, () => takeFile(layout, source, path));
        await syncName(path);
        return outcome;
      }),
    read: (key) => guarded(`read ${key}`, () => ifPresent(() => files.readFile(pathOf(key)))),
    open: (key, range) =>
      guarded(`open ${key}`, () => ifPresent(() => openAt(files, pathOf(key), { key, range }))),
    size: (key) => guarded(`read ${key}`, () => sizeAt(files, pathOf(key))),
    list: (folder) => listBelow(layout, folder),
    remove: (key) =>
      guarded(`remove ${key}`, async () => {
        await ifPresent(() => files.unlink(pathOf(key)));
      }),
  };
}

/** A key below an object's own is absent like any other (ENOTDIR). */
async function ifPresent<Value>(work: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

async function sizeAt(files: FileSystem, path: string): Promise<number | undefined> {
  const status = await ifPresent(() => files.status(path));
  return status && sizeOf(status, path);
}

function sizeOf(status: EntryStatus, path: string): number {
  if (status.kind === 'file') return status.sizeBytes;
  throw new GatehouseError('store-corrupt', `an object must be a file: ${path}`);
}

/** Links where it can, else copies: another file system, no right to link it, too many links. */
async function takeFile(
  layout: FileLayout,
  source: string,
  path: string,
): Promise<'created' | 'exists'> {
  const { files } = layout;
  const { kind, sizeBytes } = await files.status(source);
  if (kind !== 'file') throw new GatehouseError('wrong-use', `not a file: ${source}`);
  const file = await files.open(source, 'read');
  try {
    await file.sync();
    return await layout.name(source, path);
  } catch (error) {
    if (!isErrno(error, 'EXDEV', 'EPERM', 'EMLINK')) throw error;
    const content = pieces(file, { start: 0, end: sizeBytes });
    return await layout.withTemporary(content, (temporary) => layout.name(temporary, path));
  } finally {
    await file.close();
  }
}

async function openAt(
  files: FileSystem,
  path: string,
  part: { readonly key: ObjectKey; readonly range: ByteRange | undefined },
): Promise<OpenObject> {
  const file = await files.open(path, 'read');
  try {
    const sizeBytes = sizeOf(await file.status(), path);
    const body = pieces(file, clipRange(part.range, sizeBytes));
    let closing: Promise<void> | undefined;
    return {
      sizeBytes,
      body: guardedPieces(body, part.key),
      [Symbol.asyncDispose]: () => (closing ??= file.close()),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function* guardedPieces(
  body: AsyncIterable<Uint8Array>,
  key: ObjectKey,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw storeError(error, `read ${key}`);
  }
}

/** Own reads of 1 MiB: a stream of `node:fs` takes twice the time. Each piece has its own memory. */
async function* pieces(file: OpenFile, { start, end }: ByteRange): AsyncGenerator<Uint8Array> {
  for (let position = start; position < end;) {
    const mostBytes = position === start ? FIRST_PIECE_BYTES : PIECE_BYTES;
    const buffer = Buffer.allocUnsafe(Math.min(mostBytes, end - position));
    const readBytes = await file.read(buffer, position);
    if (readBytes === 0) {
      throw new GatehouseError(
        'store-corrupt',
        `a file became shorter: ${end} bytes, now ${position}`,
      );
    }
    yield buffer.subarray(0, readBytes);
    position += readBytes;
  }
}

async function* listBelow(layout: FileLayout, folder: ObjectKey): AsyncGenerator<ObjectKey> {
  const entries = await guarded(`list ${folder}`, () =>
    ifPresent(() => layout.files.list(join(layout.objects, folder))),
  );
  // A folder sorts as the keys in it do, with the slash: `a.b` is before `a/b`, and `a0` after it.
  const sorted = (entries ?? [])
    .map((entry) => ({
      ...entry,
      order: entry.kind === 'directory' ? `${entry.name}/` : entry.name,
    }))
    .toSorted((left, right) => (left.order < right.order ? -1 : 1));
  for (const entry of sorted) {
    const key = `${folder}/${entry.name}`;
    if (!isObjectKey(key)) continue;
    if (entry.kind === 'directory') yield* listBelow(layout, key);
    if (entry.kind === 'file') yield key;
  }
}
