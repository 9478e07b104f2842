import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';

import { z } from 'zod';

import { GatehouseError } from '../model/errors.ts';
import { openDirectories, syncDirectory } from './file-directories.ts';
import { type FileSystem, isErrno } from './file-system.ts';

/** The layout of a file store's directory that this program knows; `needs`: the first program that knows it. */
const LAYOUT = { format: 'gatehouse.store.v1', needs: '0.1.0' } as const;

const layoutSchema = z.object({
  format: z.string().regex(/^gatehouse\.store\.v[1-9][0-9]{0,5}$/),
  needs: z.string().max(40),
});

/** Begins the names of format files that do not have their final name yet. */
export const FORMAT_TEMPORARY = '.format-';

/**
 * Sees to it that a directory is a store of the known format: makes the directory if it does not exist, makes it a
 * store if it is empty. Throws `store-too-new`, `store-corrupt`, and `invalid-setting` for anything else's directory.
 */
export async function ensureFileFormat(files: FileSystem, root: string): Promise<void> {
  const names = await makeAndList(files, root);
  if (!names.includes('format')) {
    refuseForeign(root, names);
    await writeFormat(files, root);
  }
  // Before anything else gets a name here, or a crash could leave that and no format. Whoever wrote the format may
  // not have come to it.
  await syncDirectory(files, root);
  checkFormat(root, new TextDecoder().decode(await files.readFile(join(root, 'format'))));
}

async function makeAndList(files: FileSystem, root: string): Promise<readonly string[]> {
  try {
    await openDirectories(files, '/').make(root);
    return (await files.list(root)).map((entry) => entry.name);
  } catch (error) {
    if (!isErrno(error, 'ENOTDIR')) throw error;
    throw new GatehouseError('invalid-setting', `not a directory: ${root}`, {
      cause: error,
      hint: 'Set GATEHOUSE_STORE to file:DIRECTORY.',
    });
  }
}

function refuseForeign(root: string, names: readonly string[]): void {
  const foreign = names.filter(
    (name) => name !== 'lost+found' && !name.startsWith(FORMAT_TEMPORARY),
  );
  if (foreign.length === 0) return;
  const some = foreign.toSorted().slice(0, 3).join(', ');
  throw new GatehouseError('invalid-setting', `neither empty nor a store: ${root} (has ${some})`, {
    hint: 'Set GATEHOUSE_STORE to the directory of a store, an empty one or a new one.',
  });
}

/** Two processes may begin a store at the same time: the file gets its name whole, and the second one's is dropped. */
async function writeFormat(files: FileSystem, root: string): Promise<void> {
  await syncWayTo(files, root);
  const temporary = join(root, `${FORMAT_TEMPORARY}${randomUUID()}`);
  const file = await files.open(temporary, 'create');
  try {
    await file.write(new TextEncoder().encode(`${JSON.stringify(LAYOUT)}\n`));
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await files.link(temporary, join(root, 'format'));
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw refuseWithoutLinks(root, error);
  }
  await files.unlink(temporary);
}

/** All the way up: another process may have made any of them, and died before syncing it. */
async function syncWayTo(files: FileSystem, root: string): Promise<void> {
  for (let directory = root; directory !== '/';) {
    directory = dirname(directory);
    try {
      await syncDirectory(files, directory);
    } catch (error) {
      // What we may not open, or what cannot be written, is not of our making.
      if (!isErrno(error, 'EACCES', 'EPERM', 'EROFS', 'EINVAL')) throw error;
    }
  }
}

function refuseWithoutLinks(root: string, error: unknown): unknown {
  if (!isErrno(error, 'EPERM', 'EOPNOTSUPP', 'ENOSYS')) return error;
  return new GatehouseError('invalid-setting', `the file system has no hard links: ${root}`, {
    cause: error,
    hint: 'Put the directory of GATEHOUSE_STORE on a local Linux file system such as ext4 or XFS.',
  });
}

function checkFormat(root: string, text: string): void {
  const parsed = layoutSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    const found = JSON.stringify(text.slice(0, 80));
    throw new GatehouseError(
      'store-corrupt',
      `not the format of a store: ${root}/format: ${found}`,
    );
  }
  const { format, needs } = parsed.data;
  if (format === LAYOUT.format) return;
  throw new GatehouseError(
    'store-too-new',
    `the store has format ${format}, this program knows ${LAYOUT.format}: ${root}`,
    { hint: `Use Gatehouse ${needs} or newer.`, data: { format, needs } },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
