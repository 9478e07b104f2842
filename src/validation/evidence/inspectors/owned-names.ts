import { NAMES_LISTED } from '../../../model/contents.ts';
import type { InspectedMember, Inspector, WheelLayout } from './inspector.ts';
import { isNamespaceShim } from './namespace-shim.ts';

const MOST_BYTES = 8 * 1024;
/** How many parts a name has at most: what lies deeper counts as a part of what is there. */
const DEEPEST = 4;

/**
 * Finds the import names that a wheel alone should bring: regular packages, modules and extension modules, and below
 * folders that are none (PEP 420, or an `__init__.py` that does nothing of its own) the first ones of these. Where they
 * are too many, names with fewer parts stand for them. Does not see names that are made up when it is imported.
 */
export function inspectOwnedNames({ members }: WheelLayout): Inspector {
  const paths = members.flatMap((member) => importPathOf(member) ?? []);
  const shims = new Map<string, boolean>();

  return {
    appetite: (member) => (isInitSource(member) ? MOST_BYTES : 0),
    look(member, { head, isWhole }) {
      const path = importPathOf(member);
      if (path === undefined) return;
      const folder = folderOf(path);
      // More than one file may end up there.
      const isShim = isWhole && isNamespaceShim(head) && shims.get(folder) !== false;
      shims.set(folder, isShim);
    },
    found() {
      const regular = paths
        .filter((path) => isInit(path) && !(path.isSource && shims.get(folderOf(path)) === true))
        .map(folderOf);
      return { owned: ownedNames(paths, new Set(regular)).slice(0, NAMES_LISTED) };
    },
  };
}

/** A member as the import system finds it: `['google', 'protobuf', '__init__']`. */
interface ImportPath {
  readonly parts: readonly string[];
  readonly isSource: boolean;
}

// `importlib.machinery`: source, byte code and extension modules.
const MODULE_FILE = /^([^/.]+)(?:\.[^/]*)?\.(py|pyc|so|pyd)$/i;

function importPathOf({ installed }: InspectedMember): ImportPath | undefined {
  if (installed?.place !== 'site') return undefined;
  const folders = installed.path.split('/');
  const [, name, kind] = MODULE_FILE.exec(folders.pop() ?? '') ?? [];
  // Byte code in its cache counts only beside its source.
  const isImportable = folders.every((folder) => /^[^.-]+$/.test(folder) && folder !== CACHE);
  if (name === undefined || !isImportable) return undefined;
  return { parts: [...folders, name], isSource: kind?.toLowerCase() === 'py' };
}

const CACHE = '__pycache__';

function isInit({ parts }: ImportPath): boolean {
  return parts.length > 1 && parts.at(-1) === '__init__';
}

function folderOf({ parts }: ImportPath): string {
  return parts.slice(0, -1).join('.');
}

function isInitSource(member: InspectedMember): boolean {
  if (!member.name.endsWith('/__init__.py')) return false;
  const path = importPathOf(member);
  return path !== undefined && isInit(path) && path.parts.length <= DEEPEST;
}

function ownedNames(paths: readonly ImportPath[], regular: ReadonlySet<string>): readonly string[] {
  for (let depth = DEEPEST; depth > 1; depth -= 1) {
    const names = namesOf(paths, regular, depth);
    if (names.length < NAMES_LISTED) return names;
  }
  return namesOf(paths, regular, 1);
}

function namesOf(
  paths: readonly ImportPath[],
  regular: ReadonlySet<string>,
  depth: number,
): readonly string[] {
  const names = new Set<string>();
  const shims = new Set<string>();
  for (const path of paths) {
    const prefixes = prefixesOf(isInit(path) ? path.parts.slice(0, -1) : path.parts, depth);
    const whole = prefixes.find((prefix) => regular.has(prefix));
    const longest = prefixes.at(-1) ?? '';
    if (whole === undefined && isInit(path)) shims.add(longest);
    else names.add(whole ?? longest);
  }
  const above = new Set(
    [...names, ...shims].flatMap((name) => prefixesOf(name.split('.'), DEEPEST).slice(0, -1)),
  );
  // With nothing below it, it is all that there is of the name.
  const last = [...shims].filter((shim) => !above.has(shim));
  return [...new Set([...names, ...last])].toSorted();
}

/** `a`, `a.b`, `a.b.c` of `['a', 'b', 'c']`, the shortest first, and none longer than `most` parts. */
function prefixesOf(parts: readonly string[], most: number): readonly string[] {
  return parts.slice(0, most).map((_, index) => parts.slice(0, index + 1).join('.'));
}
