import { randomUUID } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';

/** Replaces a file whole: whoever reads it sees the text before or the text after. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID().slice(0, 8)}`;
  await writeFile(draft, text, { flush: true });
  await rename(draft, path);
}
