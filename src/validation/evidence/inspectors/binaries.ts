import { CONTENTS_LISTED, type Executable, type NativeLibrary } from '../../../model/contents.ts';
import type { InspectedMember, Inspector } from './inspector.ts';

const HEAD_BYTES = 4096;

/**
 * Finds programs and shared libraries by their first bytes, whatever they are called: ELF, PE and Mach-O, and scripts
 * with an interpreter line outside the folder of commands. Does not see what is packed inside other files.
 */
export function inspectBinaries(): Inspector {
  const executables: Executable[] = [];
  const libraries: NativeLibrary[] = [];
  return {
    appetite: () => HEAD_BYTES,
    look(member, { head, sha256 }) {
      const found = findBinary(Buffer.from(head.buffer, head.byteOffset, head.byteLength));
      if (found === undefined || (found.format === 'script' && !isOddScript(member))) return;
      const path = member.name;
      if (found.isProgram) executables.push({ path, format: found.format, sha256 });
      else if (found.format !== 'script') libraries.push({ path, format: found.format });
    },
    found: () => ({
      executables: executables.slice(0, CONTENTS_LISTED),
      libraries: libraries.slice(0, CONTENTS_LISTED),
    }),
  };
}

interface Binary {
  readonly format: Executable['format'];
  readonly isProgram: boolean;
}

function findBinary(head: Buffer): Binary | undefined {
  return findElf(head) ?? findPe(head) ?? findMachO(head) ?? findScript(head);
}

const ELF_EXECUTABLE = 2;
const ELF_SHARED = 3;
const ELF_INTERPRETER = 3;

// A position-independent program has the type of a library; a program header that names an interpreter tells it apart.
function findElf(head: Buffer): Binary | undefined {
  if (head.length < 64 || head.readUInt32BE(0) !== 0x7f454c46) return undefined;
  const is64 = head[4] === 2;
  const isLittle = head[5] === 1;
  function number(offset: number, size: 2 | 4): number {
    if (offset + size > head.length) return 0;
    return isLittle ? head.readUIntLE(offset, size) : head.readUIntBE(offset, size);
  }
  const type = number(16, 2);
  if (type === ELF_EXECUTABLE) return { format: 'elf', isProgram: true };
  if (type !== ELF_SHARED) return { format: 'elf', isProgram: false };
  // Of a 64-bit offset the low half, which is enough: the headers of what is of interest are near.
  const wide = isLittle ? 32 : 36;
  const start = number(is64 ? wide : 28, 4);
  const size = number(is64 ? 54 : 42, 2);
  const count = Math.min(number(is64 ? 56 : 44, 2), 64);
  const types = Array.from({ length: count }, (_, index) => number(start + index * size, 4));
  return { format: 'elf', isProgram: types.includes(ELF_INTERPRETER) };
}

const PE_LIBRARY = 0x2000;

function findPe(head: Buffer): Binary | undefined {
  if (head.length < 64 || head.toString('latin1', 0, 2) !== 'MZ') return undefined;
  const at = head.readUInt32LE(60);
  if (at + 24 > head.length || head.toString('latin1', at, at + 4) !== 'PE\0\0') return undefined;
  return { format: 'pe', isProgram: (head.readUInt16LE(at + 22) & PE_LIBRARY) === 0 };
}

const MACH_MAGICS = new Set([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe]);
const MACH_EXECUTE = 2;
const FAT = 0xcafebabe;

function findMachO(head: Buffer): Binary | undefined {
  if (head.length < 32) return undefined;
  const magic = head.readUInt32BE(0);
  if (MACH_MAGICS.has(magic)) {
    const isLittle = magic === 0xcefaedfe || magic === 0xcffaedfe;
    const type = isLittle ? head.readUInt32LE(12) : head.readUInt32BE(12);
    return { format: 'mach-o', isProgram: type === MACH_EXECUTE };
  }
  // Java classes begin alike, and then have a version where this has a small count of architectures.
  const isFat = magic === FAT && head.readUInt32BE(4) > 0 && head.readUInt32BE(4) < 20;
  return isFat ? { format: 'mach-o', isProgram: false } : undefined;
}

function findScript(head: Buffer): Binary | undefined {
  return head.toString('latin1', 0, 2) === '#!' ? { format: 'script', isProgram: true } : undefined;
}

// Python's own files often begin with an interpreter line and are only imported.
function isOddScript({ name, installed }: InspectedMember): boolean {
  return installed?.place !== 'scripts' && !/\.(?:py|pyw|pyi)$/i.test(name);
}
