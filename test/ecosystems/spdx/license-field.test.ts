import { describe, expect, it } from 'vitest';

import { formatLicenseExpression } from '../../../src/ecosystems/spdx/expression.ts';
import { readLicenseField } from '../../../src/ecosystems/spdx/license-field.ts';

function read(text: string): string {
  const reading = readLicenseField(text);
  return reading.kind === 'candidates'
    ? reading.candidates.map(formatLicenseExpression).join(' | ')
    : reading.kind;
}

const BSD = 'BSD-1-Clause | BSD-2-Clause | BSD-3-Clause | BSD-4-Clause | 0BSD';
const APACHE = 'Apache-1.0 | Apache-1.1 | Apache-2.0';
const GPL =
  'GPL-1.0-only | GPL-1.0-or-later | GPL-2.0-only | GPL-2.0-or-later | GPL-3.0-only | GPL-3.0-or-later';
const PUBLIC_DOMAIN = 'LicenseRef-Public-Domain | CC0-1.0 | Unlicense';
const EITHER_OR_BOTH = 'MIT OR Apache-2.0 | MIT AND Apache-2.0';

describe('a License field', () => {
  it.each([
    ['MIT', 'MIT'],
    ['mit', 'MIT'],
    ['MIT OR Apache-2.0', 'MIT OR Apache-2.0'],
    ['(MIT OR Apache-2.0) AND BSD-3-Clause', '(MIT OR Apache-2.0) AND BSD-3-Clause'],
    ['GPL-3.0-or-later WITH GCC-exception-3.1', 'GPL-3.0-or-later WITH GCC-exception-3.1'],
    ['GPL-3.0', 'GPL-3.0-only'],
    ['AGPL-3.0', 'AGPL-3.0-only'],
    ['LicenseRef-NVIDIA-Proprietary', 'LicenseRef-NVIDIA-Proprietary'],
  ])('that is an expression is that: %j', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ['BSD', BSD],
    ['BSD License', BSD],
    ['New BSD', 'BSD-3-Clause'],
    ['New BSD License', 'BSD-3-Clause'],
    ['3-Clause BSD License', 'BSD-3-Clause'],
    ['BSD 3-Clause License', 'BSD-3-Clause'],
    ['BSD-3', 'BSD-3-Clause'],
    ['Modified BSD License', 'BSD-3-Clause'],
    ['BSD 3-Clause "New" or "Revised" License', 'BSD-3-Clause'],
    ['Simplified BSD', 'BSD-2-Clause'],
    ['2-Clause BSD', 'BSD-2-Clause'],
    ['MIT License', 'MIT'],
    ['MIT license', 'MIT'],
    ['The MIT License (MIT)', 'MIT'],
    ['the  MIT\tLicence.', 'MIT'],
    ['ＭＩＴ', 'MIT'],
    ['Expat (MIT/X11)', 'MIT | X11'],
    ['Apache 2', 'Apache-2.0'],
    ['Apache 2.0', 'Apache-2.0'],
    ['Apache v2', 'Apache-2.0'],
    ['Apache License 2.0', 'Apache-2.0'],
    ['Apache License, Version 2.0', 'Apache-2.0'],
    ['Apache Software License 2.0', 'Apache-2.0'],
    ['Apache-2.0 License', 'Apache-2.0'],
    ['http://www.apache.org/licenses/LICENSE-2.0', 'Apache-2.0'],
    ['ASL 2', 'Apache-2.0'],
    ['ASL 2.0', 'Apache-2.0'],
    ['Apache', APACHE],
    ['Apache Software License', APACHE],
    ['ISC license', 'ISC'],
    ['ISCL', 'ISC'],
    ['PSF', 'PSF-2.0 | Python-2.0'],
    ['PSFL', 'PSF-2.0 | Python-2.0'],
    ['Python Software Foundation License', 'PSF-2.0 | Python-2.0'],
    ['MPL 2.0', 'MPL-2.0'],
    ['Mozilla Public License 2.0 (MPL 2.0)', 'MPL-2.0'],
    ['MPL', 'MPL-1.0 | MPL-1.1 | MPL-2.0'],
    ['GPL', GPL],
    ['GNU GPL', GPL],
    ['GPLv2', 'GPL-2.0-only | GPL-2.0-or-later'],
    ['GPL v2', 'GPL-2.0-only | GPL-2.0-or-later'],
    ['GPLv3+', 'GPL-3.0-or-later'],
    ['GPLv3 or later', 'GPL-3.0-or-later'],
    ['GPL-3.0 or any later version', 'GPL-3.0-or-later'],
    ['GNU General Public License v3 or later (GPLv3+)', 'GPL-3.0-or-later'],
    ['GPL version 2 only', 'GPL-2.0-only'],
    ['LGPLv3', 'LGPL-3.0-only | LGPL-3.0-or-later'],
    ['LGPL v3', 'LGPL-3.0-only | LGPL-3.0-or-later'],
    ['LGPLv2.1+', 'LGPL-2.1-or-later'],
    ['LGPLv2+', 'LGPL-2.0-or-later | LGPL-2.1-or-later'],
    ['AGPLv3', 'AGPL-3.0-only | AGPL-3.0-or-later'],
    ['BSL-1.0', 'BSL-1.0'],
    ['BSL-1.1', 'BUSL-1.1'],
    ['Business Source License 1.1', 'BUSL-1.1'],
    ['Public Domain', PUBLIC_DOMAIN],
    ['The Unlicense', 'Unlicense'],
    ['Unlicense', 'Unlicense'],
    ['Zlib License', 'Zlib'],
    ['MIT-0 License', 'MIT-0'],
    ['CC BY 4.0', 'CC-BY-4.0'],
    ['Historical Permission Notice and Disclaimer (HPND)', 'HPND'],
    ['Elastic License 2.0', 'Elastic-2.0'],
    ['Llama 3 Community License', 'LicenseRef-Llama-3-Community'],
    [
      'Dual Licensed - GNU AFFERO GPL 3.0 or Artifex Commercial License',
      'AGPL-3.0-only | AGPL-3.0-or-later | LicenseRef-Proprietary',
    ],
    ['NVIDIA Proprietary Software', 'LicenseRef-NVIDIA-Proprietary'],
    ['Other/Proprietary License', 'LicenseRef-Proprietary'],
    ['Proprietary', 'LicenseRef-Proprietary'],
    ['GPL (>= 3)', 'GPL-3.0-only | GPL-3.0-or-later'],
    ['Commercial', 'LicenseRef-Proprietary'],
    ['Free for non-commercial use', 'LicenseRef-Proprietary'],
  ])('that is a known name is every licence that it may mean: %j', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ['MIT/Apache-2.0', EITHER_OR_BOTH],
    ['MIT, Apache-2.0', EITHER_OR_BOTH],
    ['MIT & Apache 2', EITHER_OR_BOTH],
    ['MIT and Apache 2.0', EITHER_OR_BOTH],
    [
      'MIT and Apache',
      'MIT OR Apache-1.0 | MIT OR Apache-1.1 | MIT OR Apache-2.0 | MIT AND Apache-1.0 | MIT AND Apache-1.1 | MIT AND Apache-2.0',
    ],
    ['MIT or Apache 2', 'MIT OR Apache-2.0'],
    ['BSD-3-Clause/MIT/ISC', 'BSD-3-Clause OR MIT OR ISC | BSD-3-Clause AND MIT AND ISC'],
    ['Dual license: MPL 2/MIT', 'MPL-2.0 OR MIT | MPL-2.0 AND MIT'],
    [
      'Dual license BSD/MIT',
      `${BSD.replaceAll(/[^ |]+/g, '$& OR MIT')} | ${BSD.replaceAll(/[^ |]+/g, '$& AND MIT')}`,
    ],
  ])('that names several is every way to join them: %j', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    '',
    ' ',
    '-',
    'UNKNOWN',
    'Unknown',
    'None',
    'N/A',
    'License',
    'Dual License',
    'See LICENSE file',
    'LICENSE',
    'LICENSE.txt',
    'see LICENSE.md',
    'OSI Approved',
  ])('that says nothing is silent: %j', (text) => {
    expect(read(text)).toBe('silent');
  });

  it.each([
    'Not MIT, all rights reserved',
    'MIT WITH foo',
    'MIT AND',
    'MIT with Commons Clause',
    'MIT, see LICENSE',
    'MIT-style',
    'BSD-like',
    'LGPL with exceptions',
    'GPL-2.0-only+',
    'Copyright (c) 2026 Somebody',
    'public domain, Python, 2-Clause BSD, GPL 3 (see COPYING.txt)',
    'All contributions towards LibCST are MIT licensed.',
    Array.from({ length: 11 }, () => 'MIT').join('/'),
    `${'BSD, '.repeat(5)}BSD`,
    'x'.repeat(4096),
    'GPL (< 3)',
    'GPL (> 2)',
    'GPL !=3',
    'LGPL ~= 2.1',
    'GPL == v3',
  ])('is never guessed: %j', (text) => {
    expect(read(text)).toBe('unread');
  });

  it('that is a pasted text is not read, whatever it says', () => {
    const text = `MIT License\n\nCopyright (c) 2026 Somebody\n\n${'Permission is hereby granted. '.repeat(10)}`;
    expect(read(text)).toBe('text');
    expect(read(text.replaceAll('\n', ' '))).toBe('unread');
  });
});
