import { expect, test } from 'vitest';

import { findCondaFile } from '../../../src/ecosystems/conda/filenames.ts';
import {
  findCondaName,
  isChannelName,
  isLabel,
  isSubdir,
  isVirtualName,
} from '../../../src/ecosystems/conda/names.ts';

test.each([
  'numpy',
  'a',
  '_',
  '_libgcc_mutex',
  '_x86_64-microarch-level',
  'ld_impl_linux-64',
  '7zip',
  'jaraco.functools',
  'r-matrix',
  'libclang-cpp22.1',
  'a-',
  'a'.repeat(64),
])('%s is a name', (text) => {
  expect(findCondaName(text)).toBe(text);
});

test.each([
  '',
  'Numpy',
  '__glibc',
  '-a',
  '.a',
  'a--b',
  'a b',
  'a/b',
  'a*',
  'é',
  'a'.repeat(65),
  'a\n',
  `${'a-'.repeat(30_000)}!`,
])('%j is no name', (text) => {
  expect(findCondaName(text)).toBeUndefined();
});

test('virtual packages have names of their own', () => {
  expect(['__glibc', '__cuda_arch'].every(isVirtualName)).toBe(true);
  expect(['glibc', '__', '___a', '__A', '__a b'].some(isVirtualName)).toBe(false);
});

test('channels, labels and subdirs have the characters of CEP 26', () => {
  expect(['conda-forge', 'pkgs/main', 'pkgs/r', 'PyTorch'].every(isChannelName)).toBe(true);
  expect(['', '/a', 'a/', 'a//b', '..', 'a/../b', 'a b', 'a:b'].some(isChannelName)).toBe(false);
  expect(['main', 'rc', 'dev/next', 'a-b_c.d'].every(isLabel)).toBe(true);
  expect(['', '1a', 'a/', 'a/../b', 'a b', 'a//b', '../a'].some(isLabel)).toBe(false);
  expect(['noarch', 'linux-64', 'emscripten-wasm32'].every(isSubdir)).toBe(true);
  expect(['', 'linux', 'Linux-64', 'linux-64-x', '..', 'noarch/', 'a/b'].some(isSubdir)).toBe(
    false,
  );
});

test.each([
  ['numpy-2.1.0-py312h1_0.conda', 'numpy', '2.1.0', 'py312h1_0', 'conda'],
  ['r-matrix-1.6_5-r44he966344_1.tar.bz2', 'r-matrix', '1.6_5', 'r44he966344_1', 'tar.bz2'],
  ['x264-1!164.3095-h166bdaf_2.tar.bz2', 'x264', '1!164.3095', 'h166bdaf_2', 'tar.bz2'],
])('%s is split from the right', (text, name, version, build, format) => {
  expect(findCondaFile(text)).toEqual({ name, version, build, format });
});

test.each([
  '',
  'numpy-1.conda',
  'numpy-1-0.zip',
  'numpy-1-0.whl',
  'Numpy-1-0.conda',
  '-1-0.conda',
  'numpy-1-0.conda/',
  '../numpy-1-0.conda',
  'numpy--0.conda',
  'numpy-1-.conda',
  'a-1-é.conda',
  `a-${'1'.repeat(65)}-0.conda`,
  `a-1-${'0'.repeat(65)}.conda`,
  'numpy-1-0.conda\n',
  `${'-'.repeat(100_000)}.conda`,
])('%j is no file of a package', (text) => {
  expect(findCondaFile(text)).toBeUndefined();
});
