import type { RandomAccess } from '../../model/random-access.ts';
import { quoted, sdistRefused } from '../archives/refusals.ts';
import { resolveSymlink } from '../archives/tar-links.ts';
import type { TarEntry } from '../archives/tar.ts';

/** A member of a source distribution, without its content. */
export type SdistMember = Pick<TarEntry, 'name' | 'kind' | 'linkTarget' | 'sizeBytes'>;

/** What the members of a source distribution are, before they are inspected. */
export interface SdistLayout {
  /** The one folder at its top. */
  readonly folder: string;
  readonly members: readonly SdistMember[];
  /** The PKG-INFO at its top. */
  readonly metadata: Uint8Array;
  /** The `pyproject.toml` at its top. */
  readonly pyproject?: Uint8Array;
}

/**
 * The layout that the source distribution format asks for: one folder at the top, with PKG-INFO in it, which no link
 * leaves. Installers drop the folder's name, so that a link to its neighbour would be one to the outside. Throws
 * `archive-refused`. The folder may be called as it likes.
 */
export function checkLayout(
  members: readonly SdistMember[],
  contents: ReadonlyMap<string, Uint8Array>,
): SdistLayout {
  const folder = findFolder(members);
  for (const member of members) checkLink(member, folder);
  const metadata = contents.get(`${folder}/PKG-INFO`);
  if (metadata === undefined)
    throw sdistRefused(
      'metadata-missing',
      `a source distribution has no PKG-INFO in ${quoted(folder)}`,
    );
  const pyproject = contents.get(`${folder}/pyproject.toml`);
  return { folder, members, metadata, ...(pyproject === undefined ? {} : { pyproject }) };
}

function findFolder(members: readonly SdistMember[]): string {
  const tops = new Set(members.map(({ name }) => name.split('/', 1)[0] ?? ''));
  const [folder] = tops;
  const isFolder = members.every(({ name, kind }) => name.includes('/') || kind === 'directory');
  if (folder === undefined || tops.size > 1 || !isFolder)
    throw sdistRefused(
      'top-folder',
      `a source distribution is not one folder: got ${[...tops].slice(0, 3).map(quoted).join(', ')}`,
    );
  return folder;
}

// PKG-INFO, pyproject.toml and setup.py must be files themselves: what was read is then what is used.
function checkLink({ name, kind, linkTarget = '' }: SdistMember, folder: string): void {
  if (kind !== 'symlink' && kind !== 'hardlink') return;
  const target = kind === 'symlink' ? resolveSymlink(name, linkTarget) : linkTarget;
  const isInside = target === folder || target?.startsWith(`${folder}/`) === true;
  const isRead = /^[^/]+\/(?:PKG-INFO|pyproject\.toml|setup\.py)$/i.test(name);
  if (isInside && !isRead) return;
  throw sdistRefused(
    'link-outside-folder',
    `a link leaves the folder, or stands for a file that installers read: ${quoted(name)} to ${quoted(linkTarget)}`,
  );
}

const END_SIGNATURE = Buffer.from('PK\u0005\u0006');
const MOST_END_BYTES = 0xffff + 22;

/**
 * Throws `archive-refused` where the end of the file has what a zip file ends with: pip takes a file for one by that
 * alone, whatever its name, and would see other members.
 */
export async function checkNoZip(access: RandomAccess): Promise<void> {
  const tailBytes = Math.min(access.sizeBytes, MOST_END_BYTES);
  const tail = Buffer.from(await access.read(access.sizeBytes - tailBytes, tailBytes));
  if (tail.includes(END_SIGNATURE))
    throw sdistRefused('zip-too', 'the file may be read as a zip file too');
}
