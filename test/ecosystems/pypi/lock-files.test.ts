import { describe, expect, test } from 'vitest';

import { findLockReader } from '../../../src/ecosystems/pypi/lock-files.ts';

function read(filename: string, text: string): readonly string[] {
  const items = findLockReader(filename)?.(text) ?? [];
  return items.map((item) =>
    item.kind === 'requirement'
      ? item.requirement.text
      : `${item.kind} ${item.text}: ${item.reason}`,
  );
}

test.each([
  ['pylock.toml', true],
  ['pylock.dev.toml', true],
  ['pylock.a.b.toml', false],
  ['uv.lock', true],
  ['poetry.lock', true],
  ['pdm.lock', true],
  ['Pipfile.lock', true],
  ['conda.lock', false],
  ['requirements.txt', false],
])('the name %s is that of a lock: %s', (filename, isLock) => {
  expect(findLockReader(filename) !== undefined).toBe(isLock);
});

const PYLOCK = `
lock-version = "1.0"
created-by = "a test"
[[packages]]
name = "Some.App"
version = "1.0"
marker = "sys_platform == 'linux'"
wheels = [{ name = "some_app-1.0-py3-none-any.whl", url = "https://files.test/a", hashes = { sha256 = "00" } }]
[[packages]]
name = "extra-only"
version = "2"
marker = "'fast' in extras"
[[packages]]
name = "course"
directory = { path = ".", editable = true }
[[packages]]
name = "near"
directory = { path = "../near" }
[[packages]]
name = "cloned"
vcs = { type = "git", url = "https://git.test/cloned", commit-id = "00" }
[[packages]]
name = "fetched"
version = "3"
archive = { url = "https://files.test/fetched.tar.gz" }
[[packages]]
name = "unversioned"
`;

const UV = `
version = 1
revision = 3
[[package]]
name = "course"
version = "1"
source = { virtual = "." }
dependencies = [
    { name = "app" },
    { name = "forked", version = "1", marker = "python_full_version < '3.11'" },
    { name = "windows-only", marker = "sys_platform == 'win32'" },
    { name = "either", marker = "extra == 'extra-6-course-a'" },
]
[package.dev-dependencies]
dev = [{ name = "apple-only", marker = "sys_platform == 'darwin'" }]
[[package]]
name = "app"
version = "1.0"
source = { registry = "https://packages.test/simple" }
dependencies = [{ name = "windows-only", marker = "os_name == 'nt'" }]
[[package]]
name = "forked"
version = "1"
source = { registry = "https://packages.test/simple" }
resolution-markers = ["python_full_version < '3.11'", "sys_platform == 'win32'"]
[[package]]
name = "windows-only"
version = "2"
source = { registry = "https://packages.test/simple" }
[[package]]
name = "apple-only"
version = "3"
source = { registry = "https://packages.test/simple" }
[[package]]
name = "either"
version = "4"
source = { registry = "https://packages.test/simple" }
[[package]]
name = "near"
version = "1"
source = { editable = "../near" }
[[package]]
name = "cloned"
version = "1"
source = { git = "https://git.test/cloned?rev=00" }
`;

const POETRY = `
[[package]]
name = "app"
version = "1.0"
groups = ["main"]
markers = "sys_platform == 'linux'"
[package.dependencies]
lib = ">=1"
[[package]]
name = "lib"
version = "2"
groups = ["main", "dev"]
[package.markers]
main = "python_version >= '3.11'"
dev = "os_name == 'posix'"
[[package]]
name = "named-index"
version = "3"
[package.source]
type = "legacy"
url = "https://packages.test/simple"
reference = "gatehouse"
[[package]]
name = "cloned"
version = "4"
[package.source]
type = "git"
url = "https://git.test/cloned"
[metadata]
lock-version = "2.1"
`;

const PDM = `
[metadata]
lock_version = "4.5.0"
[[package]]
name = "app"
version = "1.0"
extras = ["fast"]
marker = "python_version >= '3.9'"
[[package]]
name = "near"
version = "1"
path = "./near"
`;

const PIPFILE = `{
  "_meta": { "pipfile-spec": 6 },
  "default": {
    "app": { "version": "==1.0", "extras": ["fast"], "markers": "python_version >= '3.9'", "hashes": [] },
    "cloned": { "git": "https://git.test/cloned", "ref": "00" }
  },
  "develop": { "lib": { "version": "==2" } }
}`;

test.each([
  [
    'pylock.toml',
    PYLOCK,
    [
      'some-app==1.0 ; sys_platform == "linux"',
      'extra-only==2',
      'unapprovable near: it comes from directory, not an index',
      'unapprovable cloned: it comes from vcs, not an index',
      'unapprovable fetched: it comes from archive, not an index',
      'unapprovable unversioned: the lock gives no version of it',
    ],
  ],
  [
    'uv.lock',
    UV,
    [
      'app==1.0',
      'forked==1 ; python_full_version < "3.11" or sys_platform == "win32"',
      'windows-only==2 ; sys_platform == "win32" or os_name == "nt"',
      'apple-only==3 ; sys_platform == "darwin"',
      'either==4',
      'unapprovable near: it comes from editable, not an index',
      'unapprovable cloned: it comes from git, not an index',
    ],
  ],
  [
    'poetry.lock',
    POETRY,
    [
      'app==1.0 ; sys_platform == "linux"',
      'lib==2 ; python_version >= "3.11" or os_name == "posix"',
      'named-index==3',
      'unapprovable cloned: it comes from git, not an index',
    ],
  ],
  [
    'pdm.lock',
    PDM,
    [
      'app[fast]==1.0 ; python_version >= "3.9"',
      'unapprovable near: it comes from path, not an index',
    ],
  ],
  [
    'Pipfile.lock',
    PIPFILE,
    [
      'app[fast]==1.0 ; python_version >= "3.9"',
      'unapprovable cloned: it comes from git, not an index',
      'lib==2',
    ],
  ],
] as const)('%s is read as requirements', (filename, text, items) => {
  expect(read(filename, text)).toEqual(items);
});

describe('a lock that cannot be read says why', () => {
  test.each([
    ['pylock.toml', 'lock-version = 1.0', 'expected lock-version 1, got: undefined'],
    ['pylock.toml', 'lock-version = "2.0"', 'expected lock-version 1, got: 2.0'],
    ['pylock.toml', 'lock-version', 'it is not TOML'],
    ['uv.lock', 'version = 2', 'expected version 1, got: 2'],
    ['Pipfile.lock', '{', 'it is not JSON'],
    ['Pipfile.lock', '[]', 'it is not a JSON object'],
  ])('%s %s', (filename, text, message) => {
    expect(() => read(filename, text)).toThrow(`the lock cannot be read: ${message}`);
  });
});
