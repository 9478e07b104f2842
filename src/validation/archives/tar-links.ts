import { collectNames, type NameScope, readMemberName } from './member-name.ts';
import { quoted, tarRefused } from './refusals.ts';

/** What the tar file says of a link. */
export interface NamedLink {
  readonly kind: 'symlink' | 'hardlink';
  readonly name: string;
  readonly target: Buffer;
  readonly offset: number;
  readonly names: NameScope;
}

/**
 * The member or folder that a symbolic link means, as a path from the top of the archive; absent: it may leave the
 * archive. Only the beginning of a target may climb: behind the name of a folder, `..` could be that of a link's.
 */
export function resolveSymlink(name: string, target: string): string | undefined {
  const folders = name.split('/').slice(0, -1);
  const steps = target.split('/');
  if (steps.at(-1) === '') steps.pop();
  let down = 0;
  for (const step of steps) {
    if (step === '.') continue;
    if (step !== '..') {
      folders.push(step);
      down += 1;
    } else if (down > 0 || folders.pop() === undefined) return undefined;
  }
  return folders.length === 0 ? undefined : folders.join('/');
}

/** Remembers names, as `collectNames` does, and the files that hard links may mean. */
export function collectMembers(names: NameScope): Members {
  const addName = collectNames(names);
  const files = new Set<string>();
  const folders = new Set<string>();
  return {
    add(name, kind, offset) {
      if (kind === 'directory') {
        // conda's own packer writes a folder once for itself and once for what is in it.
        if (names === 'linux' && folders.has(name)) return;
        folders.add(name);
      }
      addName(kind === 'directory' ? `${name}/` : name, offset);
      if (kind === 'file' || kind === 'hardlink') files.add(name);
    },
    has: (name) => files.has(name),
  };
}

export interface Members {
  /** Throws `archive-refused` for a name that a file system could take for another, or one below a file or link. */
  add(name: string, kind: 'file' | 'directory' | 'symlink' | 'hardlink', offset: number): void;
  /** Whether there was a file of that name, itself or as a hard link. */
  has(name: string): boolean;
}

/** Reads the target of a link that stays in the archive; throws `archive-refused`. */
export function readTarget(link: NamedLink, members: Members): string {
  const { kind, name, target: bytes, offset, names } = link;
  if (kind === 'hardlink') {
    const target = readMemberName({ bytes, offset, utf8: true, names });
    if (!members.has(target))
      throw tarRefused(
        'link-missing',
        offset,
        `a hard link is to no file before it: ${quoted(name)} to ${quoted(target)}`,
      );
    return target;
  }
  const target = bytes.toString();
  const isRelative = target !== '' && !target.startsWith('/');
  const resolved = isRelative ? resolveSymlink(name, target) : undefined;
  if (resolved === undefined)
    throw tarRefused(
      'link-outside',
      offset,
      `a symbolic link may leave the archive: ${quoted(name)} to ${quoted(target)}`,
    );
  // As strict as for names, since readers make paths of both.
  readMemberName({ bytes: Buffer.from(resolved), offset, utf8: true, names });
  if (!Buffer.from(target).equals(bytes))
    throw tarRefused('name-encoding', offset, `the target of a link is not UTF-8: ${quoted(name)}`);
  return target;
}
