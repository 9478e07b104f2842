import { describe, expect, test } from 'vitest';

import type { Evidence } from '../../../src/model/evidence.ts';
import { CONDA_REFUSALS } from '../../../src/validation/archives/refusals.ts';
import { extractEvidence } from '../../../src/validation/evidence/extract.ts';
import {
  buildConda,
  type CondaPlan,
  type CondaQuirks,
  packed,
  pathOf,
  stored,
} from '../../fixtures/conda-packages.ts';
import { memoryAccess } from '../../fixtures/memory-access.ts';
import { digestOf } from '../../fixtures/rule-input.ts';
import { HOSTILE } from './conda.rows.ts';

async function extract(plan: CondaPlan = {}, quirks: CondaQuirks = {}): Promise<Evidence> {
  const access = memoryAccess(buildConda(plan, quirks));
  return (await extractEvidence(access, { sha256: digestOf('a') })).evidence;
}

async function contentsOf(plan: CondaPlan) {
  const evidence = await extract(plan);
  if (evidence.kind !== 'conda') throw new Error(`refused: ${JSON.stringify(evidence)}`);
  return evidence.contents;
}

test('a package’s facts are what its files say', async () => {
  const access = memoryAccess(buildConda());
  const { evidence, metadata } = await extractEvidence(access, { sha256: digestOf('a') });
  expect(JSON.parse(Buffer.from(metadata ?? '').toString())).toMatchObject({ name: 'demo' });
  expect(evidence).toMatchObject({
    kind: 'conda',
    format: 'conda',
    sha256: digestOf('a'),
    sizeBytes: access.sizeBytes,
    metadata: {
      origin: 'contents',
      metadata: {
        name: 'demo',
        version: '1.0',
        requiresDist: ['python >=3.9'],
        license: 'MIT',
        conda: { build: 'py_0', buildNumber: 0, subdir: 'noarch', noarch: 'python' },
      },
    },
    aboutLicense: 'MIT',
    memberCount: 5,
    contents: {
      licenseTexts: [{ path: 'info/licenses/LICENSE', match: 'unknown' }],
      startup: [],
      notebook: [],
      linkScripts: [],
      executables: [],
      libraries: [],
      pickles: [],
      secrets: [],
      obfuscation: [],
    },
  });
});

describe('refused', () => {
  test.each(HOSTILE)('$reason: $it', async ({ reason, plan }) => {
    expect(await extract(plan)).toMatchObject({ kind: 'refused', reason });
  });
});

const FRAME = packed(Buffer.from('hidden'));
const SKIPPABLE = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2]);

function insteadOfPkg(pack: (tar: Buffer) => Uint8Array): CondaQuirks {
  return { pack: (tar, part) => (part === 'pkg' ? pack(tar) : packed(tar)) };
}

/** One frame with one block as it is. */
function wide(tar: Buffer): Buffer {
  const block = Buffer.alloc(3);
  block.writeUIntLE((tar.length << 3) | 1, 0, 3);
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 18 << 3]), block, tar]);
}

/** Rows 4 and 5: the zip file and the frames in it. */
const QUIRKS: readonly (readonly [reason: string, it: string, quirks: CondaQuirks])[] = [
  ['member-unknown', 'a fourth member', { members: (all) => [...all, stored('README', 'x')] }],
  [
    'member-unknown',
    'the tar file of a second package deeper down',
    { members: (all) => [...all, stored('x/info-demo-1.0-py_0.tar.zst', FRAME)] },
  ],
  [
    'member-missing',
    'two tar files for info',
    { members: (all) => [...all, stored('info-demo-2.0-py_0.tar.zst', FRAME)] },
  ],
  ['member-missing', 'no metadata.json', { metadata: null }],
  ['member-missing', 'no tar file for info', { members: (all) => all.slice(0, 2) }],
  ['format-version', 'a version to come', { metadata: '{"conda_pkg_format_version": 3}' }],
  ['format-version', 'a metadata.json that is none', { metadata: 'x' }],
  [
    'compressed-twice',
    'a deflated member',
    { members: (all) => all.map((member) => ({ ...member, stored: false })) },
  ],
  ['stem-mismatch', 'two stems', { stems: { info: 'other-1.0-py_0' } }],
  [
    'stem-mismatch',
    'the stem of another build',
    { stems: { info: 'demo-1.0-0', pkg: 'demo-1.0-0' } },
  ],
  ['name-duplicate', 'a member twice', { members: (all) => [...all, ...all.slice(-1)] }],
  ['end-missing', 'bytes after the end', { trailing: Buffer.from('more') }],
  ['not-tiled', 'bytes before the first member', { prefix: Buffer.from('#!/bin/sh\n') }],
  [
    'too-many-frames',
    'a hidden second frame',
    insteadOfPkg((tar) => Buffer.concat([packed(tar), FRAME])),
  ],
  [
    'skippable-frame',
    'a frame that readers skip',
    insteadOfPkg((tar) => Buffer.concat([packed(tar), SKIPPABLE])),
  ],
  [
    'trailing-bytes',
    'bytes behind the frame',
    insteadOfPkg((tar) => Buffer.concat([packed(tar), Buffer.from('more')])),
  ],
  ['truncated', 'a frame that ends too early', insteadOfPkg((tar) => packed(tar).subarray(0, -3))],
  ['window-too-large', 'a window of 256 MiB', insteadOfPkg(wide)],
  [
    'trailing',
    'members behind the end of the tar file',
    insteadOfPkg((tar) => packed(Buffer.concat([tar, tar]))),
  ],
];

describe('refused as a .conda', () => {
  test.each(QUIRKS)('%s: %s', async (reason, _it, quirks) => {
    expect(await extract({}, quirks)).toMatchObject({ kind: 'refused', reason });
  });

  test('info-in-both: a second index.json among the files', async () => {
    const plan = { more: [{ name: 'info/index.json', content: '{"name": "evil"}' }] };
    expect(await extract(plan)).toMatchObject({ kind: 'refused', reason: 'info-in-both' });
  });

  test('name-duplicate: a licence text in both', async () => {
    const plan = { more: [{ name: 'info/licenses/LICENSE', content: 'another' }] };
    expect(await extract(plan)).toMatchObject({ kind: 'refused', reason: 'name-duplicate' });
  });

  test('forbidden-file: files of the environment among those of info', async () => {
    const plan = { moreInfo: [{ name: 'site-packages/evil.pth', content: 'import evil' }] };
    expect(await extract(plan)).toMatchObject({ kind: 'refused', reason: 'forbidden-file' });
  });

  test('every code has a row', () => {
    const reasons = [...HOSTILE.map(({ reason }) => reason), ...QUIRKS.map(([reason]) => reason)];
    for (const reason of CONDA_REFUSALS) expect([...reasons, 'info-in-both']).toContain(reason);
  });
});

test('a bomb of 512 MB is stopped before it is unpacked, in little memory', async () => {
  const bytes = buildConda(
    {},
    insteadOfPkg(() => packed(Buffer.alloc(512 * 1024 * 1024))),
  );
  expect(bytes.length).toBeLessThan(100_000);
  const before = process.memoryUsage().rss;
  const { evidence } = await extractEvidence(memoryAccess(bytes), { sha256: digestOf('a') });
  expect(evidence).toMatchObject({ kind: 'refused', reason: 'ratio' });
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
});

test('bytes show what they are, whatever name they have', async () => {
  const wheel = Buffer.from('PK\u0005\u0006');
  const { evidence } = await extractEvidence(memoryAccess(wheel), { sha256: digestOf('a') });
  expect(evidence).toMatchObject({ kind: 'refused', reason: 'end-missing' });
});

test('names that only Windows cannot have are fine in what is only for Linux', async () => {
  const files = { 'man/man3/XML::X.3': '', 'share/terminfo/N/x': '', 'share/terminfo/n/x': '' };
  const index = { subdir: 'linux-64', noarch: undefined };
  expect(await extract({ index, files })).toMatchObject({ kind: 'conda' });
  expect(await extract({ index: { ...index, subdir: 'win-64' }, files })).toMatchObject({
    kind: 'refused',
    reason: 'name-reserved',
  });
});

test('a folder may be named twice, as conda’s packer does', async () => {
  const more = [{ name: 'lib/' }, { name: 'lib/' }];
  expect(await extract({ more })).toMatchObject({ kind: 'conda' });
});

test('what clients run or obey by themselves is found wherever it ends up', async () => {
  const files = {
    'python-scripts/.demo-post-link.sh': 'echo\n',
    'etc/conda/activate.d/demo.sh': 'export A=1\n',
    'etc/conda/env_vars.d/demo.json': '{}',
    'Menu/demo.json': '{}',
    '.condarc': 'channels: []\n',
    'bin/demo': '#!/bin/sh\n',
  };
  const { linkScripts, executables } = await contentsOf({ files });
  expect(linkScripts).toEqual(
    Object.entries(files)
      .slice(0, 5)
      .map(([path, content], index) => ({
        path,
        kind: ['link', 'activate', 'variables', 'menu', 'settings'][index],
        sha256: pathOf(path, content)['sha256'],
      })),
  );
  expect(executables).toEqual([]);
});

test('files of other environments and of the cache of packages are for a person', async () => {
  const files = { 'envs/other/lib/a.py': 'x', 'pkgs/python-3.12-0/lib/a.py': 'x' };
  const { linkScripts } = await contentsOf({ files });
  expect(linkScripts?.map(({ kind }) => kind)).toEqual(['settings', 'settings']);
});

test('scripts of Windows and for removal count too', async () => {
  const files = { 'Scripts/.demo-pre-unlink.bat': 'x', 'bin/.demo-pre-link.sh': 'x' };
  const index = { subdir: 'win-64', noarch: undefined };
  const { linkScripts } = await contentsOf({ index, files });
  expect(linkScripts?.map(({ kind }) => kind)).toEqual(['link', 'link']);
});

test('what every start of Python runs, and what Jupyter loads, is found', async () => {
  const noarch = await contentsOf({
    files: { 'site-packages/x.pth': 'import os\n', 'etc/jupyter/x.json': '{}' },
  });
  expect(noarch).toMatchObject({
    startup: [{ path: 'site-packages/x.pth', kind: 'pth-import', lines: ['import os'] }],
    notebook: ['etc/jupyter/x.json'],
  });
  const native = await contentsOf({
    index: { subdir: 'linux-64', noarch: undefined },
    files: { 'lib/python3.12/site-packages/x.pth': 'import os\n', 'lib/python3.12/os.py': '' },
  });
  expect(native.startup).toMatchObject([{ path: 'lib/python3.12/site-packages/x.pth' }]);
});

test('a link cannot hide what it stands for', async () => {
  const content = 'import os\n';
  const { startup } = await contentsOf({
    index: { subdir: 'linux-64', noarch: undefined },
    files: { 'share/data.txt': content },
    more: [
      { name: 'lib/python3.12/site-packages/x.pth', type: '2', link: '../../../share/data.txt' },
      { name: 'lib/python3.12/site-packages/y.pth', type: '1', link: 'share/data.txt' },
    ],
    paths: (honest) => [
      ...honest,
      {
        ...pathOf('', content),
        _path: 'lib/python3.12/site-packages/x.pth',
        path_type: 'softlink',
      },
      pathOf('lib/python3.12/site-packages/y.pth', content),
    ],
  });
  const { sha256 } = pathOf('', content);
  expect(startup).toMatchObject([
    { path: 'lib/python3.12/site-packages/x.pth', sha256 },
    { path: 'lib/python3.12/site-packages/y.pth', sha256 },
  ]);
});

test('licence texts are read from both tar files', async () => {
  const { licenseTexts } = await contentsOf({
    more: [{ name: 'info/licenses/vendored/COPYING', content: 'old packers put it here\n' }],
  });
  expect(licenseTexts?.map(({ path }) => path)).toEqual([
    'info/licenses/LICENSE',
    'info/licenses/vendored/COPYING',
  ]);
});

test('several licences of about.json hold at once', async () => {
  expect(await extract({ about: { license: ['MIT', 'GPL-3.0-only'] } })).toMatchObject({
    aboutLicense: '(MIT) AND (GPL-3.0-only)',
  });
});

test('entry points that are well-formed are fine', async () => {
  const link = { noarch: { type: 'python', entry_points: ['demo=demo.cli:main.run'] } };
  expect(await extract({ link })).toMatchObject({ kind: 'conda' });
});
