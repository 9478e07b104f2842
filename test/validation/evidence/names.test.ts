import { describe, expect, test } from 'vitest';

import { buildWheel } from '../../fixtures/wheels.ts';
import { contentsOf } from './contents-of.ts';

function contents(extraMembers: Readonly<Record<string, Uint8Array | string>>) {
  return contentsOf(buildWheel({ name: 'frog', version: '1.0', extraMembers }));
}

const POINTS = 'frog-1.0.dist-info/entry_points.txt';

test('modules are what becomes importable', async () => {
  const { modules } = await contents({
    'one.py': '',
    'fast.cpython-312-x86_64-linux-gnu.so': 'x',
    'abi.abi3.so': 'x',
    'win.pyd': 'x',
    'space/deep/module.py': '',
    'frog-1.0.data/purelib/late.py': '',
    'frog-1.0.data/platlib/later/__init__.py': '',
    'frog-1.0.data/scripts/run.py': '',
    'frog-1.0.data/data/share/x.py': '',
    'frog-1.0.data/data/lib/python3.12/site-packages/placed.py': '',
    'frog-1.0.data/data/lib64/python3.12/lib-dynload/loaded.cpython-312-x86_64-linux-gnu.so': 'x',
    'frog-1.0.data/data/local/lib/python3.12/dist-packages/local/__init__.py': '',
    'data_only/table.csv': 'x',
    'frog.libs/libx.so.1': 'x',
    'README.txt': 'x',
    'no-name/a.py': '',
  });
  expect(modules).toEqual('abi fast frog late later loaded local one placed space win'.split(' '));
});

test('commands are scripts and entry points', async () => {
  const points =
    '[console_scripts]\nfrog = frog:main\n FROG2=frog:two\n\n[gui_scripts]\nleap=frog:gui [extra]\n[other]\npython = frog:x\n';
  const { commands, layout } = await contents({
    [POINTS]: points,
    'frog-1.0.data/scripts/croak': '#!python\n',
    'frog-1.0.data/data/bin/ribbit': '#!python\n',
  });
  expect(commands).toEqual(['croak', 'frog', 'leap', 'ribbit']);
  expect(layout).toEqual([]);
});

describe('a layout that clients could take for another', () => {
  test.each([
    ['a key of .data that nobody knows', { 'frog-1.0.data/evil/x': '' }, 'data-key'],
    ['a key in another case', { 'frog-1.0.data/Scripts/x': '' }, 'data-key'],
    ['a .data folder of another name', { 'other.data/evil/x': '' }, 'data-key'],
    [
      'entry points that leave the folder',
      { [POINTS]: '[console_scripts]\n../../x = a:b\n' },
      'entry-point-name',
    ],
    ['entry points that are dots', { [POINTS]: '[gui_scripts]\n.. = a:b\n' }, 'entry-point-name'],
    [
      'entry points with a blank',
      { [POINTS]: '[console_scripts]\na b = a:b\n' },
      'entry-point-name',
    ],
    [
      'entry points that replace Python',
      { [POINTS]: '[console_scripts]\nPython3.12 = a:b\n' },
      'interpreter-name',
    ],
    [
      'entry points that are no UTF-8',
      { [POINTS]: Buffer.from([0xff, 0xfe]) },
      'entry-points-unreadable',
    ],
    ['entry points without a section', { [POINTS]: 'a = b:c\n' }, 'entry-points-unreadable'],
    [
      'entry points that are no INI',
      { [POINTS]: '[console_scripts]\njust words\n' },
      'entry-points-unreadable',
    ],
    ['a script that replaces Python', { 'frog-1.0.data/scripts/python': '' }, 'interpreter-name'],
    [
      'a script for Windows that does',
      { 'frog-1.0.data/scripts/PYTHON3.exe': '' },
      'interpreter-name',
    ],
    [
      'a file in the folder of commands that does',
      { 'frog-1.0.data/data/bin/python3': '' },
      'interpreter-name',
    ],
    ...[
      'pyvenv.cfg',
      'pip.conf',
      '.condarc',
      'conda-meta/pinned',
      'etc/conda/activate.d/run.sh',
      'lib/python312.zip',
    ].map(
      (path) =>
        [
          `the environment's own ${path}`,
          { [`frog-1.0.data/data/${path}`]: '' },
          'environment-file',
        ] as const,
    ),
    [
      'metadata of another distribution',
      { 'frog-1.0.data/purelib/toad-2.0.dist-info/METADATA': '' },
      'other-metadata',
    ],
    ['metadata in the old way', { 'toad.egg-info': '' }, 'other-metadata'],
    ['a script in a folder', { 'frog-1.0.data/scripts/a/b': '' }, 'script-name'],
  ] as const)('%s', async (_what, members, fault) => {
    const { layout = [] } = await contents(members);
    expect(layout.map((found) => found.fault)).toEqual([fault]);
  });
});

test('an ordinary wheel has nothing of the kind', async () => {
  const { layout, commands, modules } = await contents({
    [POINTS]:
      '; a comment\n# another\n[console_scripts]\nfrog-tool.x_1 = frog:main\npythonic = frog:p\n',
    'frog-1.0.data/headers/frog.h': '',
    'frog-1.0.data/data/share/man/man1/frog.1': '',
    'frog-1.0.data/data/etc/frog/pip.conf': '',
    'frog/vendored/toad-2.0.dist-info/METADATA': '',
  });
  expect({ layout, commands, modules }).toEqual({
    layout: [],
    commands: ['frog-tool.x_1', 'pythonic'],
    modules: ['frog'],
  });
});
