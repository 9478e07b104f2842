import type { Stats } from 'node:fs';
import { link, lstat, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises';

import { GatehouseError } from '../model/errors.ts';
import type { Instant } from '../model/time.ts';

export type EntryKind = 'file' | 'directory' | 'other';

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: EntryKind;
}

export interface EntryStatus {
  readonly kind: EntryKind;
  readonly sizeBytes: number;
  /** When the content was last written. */
  readonly modified: Instant;
  /** When content, names or rights last changed: after `link`, when it got its newest name. */
  readonly changed: Instant;
}

export interface OpenFile {
  /** Fills the buffer from a position; how many bytes there were, 0 at the end. */
  read(buffer: Uint8Array, position: number): Promise<number>;
  status(): Promise<EntryStatus>;
  /** Appends all of the bytes. */
  write(bytes: Uint8Array): Promise<void>;
  /** Makes content, or the names of a directory, survive a crash of the machine. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The calls that the file store makes, and no others, so that tests can record them, fail them and replay what a
 * crash leaves. Errors are those of Node, with `code`.
 */
export interface FileSystem {
  /** `create` is exclusive. A directory can be opened with `read`, to be synced. */
  open(path: string, mode: 'read' | 'create'): Promise<OpenFile>;
  readFile(path: string): Promise<Uint8Array>;
  /** Of the entry itself: a symbolic link is not followed. */
  status(path: string): Promise<EntryStatus>;
  list(path: string): Promise<readonly DirectoryEntry[]>;
  makeDirectory(path: string): Promise<void>;
  /** Gives a file a further name, in one step and only if nothing has that name. */
  link(existing: string, path: string): Promise<void>;
  unlink(path: string): Promise<void>;
}

/** The local file system. What it makes only the service's own user can read. */
export const localFileSystem: FileSystem = {
  open: async (path, mode) => {
    const handle = await open(path, mode === 'read' ? 'r' : 'wx', 0o600);
    return {
      read: async (buffer, position) =>
        (await handle.read(buffer, 0, buffer.length, position)).bytesRead,
      status: async () => statusOf(await handle.stat()),
      write: (bytes) => handle.writeFile(bytes),
      sync: () => handle.sync(),
      close: () => handle.close(),
    };
  },
  readFile: (path) => readFile(path),
  status: async (path) => statusOf(await lstat(path)),
  list: async (path) => {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
  },
  makeDirectory: async (path) => {
    await mkdir(path, { mode: 0o700 });
  },
  link,
  unlink,
};

function statusOf(stats: Stats): EntryStatus {
  const { size, mtimeMs, ctimeMs } = stats;
  return { kind: kindOf(stats), sizeBytes: size, modified: mtimeMs, changed: ctimeMs };
}

interface Kinds {
  isFile(): boolean;
  isDirectory(): boolean;
}

function kindOf(entry: Kinds): EntryKind {
  if (entry.isFile()) return 'file';
  return entry.isDirectory() ? 'directory' : 'other';
}

/** True for an error of the file system with one of the codes. */
export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && codes.includes(code);
}

/**
 * What an error of the file system means to a user of the store; `what` completes "cannot …". Errors of the project
 * pass unchanged.
 */
export function storeError(error: unknown, what: string): GatehouseError {
  if (error instanceof GatehouseError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const message = `the store cannot ${what}: ${reason}`;
  if (isErrno(error, 'ENOSPC', 'EDQUOT')) {
    const hint = 'Make room on the file system of GATEHOUSE_STORE, or raise its quota.';
    return new GatehouseError('store-full', message, { cause: error, hint });
  }
  if (isErrno(error, 'EISDIR', 'ENOTDIR', 'ELOOP')) {
    const hint = 'Something else than the store has changed its directory: restore it.';
    return new GatehouseError('store-corrupt', message, { cause: error, hint });
  }
  return new GatehouseError('store-unavailable', message, {
    cause: error,
    hint: 'Look at the disk, the mount and the rights of the directory in GATEHOUSE_STORE.',
  });
}

/** Does the work; an error of the file system becomes the store's. */
export async function guarded<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw storeError(error, what);
  }
}
