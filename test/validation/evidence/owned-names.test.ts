import { describe, expect, test } from 'vitest';

import { NAMES_LISTED } from '../../../src/model/contents.ts';
import { isNamespaceShim } from '../../../src/validation/evidence/inspectors/namespace-shim.ts';
import { buildWheel } from '../../fixtures/wheels.ts';
import { contentsOf } from './contents-of.ts';

async function owned(extraMembers: Readonly<Record<string, Uint8Array | string>>) {
  const found = await contentsOf(buildWheel({ name: 'frog', version: '1.0', extraMembers }));
  // Its own package, which each of these wheels has.
  return found.owned?.filter((name) => name !== 'frog');
}

const SHIM = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n";
const CODE = 'import os\n';

describe('what a wheel alone should bring', () => {
  test.each([
    [
      'packages, modules and extension modules',
      {
        'cv2/__init__.py': CODE,
        'cv2/gapi/__init__.py': CODE,
        'cv2/a.py': '',
        'one.py': '',
        'fast.cpython-312-x86_64-linux-gnu.so': 'x',
        'win.pyd': 'x',
        'frog-1.0.data/purelib/late/__init__.py': CODE,
        'frog-1.0.data/scripts/run.py': '',
      },
      ['cv2', 'fast', 'late', 'one', 'win'],
    ],
    [
      'below a folder without __init__.py what is there',
      { 'google/protobuf/__init__.py': CODE, 'google/_upb/_message.abi3.so': 'x' },
      ['google._upb._message', 'google.protobuf'],
    ],
    [
      'below a folder that only extends its path what is there',
      { 'zope/__init__.py': SHIM, 'zope/event/__init__.py': CODE, 'zope/event/x.py': '' },
      ['zope.event'],
    ],
    [
      'below an empty __init__.py what is there',
      {
        'nvidia/__init__.py': '',
        'nvidia/nvtx/__init__.py': '',
        'nvidia/nvtx/lib/libnvtx.so.1': 'x',
      },
      ['nvidia.nvtx'],
    ],
    ['an empty package that is all there is', { 'toad/__init__.py': '# empty\n' }, ['toad']],
    [
      'a package whose __init__ is compiled or too long',
      {
        'fast/__init__.py': '',
        'fast/__init__.cpython-312-x86_64-linux-gnu.so': 'x',
        'fast/a.py': '',
        'long/__init__.py': `#${' '.repeat(8192)}\n`,
        'long/a.py': '',
        'bytes/__init__.pyc': 'x',
        'bytes/a.pyc': 'x',
      },
      ['bytes', 'fast', 'long'],
    ],
    [
      'a package that one of two files makes one',
      {
        'toad/__init__.py': CODE,
        'toad/a.py': '',
        'frog-1.0.data/purelib/toad/__init__.py': '',
      },
      ['toad'],
    ],
    [
      'four parts at most',
      { 'a/b/c/d/e/f.py': '', 'a/b/x/__init__.py': CODE },
      ['a.b.c.d', 'a.b.x'],
    ],
    [
      'nothing that cannot be imported',
      {
        'data/table.csv': 'x',
        'no-name/a.py': '',
        'a/no-name/b.py': '',
        'stubs.pyi': '',
        'x/__pycache__/y.cpython-312.pyc': 'x',
        'frog.libs/libx.so.1': 'x',
      },
      [],
    ],
  ] as const)('%s', async (_what, members, names) => {
    expect(await owned(members)).toEqual(names);
  });

  test('shorter names where there are too many', async () => {
    const many = Array.from(
      { length: NAMES_LISTED },
      (_, index) => [`google/ads/v${index % 3}/m${index}.py`, ''] as const,
    );
    expect(await owned(Object.fromEntries(many))).toEqual([
      'google.ads.v0',
      'google.ads.v1',
      'google.ads.v2',
    ]);
  });
});

describe('an __init__.py that does nothing of its own', () => {
  test.each([
    '',
    '# comment\n\n',
    '"""What it is."""\n',
    "'''What\nit is.'''\n'more'\n",
    SHIM,
    `${SHIM.trim()}  # type: ignore\n`,
    '__import__("pkg_resources").declare_namespace(__name__)\n',
    'from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)',
    'import pkgutil; __path__ = pkgutil.extend_path(__path__, __name__)',
    '# -*- coding: utf-8 -*-\n"""Doc"""\ntry:\n    import pkg_resources\n    pkg_resources.declare_namespace(__name__)\nexcept ImportError:\n    import pkgutil\n    __path__ = pkgutil.extend_path(__path__, __name__)\n',
  ])('%j', (text) => {
    expect(isNamespaceShim(Buffer.from(text))).toBe(true);
  });
});

describe('an __init__.py that may do something', () => {
  test.each([
    'import os\n',
    `${SHIM}import os\n`,
    '"""a""" + evil() + """b"""\n',
    '"""\n# """\nevil()\n"""\n"""\n',
    String.raw`"""a\""" + evil() + """"""`,
    '# a\revil()\n',
    'try: evil()\nexcept: pass\n',
    '"" + evil()\n',
    '# coding: utf-7\n# +AAo-evil()\n',
    'pass; evil()\n',
    '__version__ = "1"\n',
  ])('%j', (text) => {
    expect(isNamespaceShim(Buffer.from(text))).toBe(false);
  });

  test('is what is no UTF-8', () => {
    expect(isNamespaceShim(Buffer.from([0x23, 0xff]))).toBe(false);
  });
});
