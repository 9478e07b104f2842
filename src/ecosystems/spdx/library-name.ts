/** What the file name of a shared library, or of a program that wheels commonly bundle, tells. */
export interface LibraryName {
  /** Without suffix, version and the digests that repair tools put in: `libgfortran`. */
  readonly name: string;
  /** As the file name has it, which is that of the interface: `5.0.0`. */
  readonly version?: string;
}

// No file system of the targets has longer names.
const LONGEST_NAME = 255;
const LIBRARY =
  /^(?<stem>[^/]+?)(?:\.so(?:\.(?<elf>[0-9][0-9a-z.]*))?|(?:\.(?<macho>[0-9][0-9.]*))?\.dylib|\.dll)$/i;
// auditwheel and delvewheel put digests behind the name, one for each time that they were run: 8 to 32 digits, or 64.
const DIGESTS = /(?:[-.][0-9a-f]{8,64})+(?=\.|$)/i;
/** A module that Python imports; what it is linked with statically nobody sees. */
const EXTENSION = /\.(?:cpython-[^/]*|abi3|pypy[^/]*)\.so$|\.pyd$/i;
const PROGRAM = /^(?<program>ff(?:mpeg|probe|play))(?:[-_.](?:linux|mac|osx|win)[^/]*|\.exe)?$/i;

/** Reads the name of a library or program; absent: it is neither, or a module that Python imports. */
export function findLibraryName(file: string): LibraryName | undefined {
  if (file.length > LONGEST_NAME) return undefined;
  const { program } = PROGRAM.exec(file)?.groups ?? {};
  if (program !== undefined) return { name: program.toLowerCase() };
  const { stem, elf, macho } = EXTENSION.test(file) ? {} : (LIBRARY.exec(file)?.groups ?? {});
  if (stem === undefined) return undefined;
  const version = elf ?? macho;
  return { name: stem.replace(DIGESTS, ''), ...(version === undefined ? {} : { version }) };
}
