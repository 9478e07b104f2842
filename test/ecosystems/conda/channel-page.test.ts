import { expect, test } from 'vitest';

import { findChannelArtifact, findKeyName } from '../../../src/ecosystems/conda/channel-page.ts';
import { findProjectName } from '../../../src/ecosystems/pypi/names.ts';

const SHA256 = 'ab'.repeat(32);
const BASE = {
  name: 'demo',
  version: '1.0',
  build: 'py_0',
  build_number: 0,
  subdir: 'noarch',
  sha256: SHA256,
  size: 3,
};

function found(
  fields: object = {},
  {
    key = 'demo-1.0-py_0.conda',
    group = 'packages.conda',
    text = JSON.stringify({ ...BASE, ...fields }),
  } = {},
) {
  const project = findProjectName('demo');
  if (project === undefined) throw new TypeError('demo');
  const place = { project, subdir: 'noarch', baseUrl: 'https://chan.test/noarch/' };
  return findChannelArtifact({ group, key, text }, place);
}

test('a record is an artifact with its own text, named by subdir and file', () => {
  const text = `{ "name":"demo", "version" : "1.0","build":"py_0","build_number":0,"sha256":"${SHA256}","size":3,"x":1e2}`;
  expect(found({}, { text })).toEqual({
    filename: 'noarch/demo-1.0-py_0.conda',
    url: 'https://chan.test/noarch/demo-1.0-py_0.conda',
    sha256: SHA256,
    sizeBytes: 3,
    repodata: text,
  });
});

test.each([
  ['another name than its file has', { name: 'other' }],
  ['another version', { version: '1.1' }],
  ['another build', { build: 'py_1' }],
  ['no version', { version: undefined }],
  ['another subdir than its folder', { subdir: 'linux-64' }],
  ['a number that no shard can say', { timestamp: 1e300 }],
  ['half a character, which no shard can say', { summary: '\ud800' }],
])('a record with %s is none', (_it, fields) => {
  expect(found(fields)).toBeUndefined();
});

test.each([
  ['of another project', { key: 'other-demo-1.0-py_0.conda' }],
  ['in the group of the other format', { group: 'packages' }],
  ['of a wheel that a later format lists', { group: 'v3.whl', key: 'demo-1.0-py_0' }],
  ['of a later format', { group: 'v3.conda', key: 'demo-1.0-py_0' }],
  ['of an unknown group', { group: 'v4.conda', key: 'demo-1.0-py_0' }],
  ['whose file name leads out of the folder', { key: '../demo-1.0-py_0.conda' }],
  ['whose text is no object', { text: '[]' }],
])('a record %s is none', (_it, options) => {
  expect(found({}, options)).toBeUndefined();
});

test('without a SHA-256 it is listed without one, whatever MD5 it has', () => {
  const artifact = found({ sha256: undefined, md5: 'a'.repeat(32) });
  expect(artifact).toMatchObject({ sizeBytes: 3 });
  expect(artifact).not.toHaveProperty('sha256');
});

test.each([
  [
    'milliseconds of the channel (CEP 47)',
    { indexed_timestamp: 1_700_000_000_123 },
    '2023-11-14T22:13:20.123Z',
  ],
  ['seconds', { indexed_timestamp: 1_700_000_000 }, '2023-11-14T22:13:20.000Z'],
  ["the builder's own", { timestamp: 1_700_000_000_123 }, undefined],
  ['no number', { indexed_timestamp: '1700000000123' }, undefined],
  ['beyond what a date can be', { indexed_timestamp: 9e15 }, undefined],
])('a time in %s', (_it, fields, time) => {
  expect(found(fields)?.uploadTime).toBe(time);
});

test.each([
  ['packages', 'a-b-1.0-0.tar.bz2', 'a-b'],
  ['packages.conda', 'a-b-1.0-0.conda', 'a-b'],
  ['v3.whl', 'a-b-1.0-0', 'a-b'],
  ['packages', 'nothing', undefined],
])('the name that a key of %s has: %s', (group, key, name) => {
  expect(findKeyName({ group, key })).toBe(name);
});
