import { createHash } from 'node:crypto';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** What the records of an environment say about where its packages came from. */
const ORIGINS = ['url', 'channel'];

/**
 * Every file and link of an environment with what is in it: of records without their origins, and without the history
 * of the environment, which names the channels.
 */
export async function readTree(folder: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory() && entry.name !== 'history');
  const read = files.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    const content = entry.isSymbolicLink()
      ? `to ${await readlink(path)}`
      : contentOf(path, await readFile(path));
    return [relative(folder, path), content] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

function contentOf(path: string, bytes: Buffer): string {
  if (!path.includes('/conda-meta/')) return createHash('sha256').update(bytes).digest('hex');
  const record: unknown = JSON.parse(bytes.toString());
  const entries = Object.entries(Object(record)).filter(([key]) => !ORIGINS.includes(key));
  return JSON.stringify(Object.fromEntries(entries));
}
