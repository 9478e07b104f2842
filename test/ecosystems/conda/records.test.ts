import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { filterChanneldata } from '../../../src/ecosystems/conda/channeldata.ts';
import { renderNotices } from '../../../src/ecosystems/conda/notices.ts';
import { findCondaRecord, readCondaRecord } from '../../../src/ecosystems/conda/records.ts';
import { renderRunExports } from '../../../src/ecosystems/conda/run-exports.ts';
import { findSharedData } from '../../fixtures/shared-data.ts';

const RECORD = { name: 'pkg', version: '1.0', build: 'h1_0', build_number: 0 };
const RECORD_READ = { name: 'pkg', buildNumber: 0 };
const data = findSharedData('conda');

test('a record with more needs than any honest one is not read', () => {
  const depends = Array.from({ length: 300 }, () => `a ${'1|'.repeat(250)}1`);
  expect(readCondaRecord({ ...RECORD, depends: depends.slice(0, 200) })).toMatchObject(RECORD_READ);
  for (const more of [{ depends }, { extra_depends: { x: depends } }])
    expect(readCondaRecord({ ...RECORD, ...more })).toHaveProperty('unreadable');
});

test.each(['Python', 'PYTHON', '', 'other', 1, { type: 'python' }])(
  'noarch that clients read in different ways makes a record unreadable: %j',
  (noarch) => {
    expect(readCondaRecord({ ...RECORD, noarch })).toHaveProperty('unreadable');
    for (const plain of ['python', 'generic', true, false, null])
      expect(readCondaRecord({ ...RECORD, noarch: plain })).toMatchObject(RECORD_READ);
  },
);

test('a record gives what it says, in our words', () => {
  const sha256 = 'AB'.repeat(32);
  const record = readCondaRecord({
    ...RECORD,
    depends: ['python >=3'],
    constrains: ['other <1'],
    subdir: 'noarch',
    noarch: true,
    timestamp: 1700000000000,
    indexed_timestamp: 1700000001000,
    license: 'MIT',
    license_family: 'MIT',
    track_features: ['a', 'b'],
    md5: '0'.repeat(32),
    sha256,
    size: 7,
    extra_depends: { more: ['numpy'] },
    flags: ['cuda'],
    purls: ['pkg:pypi/pkg'],
    python_site_packages_path: 'lib/python3.14t/site-packages',
    unknown: { deep: 1 },
  });
  expect(record).toEqual({
    name: 'pkg',
    version: '1.0',
    build: 'h1_0',
    buildNumber: 0,
    depends: ['python >=3'],
    constrains: ['other <1'],
    subdir: 'noarch',
    noarch: 'generic',
    timestamp: 1700000000000,
    indexedTimestamp: 1700000001000,
    license: 'MIT',
    licenseFamily: 'MIT',
    trackFeatures: 'a b',
    md5: '0'.repeat(32),
    size: 7,
    sha256: sha256.toLowerCase(),
    extraDepends: { more: ['numpy'] },
    flags: ['cuda'],
    purls: ['pkg:pypi/pkg'],
    pythonSitePackagesPath: 'lib/python3.14t/site-packages',
  });
});

test('a bad value of what only informs is dropped', () => {
  const odd = {
    timestamp: 'now',
    size: -1,
    license: 7,
    track_features: '',
    purls: [1],
    noarch: null,
  };
  expect(findCondaRecord({ ...RECORD, ...odd })).toEqual({
    name: 'pkg',
    version: '1.0',
    build: 'h1_0',
    buildNumber: 0,
    depends: [],
    constrains: [],
  });
});

test.each([
  ['name', 'Pkg'],
  ['name', '__glibc'],
  ['name', undefined],
  ['version', 1],
  ['version', ''],
  ['build', undefined],
  ['build_number', '0'],
  ['build_number', 1.5],
  ['depends', 'python'],
  ['depends', [1]],
  ['constrains', {}],
  ['subdir', '../x'],
  ['sha256', 'abc'],
  ['md5', 7],
  ['extra_depends', ['x']],
  ['extra_depends', { x: 'numpy' }],
])('with the %s %j it cannot be read', (key, value) => {
  const record = { ...RECORD, [key]: value };
  expect(findCondaRecord(record)).toBeUndefined();
  expect(readCondaRecord(record)).toMatchObject({ unreadable: expect.stringContaining(key) });
});

test.each([[null], [undefined], [[]], ['text'], [7]])('%j is no record', (value) => {
  expect(findCondaRecord(value)).toBeUndefined();
});

test.skipIf(data === undefined)('every record of real channels can be read', () => {
  const folders = ['conda-forge-sample/linux-64', 'conda-forge-sample/noarch', 'pytorch/linux-64'];
  const records = folders.flatMap((folder) => {
    const repodata: Readonly<Record<string, object>> = JSON.parse(
      readFileSync(join(data ?? '', folder, 'repodata.json'), 'utf8'),
    );
    return [repodata['packages'], repodata['packages.conda']].flatMap((group) =>
      Object.values(group ?? {}),
    );
  });
  expect(records.length).toBeGreaterThan(5000);
  expect(records.map(readCondaRecord).filter((record) => 'unreadable' in record)).toEqual([]);
});

test('channel data keeps what may be listed, and no key that is not known', () => {
  const channeldata = { packages: { a: { license: 'MIT' }, b: {} }, other: 1, subdirs: ['win-64'] };
  const listed = { subdirs: ['linux-64', 'noarch'], isListed: (name: string) => name === 'a' };
  expect(filterChanneldata(channeldata, listed)).toEqual({
    channeldata_version: 1,
    packages: { a: { license: 'MIT' } },
    subdirs: ['linux-64', 'noarch'],
  });
  expect(filterChanneldata(null, listed)).toBeUndefined();
});

test('run exports are those of the records, and none where one record does not say its own', () => {
  const plain = { group: 'packages', key: 'a-1-0.tar.bz2', value: { run_exports: {} } };
  const weak = { weak: ['b >=1'] };
  const conda = { group: 'packages.conda', key: 'b-1-0.conda', value: { run_exports: weak } };
  const silent = { ...conda, key: 'c-1-0.conda', value: {} };
  const text = renderRunExports({ subdir: 'noarch', records: [plain, conda] });
  expect(JSON.parse(text ?? '')).toEqual({
    info: { subdir: 'noarch' },
    packages: { 'a-1-0.tar.bz2': { run_exports: {} } },
    'packages.conda': { 'b-1-0.conda': { run_exports: weak } },
  });
  expect(renderRunExports({ subdir: 'noarch', records: [plain, silent] })).toBeUndefined();
});

test('notices are written as CEP 6 has them', () => {
  const times = { createdAt: '2026-11-01T00:00:00Z', expiresAt: '2026-12-01T00:00:00Z' };
  const text = renderNotices([{ id: 'n1', message: 'Text "x"', level: 'warning', ...times }]);
  expect(JSON.parse(text)).toEqual({
    notices: [
      {
        id: 'n1',
        message: 'Text "x"',
        level: 'warning',
        created_at: times.createdAt,
        expires_at: times.expiresAt,
      },
    ],
  });
  expect(JSON.parse(renderNotices([]))).toEqual({ notices: [] });
});
