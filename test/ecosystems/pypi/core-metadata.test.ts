import { describe, expect, test } from 'vitest';

import { parseCoreMetadata } from '../../../src/ecosystems/pypi/core-metadata.ts';
import { isGatehouseError } from '../../../src/model/errors.ts';

const REQUIRED = 'Metadata-Version: 2.1\nName: foo\nVersion: 1.0\n';

function read(text: string) {
  return parseCoreMetadata(new TextEncoder().encode(text));
}

describe('core metadata', () => {
  test('gives all that is judged', () => {
    const metadata = read(
      [
        'Metadata-Version: 2.4',
        'Name: Foo.Bar',
        'Version: 1.0rc1',
        'Summary: Says hello',
        'License-Expression: MIT OR Apache-2.0',
        'License-File: LICENSE',
        'License-File: licenses/b.txt',
        'Classifier: License :: OSI Approved :: MIT License',
        'Classifier: Programming Language :: Python',
        'Requires-Python: >=3.9',
        'Requires-Dist: numpy>=1.26',
        'Requires-Dist: pytest; extra == "test"',
        'Provides-Extra: test',
        'Dynamic: Requires-Dist',
        'Description-Content-Type: text/markdown',
        '',
        'Name: of the description, not of the project',
        'and a line without colon',
      ].join('\n'),
    );
    expect(metadata).toEqual({
      metadataVersion: '2.4',
      name: 'Foo.Bar',
      version: '1.0rc1',
      summary: 'Says hello',
      licenseExpression: 'MIT OR Apache-2.0',
      licenseIsLong: false,
      licenseFiles: ['LICENSE', 'licenses/b.txt'],
      licenseClassifiers: ['License :: OSI Approved :: MIT License'],
      requiresPython: '>=3.9',
      requiresDist: ['numpy>=1.26', 'pytest; extra == "test"'],
      providesExtra: ['test'],
      dynamic: ['Requires-Dist'],
    });
  });

  test('without the optional fields has none of them', () => {
    expect(read(REQUIRED)).toEqual({
      metadataVersion: '2.1',
      name: 'foo',
      version: '1.0',
      licenseIsLong: false,
      licenseFiles: [],
      licenseClassifiers: [],
      requiresDist: [],
      providesExtra: [],
      dynamic: [],
    });
  });

  test.each([
    [
      'header names in any case',
      'METADATA-VERSION: 2.1\nname: foo\nVeRsIoN: 1.0\nLICENSE: MIT\n',
      'MIT',
    ],
    [
      'carriage returns before line feeds',
      'Metadata-Version: 2.1\r\nName: foo\r\nVersion: 1.0\r\nLicense: MIT\r\n\r\nx',
      'MIT',
    ],
    ['no line feed at the end', `${REQUIRED}License: MIT`, 'MIT'],
    ['blanks around a value', `${REQUIRED}License:\t MIT \t\n`, 'MIT'],
    ['no blank before a value', `${REQUIRED}License:MIT`, 'MIT'],
    [
      'colons in a value',
      `${REQUIRED}License: see https://licence.test/`,
      'see https://licence.test/',
    ],
    ['folded lines', `${REQUIRED}License: MIT\n        or so\n\tor\n`, 'MIT\n        or so\n\tor'],
    ['a folded line of blanks', `${REQUIRED}License: a\n \n b\n`, 'a\n \n b'],
    ['a value on folded lines alone', `${REQUIRED}License:\n MIT\n`, 'MIT'],
    ['a form feed in a licence', `${REQUIRED}License: a\f\n b`, 'a\f\n b'],
    ['the same value twice', `${REQUIRED}License: MIT\nlicense: MIT\n`, 'MIT'],
    ['UTF-8', `${REQUIRED}License: Beispiel-Lizenz für 日本`, 'Beispiel-Lizenz für 日本'],
    ['an encoded word as it is', `${REQUIRED}License: =?utf-8?q?MIT?=`, '=?utf-8?q?MIT?='],
    [
      'an unknown minor version',
      'Metadata-Version: 2.99\nName: foo\nVersion: 1.0\nLicense: MIT',
      'MIT',
    ],
    ['an unknown field', `${REQUIRED}X-Thing: 1\nLicense: MIT`, 'MIT'],
    [
      'a field that every object has',
      `${REQUIRED}__proto__: 1\nconstructor: 2\nLicense: MIT`,
      'MIT',
    ],
    ['an empty value', `${REQUIRED}License:\n`, undefined],
    ['a value of blanks', `${REQUIRED}License: \n  \n`, undefined],
    ['a field of the description', `${REQUIRED}\nLicense: MIT\n`, undefined],
  ])('may have %s', (_, text, license) => {
    const metadata = read(text);
    expect(metadata.license).toBe(license);
    expect(metadata).toMatchObject({ name: 'foo', version: '1.0' });
  });

  test('falls back to Latin-1 for a value that is not UTF-8, and only for that', () => {
    const bytes = Buffer.concat([
      Buffer.from(`${REQUIRED}Summary: für\nLicense: f`),
      Buffer.from([0xfc]),
      Buffer.from('r\n\n'),
      Buffer.from([0xff]),
    ]);
    expect(parseCoreMetadata(bytes)).toMatchObject({ summary: 'für', license: 'für' });
  });

  test('keeps what does not parse, for the rules to refuse', () => {
    const metadata = read(
      `${REQUIRED}Requires-Dist: foo bar\nRequires-Dist:\nRequires-Python: new\n`,
    );
    expect(metadata.requiresDist).toEqual(['foo bar', '']);
    expect(metadata.requiresPython).toBe('new');
  });

  test('takes the first of several summaries', () => {
    expect(read(`${REQUIRED}Summary: a\nSummary: b\n`).summary).toBe('a');
  });

  test.each([
    [4096, 4096, false],
    [4097, 4096, true],
  ])('of a licence of %d characters keeps %d', (length, kept, isLong) => {
    const metadata = read(`${REQUIRED}License: ${'x'.repeat(length)}\n`);
    expect(metadata.license).toHaveLength(kept);
    expect(metadata.licenseIsLong).toBe(isLong);
  });

  test('cuts a licence inside a surrogate pair without leaving half of it', () => {
    const { license } = read(`${REQUIRED}License: ${'x'.repeat(4095)}💥\n`);
    expect(license?.isWellFormed()).toBe(true);
  });
});

describe('core metadata is refused', () => {
  test.each([
    ['without a Metadata-Version', 'Name: foo\nVersion: 1\n', 'Metadata-Version is missing'],
    ['without a Name', 'Metadata-Version: 2.1\nVersion: 1\n', 'Name is missing'],
    ['without a Version', 'Metadata-Version: 2.1\nName: foo\n', 'Version is missing'],
    ['with an empty Name', 'Metadata-Version: 2.1\nName: \nVersion: 1\n', 'Name is missing'],
    ['empty', '', 'Metadata-Version is missing'],
    ['with all its fields in the body', `\n${REQUIRED}`, 'Metadata-Version is missing'],
    ['of an unknown major version', 'Metadata-Version: 3.0\nName: foo\nVersion: 1\n', '"3.0"'],
    ['of a version that is none', 'Metadata-Version: two\nName: foo\nVersion: 1\n', '"two"'],
    ['with two Names', `${REQUIRED}Name: bar\n`, 'Name is given on lines 2 and 4'],
    ['with two Versions', `${REQUIRED}version: 2.0\n`, 'Version is given on lines 3 and 4'],
    ['with a third, other Name', `${REQUIRED}Name: foo\nName: bar\n`, 'lines 2 and 5'],
    [
      'with two licences',
      `${REQUIRED}License: MIT\nLicense: GPL\n`,
      'License is given on lines 4 and 5',
    ],
    [
      'with two expressions',
      `${REQUIRED}License-Expression:\nLicense-Expression: MIT\n`,
      'lines 4 and 5',
    ],
    [
      'with two Requires-Python',
      `${REQUIRED}Requires-Python: >3\nRequires-Python: >4\n`,
      'lines 4 and 5',
    ],
    ['with a line without colon', `${REQUIRED}License MIT\n`, 'line 4 of the metadata: expected'],
    ['with a blank in a header name', `${REQUIRED}Requires Dist: a\n`, 'line 4'],
    ['with a blank before the colon', `${REQUIRED}License : MIT\n`, 'line 4'],
    ['with an empty header name', `${REQUIRED}: MIT\n`, 'line 4'],
    ['with a header name beyond ASCII', `${REQUIRED}Lizenß: MIT\n`, 'line 4'],
    ['with a byte order mark', `\ufeff${REQUIRED}`, 'line 1'],
    ['with a mailbox line', `From foo: bar\n${REQUIRED}`, 'line 1'],
    ['with a folded line first', ` x: 1\n${REQUIRED}`, 'line 1 of the metadata: a folded line'],
    [
      'with a lone carriage return',
      `${REQUIRED}Summary: a\rLicense: MIT\n`,
      'line 4 of the metadata: a carriage return',
    ],
    [
      'with two carriage returns',
      `${REQUIRED}Summary: a\r\r\n`,
      'line 4 of the metadata: a carriage return',
    ],
    ['above 4 MiB', `${REQUIRED}\n${'x'.repeat(4 * 1024 * 1024)}`, 'too large'],
  ])('%s', (_, text, message) => {
    expect(() => read(text)).toThrow(
      expect.toSatisfy(
        (error) => isGatehouseError(error, 'invalid-metadata') && error.message.includes(message),
      ),
    );
  });
});
