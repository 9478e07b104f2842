import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';

import { HOUR_MS } from '../model/time.ts';
import { type Directories, openDirectories } from './file-directories.ts';
import { ensureFileFormat, FORMAT_TEMPORARY } from './file-format.ts';
import { type FileSystem, isErrno } from './file-system.ts';

/** Where things are in the directory of a file store, and the two steps in which each of them is made. */
export interface FileLayout {
  readonly files: FileSystem;
  readonly directories: Directories;
  /** Objects, each at the path that is its key. */
  readonly objects: string;
  /** Pointers, each a directory at the path that is its key. */
  readonly pointers: string;
  /**
   * Writes and syncs a file, does the work with its path and takes the path away again. The path is in the same file
   * system as the objects, and its name is short however long a key is.
   */
  withTemporary<Value>(content: Content, work: (path: string) => Promise<Value>): Promise<Value>;
  /** Gives a synced file its name, making directories for it. `exists`: something has the name already. */
  name(existing: string, path: string): Promise<'created' | 'exists'>;
}

/** The bytes of a file to be made, in pieces. */
export type Content = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * A temporary file not written to for so long was left by a process that died. If it was not, its writer fails
 * because the path is gone, and nothing is wrong but the one write.
 */
const ABANDONED_MS = HOUR_MS;

/** Opens a directory as a store, or makes an empty or new one a store. */
export async function openFileLayout(files: FileSystem, root: string): Promise<FileLayout> {
  await ensureFileFormat(files, root);
  const directories = openDirectories(files, root);
  const objects = join(root, 'objects');
  const pointers = join(root, 'pointers');
  const temporary = join(root, 'temporary');
  for (const directory of [objects, pointers, temporary]) await directories.make(directory);
  await removeAbandoned(files, temporary, '');
  await removeAbandoned(files, root, FORMAT_TEMPORARY);

  async function withTemporary<Value>(
    content: Content,
    work: (path: string) => Promise<Value>,
  ): Promise<Value> {
    const path = join(temporary, randomUUID());
    try {
      await writeFile(files, path, content);
      return await work(path);
    } finally {
      await unlinkQuietly(files, path);
    }
  }

  async function name(existing: string, path: string): Promise<'created' | 'exists'> {
    await directories.make(dirname(path));
    try {
      await files.link(existing, path);
      return 'created';
    } catch (error) {
      if (isErrno(error, 'EEXIST')) return 'exists';
      throw error;
    }
  }

  return { files, directories, objects, pointers, withTemporary, name };
}

async function writeFile(files: FileSystem, path: string, content: Content): Promise<void> {
  const file = await files.open(path, 'create');
  try {
    for await (const piece of content) await file.write(piece);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What cannot be removed now is removed when the store is next opened after an hour. */
async function unlinkQuietly(files: FileSystem, path: string): Promise<void> {
  try {
    await files.unlink(path);
  } catch {
    // The write before it succeeded or failed by itself; a file left behind changes neither.
  }
}

async function removeAbandoned(
  files: FileSystem,
  directory: string,
  prefix: string,
): Promise<void> {
  const latest = Date.now() - ABANDONED_MS;
  for (const entry of await files.list(directory)) {
    if (entry.kind !== 'file' || !entry.name.startsWith(prefix)) continue;
    const path = join(directory, entry.name);
    if (await isOlder(files, path, latest)) await unlinkQuietly(files, path);
  }
}

async function isOlder(files: FileSystem, path: string, latest: number): Promise<boolean> {
  try {
    return (await files.status(path)).modified < latest;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}
