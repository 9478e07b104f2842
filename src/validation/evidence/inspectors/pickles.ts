import { CONTENTS_LISTED, type PickleFile } from '../../../model/contents.ts';
import type { Inspector, WheelLayout } from './inspector.ts';
import { moduleOf } from './module-name.ts';
import { isSafeName } from './pickle-names.ts';
import { walkPickle } from './pickle-walk.ts';

const MIB = 1024 * 1024;
const EXTENSION = /\.(?:pkl|pickle|pickled|p|joblib|npy|dill)$/i;
const NAMES_KEPT = 10;

/**
 * Finds files that Python's pickle would run: by their extension, and any file by its first bytes (protocol 2 and
 * newer). NumPy's `.npy` counts where it holds objects. Each is walked, and what it names is compared with a list of
 * what is harmless and with the wheel's own modules; what names nothing else is not listed. Does not see pickles inside
 * archives (`.npz`, `.pt`), inside other files, or of protocols 0 and 1 under another extension.
 */
export function inspectPickles({ members }: WheelLayout): Inspector {
  const own = new Set(members.map(moduleOf).filter((name) => name !== undefined));
  const pickles: PickleFile[] = [];
  return {
    appetite: (member) => (EXTENSION.test(member.name) ? 32 * MIB : 2 * MIB),
    look({ name }, { head, isWhole }) {
      const start = findPickle(name, head);
      if (start === undefined) return;
      const { names, isComplete, isPickle } = walkAll(head, start);
      const unlisted = [...names].filter((one) => !isSafeName(one, own));
      if (unlisted.length > 0) {
        pickles.push({ path: name, outcome: 'unlisted', names: unlisted.slice(0, NAMES_KEPT) });
        return;
      }
      if (isComplete && isWhole) return;
      // Bytes that only begin like a pickle are none, unless they may go on as one behind what was seen.
      if (EXTENSION.test(name) || names.size > 0 || (isPickle && !isWhole))
        pickles.push({ path: name, outcome: 'unreadable', names: [] });
    },
    found: () => ({ pickles: pickles.slice(0, CONTENTS_LISTED) }),
  };
}

/** Where a pickle begins in a file; absent: it is none. */
function findPickle(name: string, head: Uint8Array): number | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (bytes.length < 2) return undefined;
  if (bytes.toString('latin1', 0, 6) === '\u0093NUMPY') return objectArray(bytes);
  if (bytes[0] === 0x80 && (bytes[1] ?? 0) >= 2 && (bytes[1] ?? 0) <= 5) return 0;
  const isNamedSo = EXTENSION.test(name) && !/\.npy$/i.test(name);
  // Compressed ones are archives of a kind; joblib and pandas write them.
  const isPacked = [0x1f8b, 0x425a, 0xfd37, 0x504b, 0x789c, 0x7801, 0x78da].includes(
    bytes.readUInt16BE(0),
  );
  return isNamedSo && !isPacked ? 0 : undefined;
}

/** The header of format 1.0 to 3.0 names a type; `O` is Python's objects, and a pickle follows. */
function objectArray(bytes: Buffer): number | undefined {
  if (bytes.length < 12) return undefined;
  const isShort = bytes[6] === 1;
  const start = isShort ? 10 : 12;
  const length = isShort ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  const header = bytes.toString('latin1', start, start + length);
  return /'descr':.*O/.test(header) ? start + length : undefined;
}

interface Walks {
  readonly names: ReadonlySet<string>;
  /** Whether a reader would find nothing more in these bytes. */
  readonly isComplete: boolean;
  /** Whether there is a whole pickle, or one that ends behind these bytes. */
  readonly isPickle: boolean;
}

/** A file may hold several pickles, one behind the other. */
function walkAll(bytes: Uint8Array, start: number): Walks {
  const names = new Set<string>();
  for (let at = start; at < bytes.length;) {
    const walk = walkPickle(bytes, at);
    for (const name of walk.names) names.add(name);
    // Readers stop behind a whole pickle; what follows and is none is only left over, as a line's end.
    const isFirst = at === start;
    if (!walk.isWhole) {
      const isComplete = !isFirst && bytes[at] !== 0x80;
      return { names, isComplete, isPickle: !isFirst || walk.isCut };
    }
    at = walk.end;
  }
  return { names, isComplete: true, isPickle: true };
}
