import { expect, test } from 'vitest';

import { buildWheel, sha256Of } from '../../fixtures/wheels.ts';
import { contentsOf } from './contents-of.ts';

/** The first bytes of an ELF file: its type, and the types of its program headers. */
function elf(
  type: number,
  headers: readonly number[],
  { is64 = true, isLittle = true } = {},
): Buffer {
  const bytes = Buffer.alloc(512);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, is64 ? 2 : 1, isLittle ? 1 : 2]);
  function put(offset: number, size: 2 | 4, value: number): void {
    if (isLittle) bytes.writeUIntLE(value, offset, size);
    else bytes.writeUIntBE(value, offset, size);
  }
  put(16, 2, type);
  // In the other order of bytes the low half of a 64-bit offset is its second one.
  const start = is64 ? 64 : 52;
  const wide = isLittle ? 32 : 36;
  put(is64 ? wide : 28, 4, start);
  const size = is64 ? 56 : 32;
  put(is64 ? 54 : 42, 2, size);
  put(is64 ? 56 : 44, 2, headers.length);
  for (const [index, header] of headers.entries()) put(start + index * size, 4, header);
  return bytes;
}

function pe(characteristics: number): Buffer {
  const bytes = Buffer.alloc(256);
  bytes.write('MZ');
  bytes.writeUInt32LE(128, 60);
  bytes.write('PE\0\0', 128);
  bytes.writeUInt16LE(characteristics, 150);
  return bytes;
}

function machO(type: number, magic = 0xfeedfacf): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt32LE(magic, 0);
  bytes.writeUInt32LE(type, 12);
  return bytes;
}

test.each([
  ['frog/tool', elf(2, [1]), 'elf'],
  ['frog/data.txt', elf(2, []), 'elf'],
  ['frog/position-independent', elf(3, [1, 3, 2]), 'elf'],
  ['frog/small', elf(3, [3], { is64: false }), 'elf'],
  ['frog/big-endian', elf(3, [1, 3], { isLittle: false }), 'elf'],
  ['frog/tool.exe', pe(0x0022), 'pe'],
  ['frog/mac', machO(2), 'mach-o'],
  ['frog/run.sh', Buffer.from('#!/bin/sh\nid\n'), 'script'],
] as const)('%s is a program', async (path, content, format) => {
  const wheel = buildWheel({ name: 'frog', version: '1.0', extraMembers: { [path]: content } });
  const { executables, libraries } = await contentsOf(wheel);
  expect(executables).toEqual([{ path, format, sha256: sha256Of(content) }]);
  expect(libraries).toEqual([]);
});

test.each([
  ['frog/fast.so', elf(3, [1, 2]), 'elf'],
  ['frog/object.o', elf(1, []), 'elf'],
  ['frog/fast.pyd', pe(0x2022), 'pe'],
  ['frog/fast.dylib', machO(6), 'mach-o'],
] as const)('%s is a library', async (path, content, format) => {
  const wheel = buildWheel({ name: 'frog', version: '1.0', extraMembers: { [path]: content } });
  const { executables, libraries } = await contentsOf(wheel);
  expect(executables).toEqual([]);
  expect(libraries).toEqual([{ path, format }]);
});

test.each([
  ['frog/main.py', '#!/usr/bin/env python\n'],
  ['frog-1.0.data/scripts/frog', '#!python\n'],
  ['frog/Frog.class', Buffer.from([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52, ...Buffer.alloc(64)])],
  ['frog/short', Buffer.from([0x7f, 0x45, 0x4c, 0x46])],
  ['frog/mz.txt', `MZ${'x'.repeat(100)}`],
] as const)('%s is neither', async (path, content) => {
  const wheel = buildWheel({ name: 'frog', version: '1.0', extraMembers: { [path]: content } });
  const { executables, libraries } = await contentsOf(wheel);
  expect({ executables, libraries }).toEqual({ executables: [], libraries: [] });
});
