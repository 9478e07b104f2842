import { describe, expect, test } from 'vitest';

import { type CondaPath, findCondaPath } from '../../src/proxy/conda-path.ts';

describe('an address', () => {
  const channel = 'forge';
  const noarch = { channel, subdir: 'noarch' };
  const file = 'a-1-0.conda';

  test.each<[string, CondaPath]>([
    ['forge/noarch/repodata.json', { ...noarch, file: 'repodata.json' }],
    ['forge/notices.json', { channel, file: 'notices.json' }],
    ['forge/noarch/shards/ab.msgpack.zst', { ...noarch, file: 'shards/ab.msgpack.zst' }],
    ['forge/label/main/noarch/a-1-0.conda', { ...noarch, file }],
    ['forge/label/rc/noarch/a-1-0.conda', { ...noarch, label: 'rc', file }],
    ['forge/label/a/b-c/noarch/a-1-0.conda', { ...noarch, label: 'a/b-c', file }],
    ['forge/label/noarch/noarch/a-1-0.conda', { ...noarch, label: 'noarch', file }],
    ['forge/label/rc/notices.json', { channel, label: 'rc', file: 'notices.json' }],
    ['forge/forge/noarch/a-1-0.conda', { ...noarch, file }],
    ['forge/forge/label/rc/noarch/a-1-0.conda', { ...noarch, label: 'rc', file }],
    ['forge/forge/notices.json', { channel, file: 'notices.json' }],
    ['t/secret/forge/noarch/a-1-0.conda', { ...noarch, file }],
    ['t/secret/forge/forge/noarch/a-1-0.conda', { ...noarch, file }],
    ['linux-64/noarch/a-1-0.conda', { channel: 'linux-64', subdir: 'noarch', file }],
    ['noarch/noarch/a-1-0.conda', { channel: 'noarch', subdir: 'noarch', file }],
    ['label/label/rc/noarch/a-1-0.conda', { ...noarch, channel: 'label', label: 'rc', file }],
  ])('%s', (path, expected) => {
    expect(findCondaPath(path.split('/'))).toEqual(expected);
  });

  test.each([
    '',
    'forge',
    'forge/',
    'forge/noarch/',
    'forge//noarch/a-1-0.conda',
    '/noarch/a-1-0.conda',
    'forge/noarch/noarch/a-1-0.conda',
    'forge/noarch/deeper/a-1-0.conda',
    'forge/noarch/shards/deeper/a.msgpack.zst',
    'forge/noarch/shards/',
    'forge/shards/a.msgpack.zst',
    'forge/other/noarch/a-1-0.conda',
    'forge/label/noarch/a-1-0.conda',
    'forge/label/../noarch/a-1-0.conda',
    'forge/label/a/../b/noarch/a-1-0.conda',
    'forge/label/1/noarch/a-1-0.conda',
    'forge/label//noarch/a-1-0.conda',
    'forge/t/secret/noarch/a-1-0.conda',
    't/secret',
    't/secret/',
  ])('%j leads nowhere, or to no subdir', (path) => {
    expect(findCondaPath(path.split('/'))?.subdir).toBeUndefined();
  });
});
