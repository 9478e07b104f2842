import { describe, expect, test } from 'vitest';

import {
  classifyFormat,
  findArtifactName,
  isArtifactFilename,
  parseArtifactFilename,
} from '../../../src/ecosystems/pypi/filenames.ts';
import { parseProjectName } from '../../../src/ecosystems/pypi/names.ts';
import { isGatehouseError } from '../../../src/model/errors.ts';

function read(filename: string, project: string) {
  return findArtifactName(filename, parseProjectName(project));
}

describe('a wheel name', () => {
  test.each([
    ['numpy-2.1.0-cp312-cp312-win_amd64.whl', 'numpy', '2.1.0', ['cp312-cp312-win_amd64']],
    ['six-1.16.0-py2.py3-none-any.whl', 'six', '1.16.0', ['py2-none-any', 'py3-none-any']],
    ['Jinja2-3.0-py3-none-any.whl', 'jinja2', '3.0', ['py3-none-any']],
    ['zope.interface-6.0-py3-none-any.whl', 'zope-interface', '6.0', ['py3-none-any']],
    [
      'torch-2.1.0+cu121-cp311-cp311-linux_x86_64.whl',
      'torch',
      '2.1.0+cu121',
      ['cp311-cp311-linux_x86_64'],
    ],
    ['foo-1.0.RC1-PY3-None-Any.whl', 'foo', '1.0rc1', ['py3-none-any']],
    ['foo-1.0-py3.py3-none-any.whl', 'foo', '1.0', ['py3-none-any']],
    [
      'foo-1.0-cp311-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
      'foo',
      '1.0',
      ['cp311-abi3-manylinux_2_17_x86_64', 'cp311-abi3-manylinux2014_x86_64'],
    ],
  ])('%s is read', (filename, project, version, tags) => {
    const name = read(filename, project);
    expect(name).toMatchObject({ kind: 'wheel', project, version: { text: version }, tags });
    expect(name).not.toHaveProperty('build');
  });

  test('keeps its build tag', () => {
    expect(read('foo-1.0-2local-py3-none-any.whl', 'foo')).toMatchObject({ build: '2local' });
  });

  test.each([
    ['has too few parts', 'foo-1.0-none-any.whl'],
    ['has too many parts', 'foo-1.0-1-py3-none-any-any.whl'],
    ['is another project', 'food-1.0-py3-none-any.whl'],
    ['has two underscores', 'foo__bar-1.0-py3-none-any.whl'],
    ['ends its name with an underscore', 'foo_-1.0-py3-none-any.whl'],
    ['has no PEP 440 version', 'foo-2004d-py3-none-any.whl'],
    ['has a build tag without a number', 'foo-1.0-local-py3-none-any.whl'],
    ['has an empty build tag', 'foo-1.0--py3-none-any.whl'],
    ['has an empty platform', 'foo-1.0-py3-none-.whl'],
    ['has an empty member of a tag set', 'foo-1.0-py2..py3-none-any.whl'],
    ['has no identifier for a Python', 'foo-1.0-3-none-any.whl'],
    ['has an upper-case extension', 'foo-1.0-py3-none-any.WHL'],
    ['has a space', 'foo-1.0 -py3-none-any.whl'],
    ['has a slash', 'a/foo-1.0-py3-none-any.whl'],
    [
      'stands for more than 1,000 tags',
      `foo-1.0-${set('a', 11)}-${set('b', 10)}-${set('c', 10)}.whl`,
    ],
  ])('that %s is not read', (_, filename) => {
    const project = filename.includes('foo__bar') ? 'foo-bar' : 'foo';
    expect(read(filename, project)).toBeUndefined();
  });

  test('of exactly 1,000 tags is read', () => {
    const name = read(`foo-1.0-${set('a', 10)}-${set('b', 10)}-${set('c', 10)}.whl`, 'foo');
    expect(name).toMatchObject({ tags: { length: 1000 } });
  });
});

describe('an sdist name', () => {
  test.each([
    ['numpy-2.1.0.tar.gz', 'numpy', '2.1.0', '.tar.gz'],
    ['numpy-1.0.zip', 'numpy', '1.0', '.zip'],
    ['zope.interface-6.0.tar.gz', 'zope-interface', '6.0', '.tar.gz'],
    ['typing_extensions-4.0.tar.gz', 'typing-extensions', '4.0', '.tar.gz'],
    ['Flask-SQLAlchemy-2.5.1.tar.gz', 'flask-sqlalchemy', '2.5.1', '.tar.gz'],
    ['foo-1.0-1.tar.gz', 'foo', '1.0.post1', '.tar.gz'],
    ['foo-1.0-1.tar.gz', 'foo-1-0', '1', '.tar.gz'],
    ['foo-2-1.0.tar.gz', 'foo-2', '1.0', '.tar.gz'],
    ['foo-1.0-rc1.tar.gz', 'foo', '1.0rc1', '.tar.gz'],
    ['foo-1.0+local.1.tar.gz', 'foo', '1.0+local.1', '.tar.gz'],
  ])('%s of %s is read', (filename, project, version, extension) => {
    expect(read(filename, project)).toEqual({
      kind: 'sdist',
      project,
      version: expect.objectContaining({ text: version }),
      extension,
    });
  });

  // Old projects have dashes in names and versions, and the last dash is between the two in none of these.
  test.each([
    ['foo-1.0-1.tar.gz', 'foo', '1.0.post1'],
    ['foo-1.0-rc1.tar.gz', 'foo', '1.0rc1'],
    ['foo-1.0-beta-2.tar.gz', 'foo', '1.0b2'],
    ['foo-1.0-dev.tar.gz', 'foo', '1.0.dev0'],
    ['foo-1.0-dev-3.tar.gz', 'foo', '1.0.dev3'],
    ['foo-1.0-post-2.zip', 'foo', '1.0.post2'],
    ['foo-1.0-alpha.tar.gz', 'foo', '1.0a0'],
    ['foo-1.0-preview-1.tar.gz', 'foo', '1.0rc1'],
    ['foo-1.0-c2.tar.gz', 'foo', '1.0rc2'],
    ['foo-1.0-r4.zip', 'foo', '1.0.post4'],
    ['foo-1.0-a1-1.tar.gz', 'foo', '1.0a1.post1'],
    ['foo-1.0+local-1.tar.gz', 'foo', '1.0+local.1'],
    ['foo-v1.0-1.tar.gz', 'foo', '1.0.post1'],
    ['foo-1!2.0-1.tar.gz', 'foo', '1!2.0.post1'],
    ['foo-2024-01.tar.gz', 'foo', '2024.post1'],
    ['foo-0.1-20240101.zip', 'foo', '0.1.post20240101'],
    ['foo-2-1.0-2.tar.gz', 'foo-2', '1.0.post2'],
    ['foo-1-0-1.tar.gz', 'foo-1', '0.post1'],
    ['foo--bar-1.0-1.tar.gz', 'foo-bar', '1.0.post1'],
    ['foo.-_Bar-1.0-rev-3.tar.gz', 'foo-bar', '1.0.post3'],
    ['Python-Foo-3-1.0-rc-1.tar.gz', 'python-foo-3', '1.0rc1'],
  ])('%s is read by who knows that it is of %s', (filename, project, version) => {
    expect(read(filename, project)?.version.text).toBe(version);
    const stem = filename.replace(/\.tar\.gz$|\.zip$/, '');
    const guess = parseProjectName(stem.slice(0, stem.lastIndexOf('-')).replaceAll(/[!+]/g, '.'));
    expect(guess).not.toBe(project);
    expect(read(filename, guess)?.version.text).not.toBe(version);
  });

  test.each([
    ['foo-2004d.tar.gz', 'foo'],
    ['foo-1.0.linux-x86_64.tar.gz', 'foo'],
    ['foo-bar-1.0.tar.gz', 'foo'],
    ['foo--1.0.tar.gz', 'foo'],
    ['foo-.tar.gz', 'foo'],
    ['-1.0.tar.gz', 'foo'],
    ['foo.tar.gz', 'foo'],
    ['foo-1.0.tar.bz2', 'foo'],
    ['foo-1.0.tgz', 'foo'],
    ['foo-1.0-py3.8.egg', 'foo'],
    ['foo-1.0.win32.exe', 'foo'],
  ])('%s of %s is not read', (filename, project) => {
    expect(read(filename, project)).toBeUndefined();
  });
});

test.each([
  ['foo-1.0-py3-none-any.whl', 'wheel'],
  ['foo-1.0.tar.gz', 'sdist'],
  ['foo-1.0.zip', 'sdist'],
  ['foo-1.0.tar.bz2', 'other'],
  ['foo-1.0-py3.8.egg', 'other'],
  ['foo-1.0.whl.metadata', 'other'],
])('%s is of format %s', (filename, format) => {
  expect(classifyFormat(parseArtifactFilename(filename))).toBe(format);
});

describe('the grammar of file names', () => {
  test.each(['a', 'foo-1.0+cu121.whl', '~!"#$&\'()*,:;<=>?@[]^`{|}', 'x'.repeat(255)])(
    'has %j in it',
    (text) => {
      expect(parseArtifactFilename(text)).toBe(text);
    },
  );

  test.each([
    '',
    '.',
    '..',
    '.hidden.whl',
    'a/b',
    'a\\b',
    'a%2fb',
    'a b',
    'a\n',
    'a\0',
    'a\x7f',
    'é.whl',
    'x'.repeat(256),
  ])('has not %j in it', (text) => {
    expect(isArtifactFilename(text)).toBe(false);
    expect(() => parseArtifactFilename(text)).toThrow(
      expect.toSatisfy((error) => isGatehouseError(error, 'invalid-filename')),
    );
  });
});

function set(letter: string, count: number): string {
  return Array.from({ length: count }, (_, index) => `${letter}${index}`).join('.');
}
