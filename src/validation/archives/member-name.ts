import { quoted, zipRefused } from './refusals.ts';

const MAX_LENGTH = 240;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

// Windows opens a device for these, whatever the extension; superscript digits count.
const DEVICE =
  /^(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$) *(?:\.|$)/i;

/** A member's name as the archive has it, and where. */
export interface RawName {
  readonly bytes: Uint8Array;
  readonly offset: number;
  /** The archive says that it is UTF-8. Then it may leave ASCII, which others would read as code page 437. */
  readonly utf8: boolean;
  /** Default `everywhere`. */
  readonly names?: NameScope;
}

/** Where a name must mean the same path: on Linux letters of either case differ, and no name stands for a device. */
export type NameScope = 'everywhere' | 'linux';

/** Reads a member's name that means the same relative path everywhere; throws `archive-refused`. */
export function readMemberName({ bytes, offset, utf8, names = 'everywhere' }: RawName): string {
  const name = decode(bytes, offset, utf8);
  if (name.length > MAX_LENGTH)
    throw zipRefused(
      'name-too-long',
      offset,
      `a name is longer than ${MAX_LENGTH} characters: ${quoted(name)}`,
    );
  if (/\p{C}/u.test(name))
    throw zipRefused(
      'name-control',
      offset,
      `a name has control or unassigned characters: ${quoted(name)}`,
    );
  const segments = (name.endsWith('/') ? name.slice(0, -1) : name).split('/');
  if (name.includes('\\') || segments.some((segment) => /^\.{0,2}$/.test(segment))) {
    throw zipRefused('name-unsafe', offset, `a name is not a plain relative path: ${quoted(name)}`);
  }
  const isReserved =
    name.includes(':') || segments.some((segment) => DEVICE.test(segment)) || endsOddly(name);
  if (names === 'everywhere' && isReserved) {
    throw zipRefused(
      'name-reserved',
      offset,
      `a name means something else on Windows: ${quoted(name)}`,
    );
  }
  return name;
}

// Windows drops dots and blanks at the end of a name. Honest wheels (pyarrow 15) have an empty directory `pyarrow./`, in
// which nothing is ever installed; a file below one is refused.
function endsOddly(name: string): boolean {
  return /[. ]\/./.test(name) || /[. ]$| \/$/.test(name);
}

// Called for every member of every archive: a loop is several times faster than `every`.
function isAscii(bytes: Uint8Array): boolean {
  for (const byte of bytes) {
    if (byte >= 0x80) return false;
  }
  return true;
}

function decode(bytes: Uint8Array, offset: number, utf8: boolean): string {
  try {
    if (utf8 || isAscii(bytes)) return UTF8.decode(bytes);
  } catch {
    // Reported below, as what claims no encoding is.
  }
  throw zipRefused(
    'name-encoding',
    offset,
    `a name is neither ASCII nor marked, valid UTF-8: ${quoted(Buffer.from(bytes).toString('latin1'))}`,
  );
}

/**
 * Remembers names and refuses one that a file system could take for another: equal but for case or Unicode
 * normal form (on Linux neither counts), or a file where another name needs a directory.
 */
export function collectNames(
  names: NameScope = 'everywhere',
): (name: string, offset: number) => void {
  const exact = new Set<string>();
  const files = new Set<string>();
  const directories = new Set<string>();

  // Directories of a known one are known and were checked, so that deep names cost no more than flat ones.
  function claimDirectories(path: string): boolean {
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const directory = path.slice(0, end);
      if (files.has(directory)) return false;
      if (directories.has(directory)) return true;
      directories.add(directory);
    }
    return true;
  }

  function claimFile(path: string): boolean {
    if (files.has(path) || directories.has(path)) return false;
    files.add(path);
    return true;
  }

  return (name, offset) => {
    if (exact.has(name)) {
      throw zipRefused('name-duplicate', offset, `two members have one name: ${quoted(name)}`);
    }
    exact.add(name);
    const folded = names === 'linux' ? name : fold(name);
    const slash = folded.lastIndexOf('/');
    const isFree = claimDirectories(folded.slice(0, Math.max(slash, 0)));
    if (!isFree || (!folded.endsWith('/') && !claimFile(folded))) {
      throw zipRefused(
        'name-collision',
        offset,
        `a file system could take a name for another one's: ${quoted(name)}`,
      );
    }
  };
}

// Capital letters alone are not enough: ẞ is one already, and only its small ß becomes SS. This way it is Unicode's full
// case folding for every character.
function fold(name: string): string {
  return name.normalize('NFC').toLowerCase().toUpperCase().toLowerCase().normalize('NFC');
}
