import { readFile } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';

import type { FileItem } from '../ecosystems/pypi/file-item.ts';
import { findLockReader } from '../ecosystems/pypi/lock-files.ts';
import { type Include, readRequirementsFile } from '../ecosystems/pypi/requirements-file.ts';
import { GatehouseError } from '../model/errors.ts';

/** What a file says, with the files that it includes, each item with its file. */
export interface ReadItem {
  /** `requirements.txt:3`, or only the name of a lock. */
  readonly place: string;
  readonly item: FileItem;
  /** It narrows what others ask for. */
  readonly isConstraint: boolean;
}

/** Reads a requirements file or a lock, and what it includes; throws `wrong-use` for what cannot be read. */
export async function readRequirements(file: string): Promise<readonly ReadItem[]> {
  const format = findLockReader(basename(file));
  if (format !== undefined) {
    const text = await readText(file);
    return itemsOf(format, { text, file }).map((item) => placed(item, file, 'requirements'));
  }
  if (/\.(?:toml|lock|json|ya?ml)$/.test(file)) throw unknownFormat(file);
  return readFiles({ file, role: 'requirements' }, new Set());
}

interface NamedFile {
  readonly file: string;
  readonly role: Include['role'];
}

async function readFiles(
  { file, role }: NamedFile,
  seen: Set<string>,
): Promise<readonly ReadItem[]> {
  // Files may include each other.
  const key = `${role} ${resolve(file)}`;
  if (seen.has(key)) return [];
  seen.add(key);
  const found: ReadItem[] = [];
  for (const item of readRequirementsFile(await readText(file))) {
    if (item.kind !== 'include') found.push(placed(item, file, role));
    else if (/^[a-z][a-z0-9+.-]*:/i.test(item.path)) found.push(elsewhere(item, file, role));
    else {
      const path = relative('', resolve(dirname(file), item.path));
      const narrows = role === 'constraints' ? role : item.role;
      found.push(...(await readFiles({ file: path, role: narrows }, seen)));
    }
  }
  return found;
}

function placed(item: FileItem, file: string, role: Include['role']): ReadItem {
  const place = item.line === undefined ? file : `${file}:${item.line}`;
  return { place, item, isConstraint: role === 'constraints' };
}

function elsewhere({ line }: Include, file: string, role: Include['role']): ReadItem {
  const reason = 'it is not a file of this machine: fetch it first';
  return placed({ kind: 'unapprovable', line, text: 'an included address', reason }, file, role);
}

function itemsOf(
  read: (text: string) => readonly FileItem[],
  { text, file }: { readonly text: string; readonly file: string },
): readonly FileItem[] {
  try {
    return read(text);
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    throw new GatehouseError('wrong-use', `${file}: ${error.message}`, { cause: error });
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new GatehouseError('wrong-use', `the file cannot be read: ${file}`, { cause: error });
  }
}

function unknownFormat(file: string): GatehouseError {
  return new GatehouseError('wrong-use', `not a requirements file or a lock: ${file}`, {
    hint: 'the locks are pylock.toml, uv.lock, poetry.lock, pdm.lock and Pipfile.lock, under these names',
  });
}
