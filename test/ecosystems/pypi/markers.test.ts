import { expect, test } from 'vitest';

import {
  canHold,
  evaluateMarker,
  extrasNamed,
  parseMarker,
} from '../../../src/ecosystems/pypi/markers.ts';
import { targetEnvironment } from '../../../src/ecosystems/pypi/target-environment.ts';

const LINUX_311 = {
  os_name: 'posix',
  sys_platform: 'linux',
  platform_machine: 'x86_64',
  platform_python_implementation: 'CPython',
  platform_release: '6.1.0-13-amd64',
  platform_system: 'Linux',
  platform_version: '#1 SMP',
  python_version: '3.11',
  python_full_version: '3.11.4',
  implementation_name: 'cpython',
  implementation_version: '3.11.4',
  extra: '',
};
const TARGET = targetEnvironment({
  id: '3.11/manylinux_2_28_x86_64',
  python: '3.11',
  platform: 'manylinux_2_28_x86_64',
});

test.each([
  ['python_version >= "3.9"', true],
  ['python_version < "3.9"', false],
  ['python_version in "3.10 3.11"', true],
  ['python_version not in "3.10, 3.11"', false],
  ['"3.9" <= python_version', true],
  ['python_version == "3.*"', true],
  ['python_version ~= "3.8"', true],
  ['python_full_version === "3.11.4"', true],
  ['python_version > "abc"', false],
  ['os_name > "nt"', false],
  ['os_name >= "posix"', true],
  ['platform_release >= "5"', false],
  ['"lin" in sys_platform', true],
  ['extra == "x"', false],
  ['extra != "x"', true],
  ['os_name == "nt" and os_name == "nt" or os_name == "posix"', true],
  ['os_name == "posix" or os_name == "nt" and os_name == "nt"', true],
  ['(os_name == "posix" or os_name == "nt") and os_name == "nt"', false],
  ['python_implementation == "CPython" and sys.platform == "linux"', true],
])('on Linux with Python 3.11.4, %s is %s', (text, expected) => {
  expect(evaluateMarker(parseMarker(text), LINUX_311)).toBe(expected);
});

test('extras compare normalised on both sides', () => {
  const marker = parseMarker('"Foo_Bar" == extra');
  expect(evaluateMarker(marker, { ...LINUX_311, extra: 'foo.BAR' })).toBe(true);
});

test('"~=" with a release that is no version cannot be evaluated', () => {
  expect(() => evaluateMarker(parseMarker('"6.1" ~= platform_release'), LINUX_311)).toThrow(
    expect.objectContaining({ code: 'invalid-requirement' }),
  );
});

test.each([
  ['python_version>="3.9"', 'python_version >= "3.9"'],
  ["os_name == 'a\"b'", "os_name == 'a\"b'"],
  ['os_name not \t in "a"', 'os_name not in "a"'],
  [
    '((os_name == "a") or (os_name == "b" and os.name == "c"))',
    'os_name == "a" or os_name == "b" and os_name == "c"',
  ],
  [
    '(os_name=="a"or os_name=="b")and os_name=="c"',
    '(os_name == "a" or os_name == "b") and os_name == "c"',
  ],
])('%j is %j in normal form', (written, normal) => {
  expect(parseMarker(written).text).toBe(normal);
  expect(parseMarker(normal).text).toBe(normal);
});

test.each([
  '',
  'os_name',
  'os_name ==',
  'os_name == nt',
  'os_name == "nt',
  '"a" == "b"',
  'os_name = "a"',
  'os_name == "a" and',
  'os_name == "a" os_name == "b"',
  '(os_name == "a"',
  'os_name == "a")',
  'not os_name == "a"',
  'os_name notin "a"',
  'os_name == "\\x61"',
  'os_name == "a\n"',
  'os_name == "\u001b[31m"',
  '"a" in extras',
  'os_name ~= "1.0"',
  'python_version ~= "3"',
  'python_version ~= "abc"',
  'platform_machine === "x86_64"',
  'OS_NAME == "a"',
  'pythonXversion == "3"',
])('%j is no marker', (text) => {
  expect(() => parseMarker(text)).toThrow(expect.objectContaining({ code: 'invalid-requirement' }));
});

test('parentheses may nest 64 deep, and no depth overflows the stack', () => {
  expect(parseMarker(nested(64)).text).toBe('os_name == "a"');
  expect(() => parseMarker(nested(65))).toThrow(/at most 64 nested parentheses/);
  expect(() => parseMarker(nested(4000))).toThrow(/at most 64 nested parentheses/);
  expect(() => parseMarker(nested(10_000))).toThrow(/at most 8192 characters/);
});

test.each([
  ['python_version == "3.11"', true],
  ['python_version == "3.12"', false],
  ['python_full_version >= "3.11.4"', true],
  ['python_full_version < "3.11.4"', true],
  ['python_full_version > "3.11.900"', true],
  ['python_full_version == "3.11.77"', true],
  ['python_full_version > "3.11.4" and python_full_version < "3.11.5"', false],
  ['python_full_version < "3.11.4" and implementation_version > "3.11.6"', false],
  ['python_full_version == "3.11.4rc1"', false],
  ['python_full_version < "3.11"', false],
  ['"3.11.42" in python_full_version', true],
  ['platform_release >= "7" and platform_version == "x"', true],
  ['platform_release >= "7" and sys_platform == "win32"', false],
  ['"a" ~= platform_release', true],
  ['extra == "test"', false],
  ['extra == "test" or platform_machine == "x86_64"', true],
])('on the target 3.11/manylinux_2_28_x86_64, %s can hold: %s', (text, expected) => {
  expect(canHold(parseMarker(text), TARGET, undefined)).toBe(expected);
});

test('the extra that is asked for decides', () => {
  const marker = parseMarker('extra == "Dev_Tools"');
  expect(canHold(marker, TARGET, 'dev-tools')).toBe(true);
  expect(canHold(marker, TARGET, 'dev.tools')).toBe(true);
  expect(canHold(marker, TARGET, 'test')).toBe(false);
});

test('a marker says which extras it names', () => {
  expect(extrasNamed(parseMarker('extra == "B_c" or "a" == extra or extra == "b.c"'))).toEqual([
    'b-c',
    'a',
  ]);
  expect(extrasNamed(parseMarker('os_name == "extra"'))).toEqual([]);
});

function nested(depth: number): string {
  return `${'('.repeat(depth)}os_name == "a"${')'.repeat(depth)}`;
}
