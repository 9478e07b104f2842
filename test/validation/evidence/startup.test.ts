import { expect, test } from 'vitest';

import { buildWheel, sha256Of } from '../../fixtures/wheels.ts';
import { contentsOf } from './contents-of.ts';

const RUN = 'import os; os.system("id")\n';
const SHOWN = ['import os; os.system("id")'];

test.each([
  ['evil.pth', RUN, 'pth-import', SHOWN],
  ['some_thing-1.0.data/purelib/evil.pth', RUN, 'pth-import', SHOWN],
  ['some_thing-1.0.data/platlib/evil.pth', RUN, 'pth-import', SHOWN],
  ['some_thing-1.0.data/data/lib/python3.12/site-packages/evil.pth', RUN, 'pth-import', SHOWN],
  ['some_thing-1.0.data/data/Lib/site-packages/evil.pth', RUN, 'pth-import', SHOWN],
  ['some_thing-1.0.data/data/lib/python3.12/sitecustomize.py', RUN, 'sitecustomize', SHOWN],
  // On Windows.
  ['some_thing-1.0.data/data/evil.pth', RUN, 'pth-import', SHOWN],
  ['some_thing-1.0.data/data/sitecustomize.py', RUN, 'sitecustomize', SHOWN],
  ['some_thing-1.0.data/data/Lib/sitecustomize.py', RUN, 'sitecustomize', SHOWN],
  ['some_thing-1.0.data/data/DLLs/usercustomize.pyd', RUN, 'usercustomize', SHOWN],
  ['Other.DATA/purelib/evil.pth', RUN, 'pth-import', SHOWN],
  ['EVIL.PTH', RUN, 'pth-import', SHOWN],
  ['tab.pth', 'import\tos', 'pth-import', ['import\tos']],
  ['second.pth', `folder\r\n${RUN}`, 'pth-import', SHOWN],
  ['mac.pth', `folder\r${RUN}`, 'pth-import', SHOWN],
  ['feed.pth', `folder\f${RUN}`, 'pth-import', SHOWN],
  ['mark.pth', `\u{feff}${RUN}`, 'pth-import', SHOWN],
  ['long.pth', `${'x\n'.repeat(40_000)}${RUN}`, 'pth-import', []],
  ['run.start', 'pkg.mod:main\n', 'start-file', ['pkg.mod:main']],
  ['sitecustomize.py', 'print(1)\n', 'sitecustomize', ['print(1)']],
  ['sitecustomize/__init__.py', 'print(1)\n', 'sitecustomize', ['print(1)']],
  ['sitecustomize.cpython-312-x86_64-linux-gnu.so', 'ELF', 'sitecustomize', ['ELF']],
  ['usercustomize.py', 'print(1)\n', 'usercustomize', ['print(1)']],
] as const)('%s runs at every start', async (path, content, kind, lines) => {
  const wheel = buildWheel({
    name: 'Some.Thing',
    version: '1.0',
    extraMembers: { [path]: content },
  });
  const { startup } = await contentsOf(wheel);
  const sha256 = sha256Of(Buffer.from(content));
  expect(startup).toEqual([{ path, kind, sha256, lines }]);
});

test.each([
  ['folders.pth', '../other\n/somewhere\n# import os\nimportant\n'],
  ['pkg/evil.pth', RUN],
  ['some_thing-1.0.data/scripts/evil.pth', RUN],
  ['some_thing-1.0.data/data/lib/evil.pth', RUN],
  ['some_thing-1.0.data/data/share/evil.pth', RUN],
  ['some_thing-1.0.data/data/share/sitecustomize.py', RUN],
  ['pkg/sitecustomize.py', RUN],
  ['sitecustomized.py', RUN],
])('%s does not', async (path, content) => {
  const wheel = buildWheel({
    name: 'Some.Thing',
    version: '1.0',
    extraMembers: { [path]: content },
  });
  expect((await contentsOf(wheel)).startup).toEqual([]);
});
