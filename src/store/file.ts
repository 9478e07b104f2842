import { resolve } from 'node:path';

import { openFileLayout } from './file-layout.ts';
import { openFileObjects } from './file-objects.ts';
import { openFilePointers } from './file-pointers.ts';
import { type FileSystem, guarded, localFileSystem } from './file-system.ts';
import type { ObjectStore } from './object-store.ts';

/**
 * An ObjectStore in a directory, which several processes of one machine may share. Linux only: keys are paths as
 * they are, so the file system must tell upper from lower case, allow names of 255 bytes, and have hard links.
 *
 * The directory is made when it does not exist and becomes a store when it is empty. Throws `store-too-new`,
 * `store-corrupt` when its format cannot be read, and `invalid-setting` when it is something else's.
 */
export async function openFileStore(
  directory: string,
  files: FileSystem = localFileSystem,
): Promise<ObjectStore> {
  const layout = await guarded(`open ${directory}`, () =>
    openFileLayout(files, resolve(directory)),
  );
  return {
    ...openFileObjects(layout),
    ...openFilePointers(layout),
    // Nothing is held between calls: each opens, syncs and closes its own files.
    async [Symbol.asyncDispose]() {},
  };
}
