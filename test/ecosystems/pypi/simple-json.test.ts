import { describe, expect, test } from 'vitest';

import { parseProjectName } from '../../../src/ecosystems/pypi/names.ts';
import { parseSimpleJson } from '../../../src/ecosystems/pypi/simple-json.ts';
import { isGatehouseError } from '../../../src/model/errors.ts';

const HASH = 'ab'.repeat(32);
const OTHER_HASH = 'cd'.repeat(32);
const ROW = {
  filename: 'foo-1.0-py3-none-any.whl',
  url: 'https://files.test/ab/foo-1.0-py3-none-any.whl',
  hashes: { sha256: HASH },
};
const ARTIFACT = { filename: ROW.filename, url: ROW.url, sha256: HASH };

function read(page: unknown) {
  return readText(typeof page === 'string' ? page : JSON.stringify(page));
}

function readText(text: string) {
  return parseSimpleJson(new TextEncoder().encode(text), {
    project: parseProjectName('foo'),
    baseUrl: 'https://user:secret@index.test/simple/foo/',
  });
}

function readRows(...files: readonly unknown[]) {
  return read({ meta: { 'api-version': '1.1' }, name: 'foo', files });
}

describe('a JSON page', () => {
  test('is read with everything an index says', () => {
    expect(
      read({
        meta: { '_last-serial': 7, 'api-version': '1.4' },
        name: 'Foo',
        'alternate-locations': [],
        'project-status': { status: 'archived', reason: 'use bar' },
        versions: ['1.0'],
        files: [
          {
            ...ROW,
            'requires-python': '>=3.8,',
            'core-metadata': { sha256: OTHER_HASH },
            'data-dist-info-metadata': false,
            size: 1234,
            'upload-time': '2024-06-16T12:00:00.123456Z',
            yanked: 'broken',
            'gpg-sig': false,
            provenance: null,
          },
        ],
      }),
    ).toEqual({
      project: 'foo',
      status: { status: 'archived', reason: 'use bar' },
      artifacts: [
        {
          ...ARTIFACT,
          sizeBytes: 1234,
          uploadTime: '2024-06-16T12:00:00.123456Z',
          requiresPython: '>=3.8,',
          yanked: { reason: 'broken' },
          sidecar: { sha256: OTHER_HASH },
        },
      ],
      unreadable: [],
    });
  });

  test('of a cache without metadata and status is read too', () => {
    expect(readRows({ ...ROW, size: 3, yanked: false, 'requires-python': null })).toEqual({
      project: 'foo',
      artifacts: [{ ...ARTIFACT, sizeBytes: 3 }],
      unreadable: [],
    });
  });

  test.each([
    ['without meta', { name: 'foo', files: [] }],
    ['without a version', { meta: {}, name: 'foo', files: [] }],
    ['of a newer minor version', { meta: { 'api-version': '1.99' }, name: 'foo', files: [] }],
    [
      'with keys of every object',
      '{"__proto__": {"files": 1}, "constructor": 1, "name": "foo", "files": []}',
    ],
    ['with an unknown status', { name: 'foo', files: [], 'project-status': { status: 'odd' } }],
    ['with a null status', { name: 'foo', files: [], 'project-status': null }],
    ['with a byte order mark', '\ufeff{"name": "foo", "files": []}'],
  ])('%s is an empty page', (_, page) => {
    expect(read(page)).toEqual({ project: 'foo', artifacts: [], unreadable: [] });
  });

  test.each([
    ['is not JSON', '<!DOCTYPE html>', 'not JSON'],
    ['is cut off', '{"name": "foo", "files": [', 'not JSON'],
    ['is a list', [], 'expected an object, got: a list'],
    ['is null', 'null', 'got: null'],
    ['has no name', { files: [] }, '"name": expected foo, got: undefined'],
    ['has another name', { name: 'bar', files: [] }, '"name": expected foo, got: "bar"'],
    ['has a name that is none', { name: 'foo\n', files: [] }, '"name"'],
    ['has its files only by inheritance', '{"__proto__": {"files": []}, "name": "foo"}', '"files"'],
    ['has no files', { name: 'foo' }, '"files": expected a list, got: undefined'],
    ['has files that are no list', { name: 'foo', files: {} }, 'got: object'],
    [
      'has version 2',
      { meta: { 'api-version': '2.0' }, name: 'foo', files: [] },
      '1.x, got: "2.0"',
    ],
    [
      'has a number for a version',
      { meta: { 'api-version': 1 }, name: 'foo', files: [] },
      'number',
    ],
  ])('that %s is refused', (_, page, message) => {
    expect(() => read(page)).toThrow(
      expect.toSatisfy(
        (error) => isGatehouseError(error, 'invalid-page') && error.message.includes(message),
      ),
    );
  });

  test('that is not UTF-8 is refused', () => {
    const bytes = Buffer.from('{"name": "foo", "files": [], "x": "\xff"}', 'latin1');
    const context = { project: parseProjectName('foo'), baseUrl: 'https://index.test/' };
    expect(() => parseSimpleJson(bytes, context)).toThrow('not JSON in UTF-8');
  });

  test('is refused from 200,001 rows on', () => {
    const rows = '0,'.repeat(199_999);
    const most = `{"name": "foo", "files": [${rows}0]}`;
    expect(readText(most).unreadable).toHaveLength(200_000);
    expect(() => readText(most.replace('[', '[0,'))).toThrow('at most 200000 files');
  });
});

describe('a field of a row', () => {
  test.each([
    ['a relative URL', { url: '../../ab/foo.whl' }, { url: 'https://index.test/ab/foo.whl' }],
    [
      'a URL without scheme',
      { url: '//files.test/foo.whl' },
      { url: 'https://files.test/foo.whl' },
    ],
    ['a URL with a fragment', { url: `${ROW.url}#sha256=1` }, { url: ROW.url }],
    [
      'a URL with credentials',
      { url: 'http://me:pw@files.test/f' },
      { url: 'http://files.test/f' },
    ],
    [
      'a URL with a query',
      { url: 'https://files.test/f?x=1' },
      { url: 'https://files.test/f?x=1' },
    ],
    ['a hash in upper case', { hashes: { sha256: HASH.toUpperCase() } }, { sha256: HASH }],
    ['no hashes', { hashes: undefined }, { sha256: undefined }],
    ['an MD5 only', { hashes: { md5: 'ab'.repeat(16) } }, { sha256: undefined }],
    ['a hash too short', { hashes: { sha256: 'abcd' } }, { sha256: undefined }],
    ['a hash that is no text', { hashes: { sha256: 1 } }, { sha256: undefined }],
    ['hashes that are no object', { hashes: [HASH] }, { sha256: undefined }],
    ['a size of 0', { size: 0 }, { sizeBytes: 0 }],
    ['a negative size', { size: -1 }, { sizeBytes: undefined }],
    ['a broken size', { size: 1.5 }, { sizeBytes: undefined }],
    ['an enormous size', { size: 1e300 }, { sizeBytes: undefined }],
    ['a size as text', { size: '1' }, { sizeBytes: undefined }],
    ['a size of null', { size: null }, { sizeBytes: undefined }],
    [
      'a time without fraction',
      { 'upload-time': '2024-02-29T23:59:59Z' },
      { uploadTime: '2024-02-29T23:59:59Z' },
    ],
    ['a day that is none', { 'upload-time': '2023-02-29T23:59:59Z' }, { uploadTime: undefined }],
    ['an hour that is none', { 'upload-time': '2023-02-20T24:00:00Z' }, { uploadTime: undefined }],
    [
      'a time with an offset',
      { 'upload-time': '2024-02-29T23:59:59+00:00' },
      { uploadTime: undefined },
    ],
    ['a time without zone', { 'upload-time': '2024-02-29T23:59:59' }, { uploadTime: undefined }],
    ['a time of null', { 'upload-time': null }, { uploadTime: undefined }],
    ['an empty Requires-Python', { 'requires-python': '' }, { requiresPython: undefined }],
    ['an odd Requires-Python', { 'requires-python': '>= x' }, { requiresPython: '>= x' }],
    ['half a surrogate pair', { 'requires-python': '>3\ud800' }, { requiresPython: '>3\ufffd' }],
    ['no yank', { yanked: false }, { yanked: undefined }],
    ['a yank of null', { yanked: null }, { yanked: undefined }],
    ['a yank without reason', { yanked: true }, { yanked: { reason: '' } }],
    ['a yank with an empty reason', { yanked: '' }, { yanked: { reason: '' } }],
    ['a yank that is neither', { yanked: 0 }, { yanked: { reason: '' } }],
    ['metadata without hash', { 'core-metadata': true }, { sidecar: {} }],
    ['metadata with another hash', { 'core-metadata': { md5: 'ab' } }, { sidecar: {} }],
    ['metadata with a bad hash', { 'core-metadata': { sha256: 'ab' } }, { sidecar: {} }],
    ['no metadata', { 'core-metadata': false }, { sidecar: undefined }],
    ['metadata of null', { 'core-metadata': null }, { sidecar: undefined }],
    [
      'attestations',
      { provenance: 'https://index.test/integrity/foo' },
      { provenance: 'https://index.test/integrity/foo' },
    ],
    ['attestations of null', { provenance: null }, { provenance: undefined }],
    ['attestations at no address', { provenance: 'file:///a' }, { provenance: undefined }],
    [
      'metadata under its old key',
      { 'dist-info-metadata': { sha256: OTHER_HASH } },
      { sidecar: { sha256: OTHER_HASH } },
    ],
    [
      'metadata under the key of PyPI',
      { 'data-dist-info-metadata': { sha256: OTHER_HASH } },
      { sidecar: { sha256: OTHER_HASH } },
    ],
    [
      'metadata under two keys',
      { 'core-metadata': false, 'dist-info-metadata': true },
      { sidecar: undefined },
    ],
  ])('may be %s', (_, fields, expected) => {
    const page = readRows({ ...ROW, ...fields });
    const whole = { ...ARTIFACT, ...expected };
    // Absent, not undefined: what is stored must not depend on how it was said.
    const clean = Object.fromEntries(
      Object.entries(whole).filter(([, value]) => value !== undefined),
    );
    expect(page.artifacts).toStrictEqual([clean]);
    expect(page.unreadable).toEqual([]);
  });
});

describe('a bad row', () => {
  test.each([
    ['no object', 'foo', '"files"[0]: expected an object'],
    ['null', null, '"files"[0]: expected an object'],
    ['without a name', { url: ROW.url }, '"files"[0]: without "filename"'],
    ['with a number for a name', { ...ROW, filename: 1 }, '"files"[0]: without "filename"'],
    ['without a URL', { filename: 'foo-1.whl' }, 'foo-1.whl: without "url"'],
    ['with a path for a name', { ...ROW, filename: '../foo.whl' }, '../foo.whl'],
    ['with a hidden name', { ...ROW, filename: '.foo.whl' }, '.foo.whl'],
    ['with a name of two lines', { ...ROW, filename: 'foo\r\n.whl' }, 'foo??.whl'],
    ['with an endless name', { ...ROW, filename: 'x'.repeat(1000) }, 'x'.repeat(200)],
    ['with a name beyond ASCII', { ...ROW, filename: 'fóo.whl' }, 'f?o.whl'],
    ['with a script for a URL', { ...ROW, url: 'javascript:alert(1)' }, ROW.filename],
    ['with a file for a URL', { ...ROW, url: 'file:///etc/passwd' }, ROW.filename],
    ['with no URL at all', { ...ROW, url: 'https://' }, ROW.filename],
    [
      'with a number for a Python',
      { ...ROW, 'requires-python': 3 },
      `${ROW.filename}: "requires-python" is not a text`,
    ],
  ])('%s leaves the others alone', (_, row, note) => {
    const page = readRows(row, { ...ROW, filename: 'foo-2.0.tar.gz' });
    expect(page.artifacts.map(({ filename }) => filename)).toEqual(['foo-2.0.tar.gz']);
    expect(page.unreadable).toEqual([note]);
  });
});

describe('a file name listed twice', () => {
  test('with the same hash counts once, as it was first', () => {
    const page = readRows(ROW, { ...ROW, url: 'https://other.test/', yanked: true });
    expect(page).toMatchObject({ artifacts: [ARTIFACT], unreadable: [] });
    expect(page.artifacts).toHaveLength(1);
  });

  test.each([
    ['another hash', { hashes: { sha256: OTHER_HASH } }],
    ['no hash', { hashes: {} }],
  ])('with %s is not believed at all', (_, fields) => {
    const page = readRows(ROW, { ...ROW, ...fields }, ROW, { ...ROW, filename: 'foo-2.0.zip' });
    expect(page.artifacts.map(({ filename }) => filename)).toEqual(['foo-2.0.zip']);
    expect(page.unreadable).toEqual([`${ROW.filename} (listed with different hashes)`]);
  });
});
