import licenses from 'spdx-license-list/full.js';
import { describe, expect, test } from 'vitest';

import { LICENSE_IDENTIFIERS } from '../../../src/ecosystems/spdx/identifiers.ts';
import { recognizeLicenseText } from '../../../src/ecosystems/spdx/license-texts.ts';

function textOf(id: string): string {
  const text = licenses[id]?.licenseText;
  if (text === undefined) throw new Error(`no text of ${id}`);
  return text;
}

function read(text: string): string {
  const { match, expressions } = recognizeLicenseText(text);
  return `${match} ${expressions.join(', ')}`.trim();
}

function commented(text: string, mark: string): string {
  return text
    .split('\n')
    .map((line) => `${mark} ${line}`)
    .join('\n');
}

function rewrapped(text: string): string {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replaceAll(/\s+/g, ' ').trim())
    .join('\r\n\r\n');
}

const MIT = textOf('MIT');
const BSD = textOf('BSD-3-Clause');
const APACHE = textOf('Apache-2.0');
const GPL = textOf('GPL-3.0-only');
const APACHE_TERMS = APACHE.slice(0, APACHE.indexOf('END OF TERMS AND CONDITIONS'));

// As OpenBSD's template has it; that of the list names the ISC.
const ISC = `Copyright (c) 2020 Jane Doe <jane@example.test>

Permission to use, copy, modify, and distribute this software for any
purpose with or without fee is hereby granted, provided that the above
copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES
WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR
ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF
OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
`;

const BSD_OF_AUTHOR = BSD.replace(
  /Neither the name of[^]*?may be used/,
  'The name of the author may not be used',
)
  .replace('COPYRIGHT HOLDERS AND CONTRIBUTORS', 'AUTHOR')
  .replace('COPYRIGHT HOLDER OR CONTRIBUTORS', 'AUTHOR');

const APACHE_NOTICE = `Copyright 2011 Somebody

Licensed under the Apache License, Version 2.0 (the "License");
you may not use this file except in compliance with the License.
You may obtain a copy of the License at

    https://www.apache.org/licenses/LICENSE-2.0

Unless required by applicable law or agreed to in writing, software
distributed under the License is distributed on an "AS IS" BASIS,
WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
See the License for the specific language governing permissions and
limitations under the License.
`;

const MPL_NOTICE = `This package contains a bundle of certificates.

***** BEGIN LICENSE BLOCK *****
This Source Code Form is subject to the terms of the Mozilla Public License,
v. 2.0. If a copy of the MPL was not distributed with this file, You can obtain
one at http://mozilla.org/MPL/2.0/.
***** END LICENSE BLOCK *****
`;

function gnuNotice(name: string, version: string): string {
  return `This is free software; you can redistribute it and/or modify it under
the terms of the ${name} as published by the
Free Software Foundation; ${version}.
`;
}

describe('a text of the SPDX list', () => {
  test('is recognised as it is, alone or with those that have the same words', () => {
    const missed = LICENSE_IDENTIFIERS.filter((id) => {
      const text = licenses[id]?.licenseText ?? '';
      const { match, expressions } = recognizeLicenseText(text);
      return text !== '' && (match !== 'whole' || !expressions.includes(id));
    });
    expect(missed).toEqual(SAME_AS_USUAL);
  });
});

/** Their texts are those of the identifier without the addition, which only a notice tells. */
const SAME_AS_USUAL = [
  'MPL-2.0-no-copyleft-exception',
  'OFL-1.0-RFN',
  'OFL-1.0-no-RFN',
  'OFL-1.1-RFN',
  'OFL-1.1-no-RFN',
];

describe('a licence text is recognised', () => {
  test.each([
    ['with a copyright line', `Copyright (c) 2024 Jane Doe <jane@example.test>\n\n${MIT}`, 'MIT'],
    ['under a heading', `The MIT License (MIT)\n=====================\n\n${MIT}`, 'MIT'],
    ['wrapped otherwise', rewrapped(MIT), 'MIT'],
    ['in capitals', MIT.toUpperCase(), 'MIT'],
    ['as a comment of Python', commented(MIT, '#'), 'MIT'],
    ['as a comment of C', `/*\n${commented(MIT, ' *')}\n */`, 'MIT'],
    ['with typographic quotes', MIT.replaceAll(/"([^"]*)"/g, '\u201c$1\u201d'), 'MIT'],
    ['in British spelling', APACHE.replaceAll('License', 'Licence'), 'Apache-2.0'],
    ['with other bullets', BSD.replaceAll(/^\s*\d\. /gm, '  * '), 'BSD-3-Clause'],
    ['with letters for bullets', BSD.replaceAll(/^\s*(\d)\. /gm, '  ($1) '), 'BSD-3-Clause'],
    [
      'with another name in the clause',
      BSD.replaceAll('the copyright holder nor', 'the NumPy Developers nor'),
      'BSD-3-Clause',
    ],
    ['without what follows the terms', APACHE_TERMS, 'Apache-2.0'],
    ['of which two are meant', GPL, 'GPL-3.0-only, GPL-3.0-or-later'],
    ['of which one is usual', textOf('MPL-2.0'), 'MPL-2.0'],
    ['beside its shorter twin', textOf('MIT-0'), 'MIT-0'],
    ['with two clauses', textOf('BSD-2-Clause'), 'BSD-2-Clause'],
    ['with four clauses', textOf('BSD-4-Clause'), 'BSD-4-Clause'],
    ['without an attribution clause', textOf('0BSD'), '0BSD'],
    ['as most write the ISC', ISC, 'ISC'],
    ['as most write the ISC, with and/or', ISC.replace('modify, and', 'modify, and/or'), 'ISC'],
    ['with an author who may not be named', BSD_OF_AUTHOR, 'BSD-3-Clause'],
    ['of Hewlett-Packard', textOf('BSD-3-Clause-HP'), 'BSD-3-Clause-HP'],
    ['by its notice', APACHE_NOTICE, 'Apache-2.0'],
    ['by the notice of a file', MPL_NOTICE, 'MPL-2.0'],
    [
      'by a notice that says or later',
      gnuNotice(
        'GNU Lesser General Public License',
        'either version 2.1 of the License, or (at your option) any later version',
      ),
      'LGPL-2.1-or-later',
    ],
    [
      'by a notice that says one version',
      gnuNotice('GNU General Public License', 'version 2'),
      'GPL-2.0-only',
    ],
  ])('%s', (_, text, expressions) => {
    expect(read(text)).toBe(`whole ${expressions}`);
  });
});

describe('a text is not that of a licence', () => {
  test.each([
    ['with a condition beside it', `${MIT}\nThe Software must not be used by the military.`, 'MIT'],
    ['with an exception before it', `MIT, except for the folder vendor.\n\n${MIT}`, 'MIT'],
    [
      'with Commons Clause',
      `${APACHE_TERMS}\n"Commons Clause" License Condition v1.0: the License does not grant you the right to Sell the Software.`,
      'Apache-2.0',
    ],
    ['if it has two', `${MIT}\n\n----\n\n${BSD}`, 'MIT, BSD-3-Clause'],
    [
      'if it has one twice',
      `${BSD}\n\n=====\n\n${BSD.replace('copyright holder nor', 'team nor')}`,
      'BSD-3-Clause',
    ],
    ['if another goes on below', `${BSD}\n\n${APACHE_NOTICE}`, 'BSD-3-Clause, Apache-2.0'],
    [
      'if it bundles the runtime of GCC',
      `${BSD}\n\nName: libgfortran\n\n${gnuNotice('GNU General Public License', 'either version 3, or (at your option) any later version')}Under Section 7 of GPL version 3, you are granted additional permissions described in the GCC Runtime Library Exception, version 3.1.\n\n${GPL}`,
      'BSD-3-Clause, GPL-3.0-or-later WITH GCC-exception-3.1',
    ],
  ])('%s', (_, text, expressions) => {
    expect(read(text)).toBe(`contains ${expressions}`);
  });

  test.each([
    ['that is empty', ''],
    ['that only names it', 'MIT License'],
    [
      'that points to others',
      'This software is made available under the terms of *either* of the licenses found in LICENSE.APACHE or LICENSE.BSD.',
    ],
    ['that is prose', 'All rights reserved. '.repeat(200)],
    ['that is no text', '\u0000\u0001'.repeat(1000)],
    ['of which only half is there', BSD.slice(0, BSD.length / 2)],
  ])('%s', (_, text) => {
    expect(read(text)).toBe('unknown');
  });
});

test('a long text takes no long time', () => {
  const stack = Array.from({ length: 30 }, () => `${MIT}\n${BSD}\n`).join('');
  const words = 'permission is hereby granted free of charge to any person '.repeat(4000);
  recognizeLicenseText(MIT);
  const before = performance.now();
  recognizeLicenseText(stack);
  recognizeLicenseText(words);
  // Tenths of a second; a hundred times that would block whoever extracts.
  expect(performance.now() - before).toBeLessThan(5000);
});

test.each([
  'Copyright (c) 2020 Foo. Commercial use is prohibited.',
  '(c) 2020 Foo, non-commercial use only',
  'Copyright 2020 Foo, licensed under the GPL',
  'Copyright Foo, not for resale',
  '<b not for commercial use>',
])('%s takes something back, though such a line mostly counts for nothing', (line) => {
  expect(read(`Copyright (c) 2020 Foo\n\n${MIT}`)).toBe('whole MIT');
  expect(read(`${line}\n\n${MIT}`)).toBe('contains MIT');
});
