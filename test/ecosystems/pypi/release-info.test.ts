import { expect, test } from 'vitest';

import { readReleaseInfo } from '../../../src/ecosystems/pypi/release-info.ts';

function read(...lines: readonly string[]) {
  return readReleaseInfo(Buffer.from(`${lines.join('\n')}\n\nHome-page: https://body.test\n`));
}

const NOTHING = {
  licenseFiles: [],
  platforms: [],
  classifiers: [],
  projectUrls: [],
  requiresDist: [],
  providesExtra: [],
  dynamic: [],
};

test('METADATA says what bots ask for', () => {
  expect(
    read(
      'Metadata-Version: 2.4',
      'Name: foo',
      'Version: 1.0',
      'Summary: Frogs — and ponds',
      'Home-page: https://foo.test/',
      'Author-email: Ann <ann@foo.test>',
      'License-Expression: MIT',
      'License-File: LICENSE',
      'Keywords: frog,pond',
      'Platform: any',
      'Classifier: License :: OSI Approved',
      'Classifier: Programming Language :: Python',
      'Project-URL: Source, https://code.test/foo?a,b',
      'project-url: Changes,https://foo.test/changes',
      'Requires-Python: >=3.8,',
      "Requires-Dist: bar>=1; extra == 'x'",
      'Provides-Extra: x',
      'Dynamic: Version',
    ),
  ).toEqual({
    summary: 'Frogs — and ponds',
    homePage: 'https://foo.test/',
    authorEmail: 'Ann <ann@foo.test>',
    licenseExpression: 'MIT',
    licenseFiles: ['LICENSE'],
    keywords: 'frog,pond',
    platforms: ['any'],
    classifiers: ['License :: OSI Approved', 'Programming Language :: Python'],
    projectUrls: [
      ['Source', 'https://code.test/foo?a,b'],
      ['Changes', 'https://foo.test/changes'],
    ],
    requiresPython: '>=3.8,',
    requiresDist: ["bar>=1; extra == 'x'"],
    providesExtra: ['x'],
    dynamic: ['Version'],
  });
});

test.each([
  ['nothing but names', ['Name: foo']],
  ['what old tools write for nothing', ['Home-page: UNKNOWN', 'Platform: UNKNOWN', 'Summary:']],
  ['addresses without label or address', ['Project-URL: https://foo.test', 'Project-URL: Source,']],
])('of %s nothing is told', (_, lines) => {
  expect(read(...lines)).toEqual(NOTHING);
});
