import { collectNames, readMemberName } from '../archives/member-name.ts';
import { condaRefused, quoted } from '../archives/refusals.ts';
import { resolveSymlink } from '../archives/tar-links.ts';
import type { CondaArchive, CondaMember } from './conda-archive.ts';
import { type CondaInfo, CORE_FILES, readCondaInfo } from './conda-info.ts';
import { comparePaths } from './conda-paths.ts';

/** A member without its content. */
export type CondaEntry = Pick<
  CondaMember,
  'name' | 'kind' | 'linkTarget' | 'sizeBytes' | 'offset' | 'part'
>;

/** What the members of a conda package are, before they are inspected. */
export interface CondaLayout extends CondaInfo {
  readonly members: readonly CondaEntry[];
  /** The bytes of `info/index.json`. */
  readonly index: Uint8Array;
}

const MIB = 1024 * 1024;
/** Of thirty thousand paths they are 7 MB. */
const MOST_PATHS_BYTES = 32 * MIB;
const MOST_CORE_BYTES = 8 * MIB;

/**
 * Reads the names of all members and what decides how they are installed; throws `archive-refused` for what CEP 34
 * forbids, for what is in both tar files, and for what `info/paths.json` does not list.
 */
export async function readLayout(archive: CondaArchive): Promise<CondaLayout> {
  const members: CondaEntry[] = [];
  const core = new Map<string, Uint8Array>();
  for await (const entry of archive.members()) {
    const member = entryOf(entry);
    checkPlace(member);
    members.push(member);
    if (!CORE_FILES.includes(member.name)) continue;
    if (core.has(member.name))
      throw condaRefused('info-in-both', `both tar files have ${quoted(member.name)}`);
    core.set(member.name, await readCore(member, entry.stream()));
  }
  const info = readCondaInfo(core);
  if (archive.stem !== undefined && archive.stem !== info.stem)
    throw condaRefused(
      'stem-mismatch',
      `a .conda has tar files of ${quoted(archive.stem)}, and its info/index.json is of ${quoted(info.stem)}`,
    );
  checkNames(members, info.metadata.conda?.subdir);
  const outside = members.filter(({ name }) => !isInfo(name));
  comparePaths(outside, info.paths);
  for (const member of outside) {
    checkFolderLink(member);
    if (info.isNoarchPython) checkNoarchPython(member);
  }
  return { ...info, members, index: core.get('info/index.json') ?? new Uint8Array() };
}

function entryOf({ name, kind, linkTarget, sizeBytes, offset, part }: CondaMember): CondaEntry {
  const link = linkTarget === undefined ? {} : { linkTarget };
  return { name, kind, sizeBytes, offset, part, ...link };
}

/** Whether a member is about the package and lies in the cache of packages, not in an environment. */
export function isInfo(name: string): boolean {
  return name === 'info' || name.startsWith('info/');
}

async function readCore(
  { name, kind, sizeBytes }: CondaEntry,
  content: AsyncIterable<Uint8Array>,
): Promise<Uint8Array> {
  if (kind !== 'file')
    throw condaRefused('forbidden-file', `a file that clients read is a ${kind}: ${quoted(name)}`);
  const most = name === 'info/paths.json' ? MOST_PATHS_BYTES : MOST_CORE_BYTES;
  if (sizeBytes > most)
    throw condaRefused(
      'info-too-large',
      `${name} is too large: expected at most ${most} bytes, got ${sizeBytes}`,
    );
  return Buffer.concat(await Array.fromAsync(content));
}

/**
 * CEP 34: `conda-meta` is the client's own, and so is `info/repodata_record.json`. Where there is no `info/link.json`
 * conda reads `info/package_metadata.json` in its place, and other clients do not.
 */
function checkPlace({ name, part, kind }: CondaEntry): void {
  const path = name.toLowerCase();
  const [top = ''] = path.split('/', 1);
  const isMisplaced = (part === 'info' && top !== 'info') || (top === 'info' && !isInfo(name));
  const isClients =
    top === 'conda-meta' || /^info\/(?:repodata_record|package_metadata)\.json$/.test(path);
  const isLink = kind === 'symlink' || kind === 'hardlink';
  const isRead = path === 'info' || /^info\/licenses(?:\/|$)/.test(path);
  if (isMisplaced || isClients || (isLink && isRead) || (path === 'info' && kind !== 'directory'))
    throw condaRefused(
      'forbidden-file',
      `a conda package has a ${kind} where it may have none: ${quoted(name)}`,
    );
}

/**
 * No two members may end up at one path, in one tar file or two. What is only for Linux may have names that are one
 * elsewhere, as the database of terminals has.
 */
function checkNames(members: readonly CondaEntry[], subdir = ''): void {
  const names = subdir.startsWith('linux-') ? 'linux' : 'everywhere';
  const addName = collectNames(names);
  const folders = new Set<string>();
  for (const { name, kind, offset } of members) {
    readMemberName({ bytes: Buffer.from(name), offset, utf8: true, names });
    if (kind !== 'directory') addName(name, offset);
    else if (!folders.has(name)) addName(`${name}/`, offset);
    if (kind === 'directory') folders.add(name);
  }
}

// Where clients, Python and Jupyter look for what runs or is loaded by itself. A link in its place would hide that.
const LOOKED_AT =
  /^(?:bin|scripts|menu|site-packages|python-scripts|etc(?:\/(?:conda(?:\/[^/]+)?|jupyter|ipython))?|share(?:\/jupyter(?:\/[^/]+)?)?|lib(?:\/site-packages|\/(?:python|pypy)[^/]*(?:\/site-packages)?)?)$/i;

/** Another name for the folder of a Python is looked at as that is. */
function checkFolderLink({ name, kind, linkTarget = '' }: CondaEntry): void {
  if (kind !== 'symlink' || !LOOKED_AT.test(name)) return;
  if (/^lib\/(?:python|pypy)[^/]*$/.test(resolveSymlink(name, linkTarget) ?? '')) return;
  throw condaRefused(
    'folder-link',
    `a link stands for a folder in which clients look: ${quoted(name)} to ${quoted(linkTarget)}`,
  );
}

// Clients move these two folders to where the Python of the environment has its own.
const NOARCH = /^(site-packages|python-scripts)(?:\/|$)/i;
const PYTHON_FOLDERS = /^(?:lib(?:64)?\/python[^/]*|lib\/site-packages)(?:\/|$)/i;

function checkNoarchPython({ name, kind }: CondaEntry): void {
  const [, folder] = NOARCH.exec(name) ?? [];
  const isOdd = folder !== undefined && folder !== folder.toLowerCase();
  const isFolder = name === folder && kind !== 'directory';
  // What it wrote there would be of one Python only, or stand in for what is moved there.
  if (isOdd || isFolder || (kind !== 'directory' && PYTHON_FOLDERS.test(name)))
    throw condaRefused(
      'noarch-layout',
      `a noarch package has a ${kind} where one Python keeps its own: ${quoted(name)}`,
    );
}
