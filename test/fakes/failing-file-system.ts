import type { FileSystem, OpenFile } from '../../src/store/file-system.ts';

/** One call of a FileSystem, `file.` before those of an open file. */
export interface Call {
  readonly name: string;
  readonly path: string;
  /** Counts all calls from 0. */
  readonly index: number;
}

/** A file system of which a call fails, without effect, with the error that `fails` gives for it. */
export function openFailingFileSystem(
  files: FileSystem,
  fails: (call: Call) => Error | undefined,
): FileSystem {
  let index = 0;

  async function call<Value>(
    name: string,
    path: string,
    work: () => Promise<Value>,
  ): Promise<Value> {
    const error = fails({ name, path, index: index++ });
    if (error !== undefined) throw error;
    return await work();
  }

  function failingFile(file: OpenFile, path: string): OpenFile {
    return {
      read: (buffer, position) => call('file.read', path, () => file.read(buffer, position)),
      status: () => call('file.status', path, () => file.status()),
      write: (bytes) => call('file.write', path, () => file.write(bytes)),
      sync: () => call('file.sync', path, () => file.sync()),
      close: async () => {
        await file.close();
        await call('file.close', path, async () => {});
      },
    };
  }

  return {
    open: (path, mode) =>
      call('open', path, async () => failingFile(await files.open(path, mode), path)),
    readFile: (path) => call('readFile', path, () => files.readFile(path)),
    status: (path) => call('status', path, () => files.status(path)),
    list: (path) => call('list', path, () => files.list(path)),
    makeDirectory: (path) => call('makeDirectory', path, () => files.makeDirectory(path)),
    link: (existing, path) => call('link', path, () => files.link(existing, path)),
    unlink: (path) => call('unlink', path, () => files.unlink(path)),
  };
}
