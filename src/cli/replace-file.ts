import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';

import { GatehouseError } from '../model/errors.ts';

/**
 * Replaces a file whole: whoever reads it sees the text before or the text after. Throws `invalid-policy` when the
 * file says something else than before by now, because an editor may have it open while upstream is asked.
 */
export async function replaceFile(
  path: string,
  { before, after }: { readonly before: string; readonly after: string },
): Promise<void> {
  if ((await readFile(path, 'utf8')) !== before) {
    throw new GatehouseError('invalid-policy', `${path} was changed meanwhile: nothing written`, {
      hint: 'run the command again',
    });
  }
  const draft = `${path}.${randomUUID().slice(0, 8)}`;
  await writeFile(draft, after, { flush: true });
  await rename(draft, path);
}
