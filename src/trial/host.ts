import { constants } from 'node:fs';
import { access, lstat, readlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import type { SystemPath } from './sandbox.ts';

/** What of the process's surroundings a trial looks at. */
export interface Host {
  /** Folders of programs, as `PATH` has them. */
  readonly path: string;
  /** The user who runs it. */
  readonly userId: number;
}

/** Finds a program on the search path; absent: it is not there. */
export async function findProgram({ path }: Host, name: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) {
    if (!folder.startsWith('/')) continue;
    const file = join(folder, name);
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return !(await lstat(file)).isDirectory();
  } catch {
    return false;
  }
}

/** Programs and libraries, and nothing that says anything of the host or its users. */
const SYSTEM = ['/usr', '/bin', '/sbin', '/lib', '/lib64', '/etc/ld.so.cache'];

/** Those folders of the system that this host has. */
export async function systemPaths(): Promise<readonly SystemPath[]> {
  const found = await Promise.all(SYSTEM.map(systemPath));
  return found.filter((path) => path !== undefined);
}

async function systemPath(path: string): Promise<SystemPath | undefined> {
  try {
    const isLink = (await lstat(path)).isSymbolicLink();
    return isLink ? { path, link: await readlink(path) } : { path };
  } catch {
    return undefined;
  }
}
