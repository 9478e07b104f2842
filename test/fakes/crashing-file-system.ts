import { basename, dirname } from 'node:path';

import type { DirectoryEntry, EntryStatus, FileSystem } from '../../src/store/file-system.ts';

/** What survives of that which was not synced when the machine crashed. */
export interface Survival {
  /** Whether a new or removed name does, by the step that made or removed it. */
  names(step: number): boolean;
  /** What is left of a file, of which only `synced` is sure. */
  content(synced: Uint8Array, written: Uint8Array): Uint8Array;
}

export interface CrashingFileSystem {
  readonly files: FileSystem;
  /** How many changes there were. */
  steps(): number;
  /** What the next boot finds if the machine had crashed after so many of the changes. */
  crash(steps: number, survival: Survival): CrashingFileSystem;
}

type Node =
  | { readonly kind: 'file'; written: Uint8Array; synced: Uint8Array; changed: number }
  | {
      readonly kind: 'directory';
      readonly names: Map<string, Node>;
      synced: ReadonlyMap<string, Node>;
      readonly pending: Change[];
    };

interface Change {
  readonly step: number;
  readonly name: string;
  readonly node: Node | undefined;
}

/** A step of the journal does the same to any tree that has had the same steps before. */
type Step = (tree: Tree, step: number) => void;

/**
 * A file system in memory that is as forgetful as POSIX lets it be: content is sure only after `sync` of the file,
 * names only after `sync` of their directory. It keeps a journal, so that a crash after any change can be looked at.
 */
export function openCrashingFileSystem(root: Node = emptyDirectory()): CrashingFileSystem {
  const initial = clone(root);
  const tree = openTree(clone(initial));
  const journal: Step[] = [];

  function change(step: Step): void {
    step(tree, journal.length);
    journal.push(step);
  }

  const files: FileSystem = {
    open: async (path, mode) => {
      if (mode === 'create') change((on, step) => on.add(path, { node: emptyFile(), step }));
      else tree.find(path);
      // By path and not by node, because a replay has its own nodes; files of the store keep their first name
      // while they are open.
      return {
        read: async (buffer, position) => {
          const part = tree.file(path).written.subarray(position, position + buffer.length);
          buffer.set(part);
          return part.length;
        },
        status: async () => tree.status(path),
        write: async (bytes) => {
          const copy = Uint8Array.from(bytes);
          change((on) => on.append(path, copy));
        },
        sync: async () => change((on) => on.sync(path)),
        close: async () => {},
      };
    },
    readFile: async (path) => Uint8Array.from(tree.file(path).written),
    status: async (path) => tree.status(path),
    list: async (path) => tree.list(path),
    makeDirectory: async (path) =>
      change((on, step) => on.add(path, { node: emptyDirectory(), step })),
    link: async (existing, path) =>
      change((on, step) => on.add(path, { node: on.file(existing), step })),
    unlink: async (path) => change((on, step) => on.remove(path, step)),
  };

  return {
    files,
    steps: () => journal.length,
    crash: (steps, survival) => {
      const replayed = openTree(clone(initial));
      for (const [index, step] of journal.slice(0, steps).entries()) step(replayed, index);
      return openCrashingFileSystem(survivors(replayed.root, survival));
    },
  };
}

type FileNode = Extract<Node, { kind: 'file' }>;
type DirectoryNode = Extract<Node, { kind: 'directory' }>;

interface Tree {
  readonly root: Node;
  find(path: string): Node;
  file(path: string): FileNode;
  status(path: string): EntryStatus;
  list(path: string): readonly DirectoryEntry[];
  add(path: string, added: { readonly node: Node; readonly step: number }): void;
  remove(path: string, step: number): void;
  append(path: string, bytes: Uint8Array): void;
  sync(path: string): void;
}

function openTree(root: Node): Tree {
  function find(path: string): Node {
    if (path === '/') return root;
    const found = directory(dirname(path)).names.get(basename(path));
    if (found === undefined) throw errno('ENOENT', path);
    return found;
  }

  function file(path: string): FileNode {
    const node = find(path);
    if (node.kind !== 'file') throw errno('EISDIR', path);
    return node;
  }

  function directory(path: string): DirectoryNode {
    const node = find(path);
    if (node.kind !== 'directory') throw errno('ENOTDIR', path);
    return node;
  }

  return {
    root,
    find,
    file,
    status: (path) => {
      const node = find(path);
      const changed = node.kind === 'file' ? node.changed : 0;
      const sizeBytes = node.kind === 'file' ? node.written.length : 0;
      return { kind: node.kind, sizeBytes, modified: changed, changed };
    },
    list: (path) => [...directory(path).names].map(([name, node]) => ({ name, kind: node.kind })),
    add: (path, { node, step }) => {
      const parent = directory(dirname(path));
      const name = basename(path);
      if (parent.names.has(name)) throw errno('EEXIST', path);
      if (node.kind === 'file') node.changed = Date.now();
      parent.names.set(name, node);
      parent.pending.push({ step, name, node });
    },
    remove: (path, step) => {
      file(path);
      const parent = directory(dirname(path));
      parent.names.delete(basename(path));
      parent.pending.push({ step, name: basename(path), node: undefined });
    },
    append: (path, bytes) => {
      const node = file(path);
      node.written = Buffer.concat([node.written, bytes]);
    },
    sync: (path) => {
      const node = find(path);
      if (node.kind === 'file') {
        node.synced = node.written;
        return;
      }
      node.synced = new Map(node.names);
      node.pending.length = 0;
    },
  };
}

/** The tree as the next boot finds it. Two names of one file are still one file. */
function survivors(root: Node, survival: Survival): Node {
  const seen = new Map<Node, Node>();
  function survive(node: Node): Node {
    const known = seen.get(node);
    if (known !== undefined) return known;
    const survivor = node.kind === 'file' ? surviveFile(node) : surviveDirectory(node);
    seen.set(node, survivor);
    return survivor;
  }
  function surviveFile(node: FileNode): Node {
    const content = survival.content(node.synced, node.written);
    return { ...node, written: content, synced: content };
  }
  function surviveDirectory(node: DirectoryNode): Node {
    const left = [...namesAfter(node, survival)];
    const names = new Map(left.map(([name, child]) => [name, survive(child)]));
    return { kind: 'directory', names, synced: new Map(names), pending: [] };
  }
  return survive(root);
}

/** The synced names, then those of the changes since that survive, each by itself. */
function namesAfter(node: DirectoryNode, survival: Survival): Map<string, Node> {
  const names = new Map(node.synced);
  for (const change of node.pending) {
    if (!survival.names(change.step)) continue;
    if (change.node === undefined) names.delete(change.name);
    else names.set(change.name, change.node);
  }
  return names;
}

const EVERYTHING: Survival = { names: () => true, content: (_synced, written) => written };

/** Another tree with the same names and content, all of it synced. */
function clone(root: Node): Node {
  return survivors(root, EVERYTHING);
}

function emptyDirectory(): DirectoryNode {
  return { kind: 'directory', names: new Map(), synced: new Map(), pending: [] };
}

function emptyFile(): FileNode {
  return { kind: 'file', written: new Uint8Array(), synced: new Uint8Array(), changed: 0 };
}

/** An error as Node's `fs` throws it. */
export function errno(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: made by a test, '${path}'`), { code });
}
