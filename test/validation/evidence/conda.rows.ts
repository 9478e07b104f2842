import { type CondaPlan, pathOf } from '../../fixtures/conda-packages.ts';
import { tarMember } from '../../fixtures/tar.ts';

/** A hostile package that both formats can hold: what it is refused for, and what it is. */
export interface HostileConda {
  readonly reason: string;
  readonly it: string;
  readonly plan: CondaPlan;
}

const PKG = { name: 'site-packages/demo/more.py', content: 'x = 1\n' };
const LINUX = { subdir: 'linux-64', noarch: undefined };

function link(name: string, target: string): CondaPlan {
  return {
    index: LINUX,
    more: [{ name, type: '2', link: target }],
    paths: (honest) => [...honest, { _path: name, path_type: 'softlink' }],
  };
}

function row(reason: string, it: string, plan: CondaPlan): HostileConda {
  return { reason, it, plan };
}

function entryPoints(...points: readonly unknown[]): CondaPlan {
  return { link: { noarch: { type: 'python', entry_points: points } } };
}

function changed(change: Readonly<Record<string, unknown>>): CondaPlan {
  return { paths: (honest) => honest.map((entry) => ({ ...entry, ...change })) };
}

/** Rows 2 and 7 to 11 of what is to be verified, by what refuses. */
export const HOSTILE: readonly HostileConda[] = [
  row('info-missing', 'no index.json', { omit: ['info/index.json'] }),
  row('info-missing', 'no paths.json, as before 2017', { omit: ['info/paths.json'] }),
  row('index-invalid', 'an index.json without a build', { index: { build: undefined } }),
  row('index-invalid', 'a name that is none', { index: { name: 'De Mo' } }),
  row('index-invalid', 'a noarch that only conda takes for Python’s', {
    index: { noarch: 'Python', subdir: 'linux-64' },
    omit: ['info/link.json'],
  }),
  row('index-invalid', 'a site-packages outside the environment', {
    index: { python_site_packages_path: 'lib/../../site-packages' },
  }),
  row('index-invalid', 'a time that only its channel can know', {
    index: { indexed_timestamp: 1_500_000_000_000 },
  }),
  row('about-invalid', 'a licence that is no text', { about: { license: ['MIT', 3] } }),
  row('paths-invalid', 'another version of paths.json', { pathsVersion: 2 }),
  row('paths-invalid', 'a path that is listed twice', {
    paths: (honest) => [...honest, ...honest],
  }),
  row('paths-invalid', 'a file without a digest', changed({ sha256: undefined })),
  row('paths-invalid', 'a file without a size', changed({ size_in_bytes: undefined })),
  row('paths-invalid', 'an unknown type', changed({ path_type: 'device' })),
  row('paths-invalid', 'an unknown file mode', changed({ file_mode: 'elf' })),
  row(
    'paths-invalid',
    'a placeholder that any text may hold',
    changed({ prefix_placeholder: 'a' }),
  ),
  row('path-unlisted', 'a file that is not listed', { more: [PKG] }),
  row('path-missing', 'a file that is listed and not there', {
    paths: (honest) => [...honest, { ...honest[0], _path: PKG.name }],
  }),
  row('path-unlisted', 'a path with a backslash', changed({ _path: 'site-packages\\demo.py' })),
  row('path-mismatch', 'another digest', changed({ sha256: 'a'.repeat(64) })),
  row('path-mismatch', 'another digest of a link to a link', {
    more: [
      { name: 'share/a', content: 'x' },
      { name: 'share/b', type: '1', link: 'share/a' },
      { name: 'share/c', type: '1', link: 'share/b' },
    ],
    paths: (honest) => [
      ...honest,
      pathOf('share/a', 'x'),
      pathOf('share/b', 'x'),
      { ...pathOf('share/c', 'x'), sha256: 'a'.repeat(64) },
    ],
  }),
  row('path-mismatch', 'another size', changed({ size_in_bytes: 3 })),
  row('path-mismatch', 'a file that is listed as a link', changed({ path_type: 'softlink' })),
  row('forbidden-file', 'a file of the client’s own', {
    files: { 'conda-meta/demo-1.0-py_0.json': '{}' },
  }),
  row('forbidden-file', 'the client’s folder in other letters', {
    index: LINUX,
    files: { 'Conda-Meta/history': '' },
  }),
  row('forbidden-file', 'the client’s record', { info: { 'info/repodata_record.json': '{}' } }),
  row('forbidden-file', 'a link.json by its older name', {
    omit: ['info/link.json'],
    info: { 'info/package_metadata.json': '{"noarch": {"type": "python"}}' },
  }),
  row('forbidden-file', 'info in other letters', { more: [{ name: 'INFO/index.json' }] }),
  row('forbidden-file', 'a licence text that is a link', {
    moreInfo: [{ name: 'info/licenses/COPYING', type: '2', link: 'LICENSE' }],
  }),
  row('info-too-large', 'a huge about.json', {
    about: { description: 'x'.repeat(9 * 1024 * 1024) },
  }),
  row('link-invalid', 'a link.json of another kind', {
    index: { noarch: 'generic' },
    link: { noarch: { type: 'python' } },
  }),
  row('link-invalid', 'an entry point with code', entryPoints('x = demo:main;import os')),
  row('link-invalid', 'an entry point outside the folder', entryPoints('../x = demo:main')),
  row('link-invalid', 'an entry point that is no text', entryPoints({ x: 1 })),
  row('link-invalid', 'an entry point that is run at once', entryPoints('.a-post-link.sh = a:b')),
  row('link-invalid', 'an entry point instead of Python', entryPoints('python3.12 = demo:main')),
  row('noarch-layout', 'a noarch package for one Python', {
    files: { 'lib/python3.12/site-packages/evil.pth': 'import evil\n' },
  }),
  row('noarch-layout', 'site-packages in other letters', { files: { 'Site-Packages/x.pth': '' } }),
  row(
    'folder-link',
    'a link in place of the scripts for activation',
    link('etc/conda/activate.d', '../../share/x'),
  ),
  row(
    'folder-link',
    'a link in place of site-packages',
    link('lib/python3.12/site-packages', '../x'),
  ),
  row('link-outside', 'a link out of the environment', link('lib/x', '../../.ssh/authorized_keys')),
  row('link-outside', 'a link to the root', link('lib/x', '/etc/passwd')),
  row('name-collision', 'a file below a link', {
    ...link('lib/x', 'y'),
    more: [{ name: 'lib/x', type: '2', link: 'y' }, { name: 'lib/x/evil.py' }],
  }),
  row('name-unsafe', 'a path that climbs', { more: [{ name: '../evil.py' }] }),
  row('name-unsafe', 'a path from the root', { more: [{ name: '/etc/evil.py' }] }),
  row('name-duplicate', 'a file twice', { more: [{ name: 'site-packages/demo/__init__.py' }] }),
  row('name-collision', 'a file twice, but for letters', {
    files: { 'site-packages/demo.py': '', 'site-packages/DEMO.py': '' },
  }),
  row('name-reserved', 'a name of a device, where there may be Windows', {
    files: { 'site-packages/aux.py': '' },
  }),
  row('special-file', 'a file that runs as its owner', { more: [{ ...PKG, mode: 0o4755 }] }),
  row('special-file', 'a device', { more: [{ name: 'dev/null', type: '3' }] }),
  row('special-file', 'a pipe', { more: [{ name: 'run/pipe', type: '6' }] }),
  row('bad-checksum', 'a header that lies', {
    more: [tarMember({ ...PKG, checksum: '000000\0 ' })],
  }),
];
