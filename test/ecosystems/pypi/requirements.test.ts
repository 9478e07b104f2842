import { expect, test } from 'vitest';

import { parseRequirement } from '../../../src/ecosystems/pypi/requirements.ts';

test.each([
  ['Foo_Bar', 'foo-bar'],
  ['foo[X_y,b , a,x-Y]', 'foo[a,b,x-y]'],
  ['foo[]', 'foo'],
  ['foo>=1, <2', 'foo>=1,<2'],
  ['foo (>=1,<2)', 'foo>=1,<2'],
  ['foo ()', 'foo'],
  ['foo>=1,', 'foo>=1'],
  ['foo===1.0-x,<2', 'foo===1.0-x,<2'],
  ['foo == 1.* ; os.name=="nt"', 'foo==1.* ; os_name == "nt"'],
  ['foo @ https://index.test/a.whl', 'foo @ https://index.test/a.whl'],
  ['foo@https://index.test/a;b ;extra=="X_y"', 'foo @ https://index.test/a;b ; extra == "x-y"'],
])('%j is %j in normal form', (written, normal) => {
  expect(parseRequirement(written).text).toBe(normal);
  expect(parseRequirement(normal).text).toBe(normal);
});

test('a requirement gives its parts', () => {
  const whole = parseRequirement('Torch[cuda]>=2 ; python_version >= "3.11"');
  expect(whole).toMatchObject({
    name: 'torch',
    extras: ['cuda'],
    specifiers: { text: '>=2' },
    marker: { text: 'python_version >= "3.11"' },
  });
  expect(whole).not.toHaveProperty('url');
  expect(parseRequirement('a @ b')).toMatchObject({ url: 'b', specifiers: { text: '' } });
  expect(parseRequirement('a @ b')).not.toHaveProperty('marker');
});

test.each([
  ['', 'a project name at column 1'],
  ['>=1', 'a project name at column 1'],
  ['foo_', 'version clauses, ";" or the end at column 4'],
  ['foo bar', 'version clauses, ";" or the end at column 5'],
  ['foo 1.0', 'version clauses, ";" or the end at column 5'],
  ['foo[a b]', '"," or "]" at column 7'],
  ['foo[a,]', 'the name of an extra at column 7'],
  ['foo[a', '"," or "]" at column 6'],
  ['foo (>=1', '"," or ")" at column 9'],
  ['foo>=1.*', 'valid version clauses before this place at column 9'],
  ['foo @ ', 'a URL at column 7'],
  ['foo @ a b', '";" or the end at column 9'],
  ['foo @ a\nb', '";" or the end at column 8'],
  ['foo;', 'a marker variable or a quoted string at column 5'],
  ['foo;os_name=="a" x', '"and", "or" or the end at column 18'],
  ['foo\n', 'version clauses, ";" or the end at column 4'],
])('%j lacks %s', (text, expected) => {
  expect(() => parseRequirement(text)).toThrow(
    expect.objectContaining({
      code: 'invalid-requirement',
      message: expect.stringContaining(`expected ${expected}`),
    }),
  );
});

test('a requirement longer than 8,192 characters is refused', () => {
  expect(() => parseRequirement(`a @ ${'b'.repeat(8192)}`)).toThrow(/at most 8192 characters/);
});
