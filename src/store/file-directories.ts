import { dirname } from 'node:path';

import { GatehouseError } from '../model/errors.ts';
import { type FileSystem, isErrno } from './file-system.ts';

/** Makes directories below a root, and makes names in them durable. */
export interface Directories {
  /** Makes a directory and those above it, up to the root; existing ones are fine. Not durable yet. */
  make(directory: string): Promise<void>;
  /** Returns when the names in a directory, and the way to it from the root, survive a crash of the machine. */
  sync(directory: string): Promise<void>;
}

/**
 * Another process, or a lazy write, may have made a directory without syncing it; so nothing is taken as durable
 * that this object has not synced itself. Once synced a directory stays so: the store never removes one.
 */
export function openDirectories(files: FileSystem, root: string): Directories {
  const durable = new Set<string>([root]);

  async function make(directory: string): Promise<void> {
    if (directory === root || (await makeOne(directory)) === 'made') return;
    await make(dirname(directory));
    if ((await makeOne(directory)) === 'made') return;
    // Some folders, such as those of /proc, take none whatever stands above.
    throw new GatehouseError('store-unavailable', `no folder can be made at: ${directory}`);
  }

  async function makeOne(directory: string): Promise<'made' | 'orphaned'> {
    try {
      await files.makeDirectory(directory);
      return 'made';
    } catch (error) {
      if (isErrno(error, 'EEXIST')) return 'made';
      if (isErrno(error, 'ENOENT')) return 'orphaned';
      throw error;
    }
  }

  async function makeDurable(directory: string): Promise<void> {
    if (durable.has(directory)) return;
    const parent = dirname(directory);
    await makeDurable(parent);
    await syncDirectory(files, parent);
    durable.add(directory);
  }

  async function sync(directory: string): Promise<void> {
    await makeDurable(directory);
    await syncDirectory(files, directory);
  }

  return { make, sync };
}

/** Makes the names in one directory survive a crash of the machine. */
export async function syncDirectory(files: FileSystem, directory: string): Promise<void> {
  const handle = await files.open(directory, 'read');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
