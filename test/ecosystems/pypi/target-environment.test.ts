import { expect, test } from 'vitest';

import { parseSpecifierSet } from '../../../src/ecosystems/pypi/specifiers.ts';
import { pythonFits, targetEnvironment } from '../../../src/ecosystems/pypi/target-environment.ts';

test.each([
  ['manylinux_2_28_x86_64', 'posix', 'linux', 'Linux', 'x86_64'],
  ['manylinux2014_aarch64', 'posix', 'linux', 'Linux', 'aarch64'],
  ['musllinux_1_2_x86_64', 'posix', 'linux', 'Linux', 'x86_64'],
  ['linux_x86_64', 'posix', 'linux', 'Linux', 'x86_64'],
  ['macosx_14_0_arm64', 'posix', 'darwin', 'Darwin', 'arm64'],
  ['win_amd64', 'nt', 'win32', 'Windows', 'AMD64'],
  ['win32', 'nt', 'win32', 'Windows', 'x86'],
])('on %s markers read %s, %s, %s, %s', (platform, os, sys, system, machine) => {
  expect(targetEnvironment({ id: 'x', python: '3.12', platform })).toEqual({
    python: '3.12',
    fixed: {
      os_name: os,
      sys_platform: sys,
      platform_system: system,
      platform_machine: machine,
      platform_python_implementation: 'CPython',
      implementation_name: 'cpython',
      python_version: '3.12',
    },
  });
});

test.each(['any', 'macosx_11_0_universal2', 'manylinux_2_28', 'linux_x86_64\n', ''])(
  'the platform %j is refused',
  (platform) => {
    expect(() => targetEnvironment({ id: 'x', python: '3.12', platform })).toThrow(
      expect.objectContaining({ code: 'invalid-policy' }),
    );
  },
);

test.each([
  ['', true],
  ['>=3.11.4', true],
  ['>=3.11.99', true],
  ['!=3.11.*', false],
  ['>=3.12', false],
  ['<3.11', false],
  ['<3.11.1', true],
  ['>3.11', true],
  ['==3.11', true],
  ['~=3.8', true],
  ['>=3.8,!=3.9.*,<4', true],
  ['==3.11.0rc1', false],
  ['>3.11.4,<3.11.5', false],
  ['===3.11.77', true],
])('%j fits some patch release of 3.11: %s', (text, expected) => {
  expect(pythonFits(parseSpecifierSet(text), '3.11')).toBe(expected);
});
