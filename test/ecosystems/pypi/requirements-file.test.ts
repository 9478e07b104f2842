import { describe, expect, test } from 'vitest';

import { readRequirementsFile } from '../../../src/ecosystems/pypi/requirements-file.ts';

/** Each item as one text: its line, and what it is. */
function read(text: string): readonly string[] {
  return readRequirementsFile(text).map((item) => {
    switch (item.kind) {
      case 'requirement':
        return `${item.line} ${item.requirement.text}`;
      case 'include':
        return `${item.line} ${item.role} ${item.path}`;
      case 'unapprovable':
      case 'ignored':
      default:
        return `${item.line} ${item.kind} ${item.text}`;
    }
  });
}

describe('requirements', () => {
  test.each([
    ['nothing', '', []],
    ['empty lines and comments', '\n# app\n  # lib\n\n', []],
    ['a name', 'App.Name\n', ['1 app-name']],
    [
      'ranges, extras and markers',
      'a[X,y] >= 1, < 2 ; os_name == "nt"',
      ['1 a[x,y]>=1,<2 ; os_name == "nt"'],
    ],
    ['a comment behind one', 'a>=1  # why\nb#c', ['1 a>=1', '2 unapprovable b#c']],
    ['lines that end as on Windows', 'a\r\nb\r\n', ['1 a', '2 b']],
    ['a mark of the byte order', '\uFEFFa\n', ['1 a']],
    [
      'lines that continue, with hashes',
      'a==1 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\nb',
      ['1 a==1', '4 b'],
    ],
    [
      'a comment inside of a line that continues',
      'a \\\n# why\n>=1',
      ['1 a', '3 unapprovable >=1'],
    ],
    ['a last line that continues', 'a>=1 \\', ['1 a>=1']],
    ['other options behind one', 'a==1 --config-settings "x=y"', ['1 a==1']],
  ])('%s', (_, text, items) => {
    expect(read(text)).toEqual(items);
  });
});

describe('other files', () => {
  test.each([
    ['-r other.txt', 'requirements other.txt'],
    ['--requirement other.txt', 'requirements other.txt'],
    ['--requirement=other.txt', 'requirements other.txt'],
    ['-rother.txt', 'requirements other.txt'],
    ['-r "with blank.txt"', 'requirements with blank.txt'],
    ['-c ../limits.txt  # why', 'constraints ../limits.txt'],
    ['--constraint limits.txt', 'constraints limits.txt'],
  ])('%s', (line, item) => {
    expect(read(line)).toEqual([`1 ${item}`]);
  });
});

describe('what no index lists is named, without passwords', () => {
  test.each([
    ['-e .', '-e .'],
    ['--editable git+https://user:pw@git.test/a#egg=a', '--editable git+https://git.test/a#egg=a'],
    ['a @ https://user:pw@files.test/a-1-py3-none-any.whl', 'a'],
    ['git+https://user:pw@git.test/a', 'git+https://git.test/a'],
    ['https://user:pw@files.test/a-1.tar.gz', 'https://files.test/a-1.tar.gz'],
    ['./folder', './folder'],
    ['folder/a', 'folder/a'],
    ['..', '..'],
    ['a-1-py3-none-any.whl', 'a-1-py3-none-any.whl'],
    ['a-1.tar.gz', 'a-1.tar.gz'],
    ['${NAME}', '${NAME}'],
    ['a>>1', 'a>>1'],
    ['a\u001B[2J>>1', 'a?[2J>>1'],
  ])('%s', (line, text) => {
    expect(read(line)).toEqual([`1 unapprovable ${text}`]);
  });
});

test.each([
  ['--index-url https://user:pw@packages.test/simple', '--index-url'],
  ['-i https://user:pw@packages.test/simple', '-i'],
  ['--extra-index-url=https://user:pw@packages.test/simple', '--extra-index-url'],
  ['--no-binary :all:', '--no-binary'],
  ['--require-hashes', '--require-hashes'],
  ['--pre', '--pre'],
])('the option %s is left out, and its value is not repeated', (line, name) => {
  expect(read(line)).toEqual([`1 ignored ${name}`]);
});

test('what is said of a line that cannot be read repeats no password', () => {
  const [item] = readRequirementsFile('a @ https://user:pw@files.test/a b');
  expect(item).toMatchObject({
    kind: 'unapprovable',
    reason: expect.stringContaining('files.test'),
  });
  expect(JSON.stringify(item)).not.toContain('pw');
});
