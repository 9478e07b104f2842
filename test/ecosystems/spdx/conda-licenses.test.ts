import { describe, expect, it, test } from 'vitest';

import { readCondaLicense } from '../../../src/ecosystems/spdx/conda-licenses.ts';
import { formatLicenseExpression } from '../../../src/ecosystems/spdx/expression.ts';
import { readLicenseField } from '../../../src/ecosystems/spdx/license-field.ts';
import { realRepodata } from '../../fixtures/conda-data.ts';

function write(reading: ReturnType<typeof readCondaLicense>): string {
  return reading.kind === 'candidates'
    ? reading.candidates.map(formatLicenseExpression).join(' | ')
    : reading.kind;
}

function read(text: string): string {
  return write(readCondaLicense(text));
}

describe('in the grammar of R packages', () => {
  it.each([
    ['GPL (>= 2)', 'GPL-2.0-or-later'],
    ['GPL (>= 2.0)', 'GPL-2.0-or-later'],
    ['GPL(>=3)', 'GPL-3.0-or-later'],
    ['GPL >=3', 'GPL-3.0-or-later'],
    ['GPL (== 2)', 'GPL-2.0-only'],
    ['LGPL (>= 2)', 'LGPL-2.0-or-later'],
    ['LGPL (>= 2.1)', 'LGPL-2.1-or-later'],
    ['AGPL (>= 3)', 'AGPL-3.0-or-later'],
    ['GNU General Public License (>= 3)', 'GPL-3.0-or-later'],
    ['Apache License (>= 2.0)', 'Apache-2.0+'],
    ['Apache License (== 2.0)', 'Apache-2.0'],
    ['Apache License (= 2.0)', 'Apache-2.0'],
    ['Artistic License (>= 2.0)', 'Artistic-2.0+'],
    ['MPL (>= 1.1)', 'MPL-1.1+'],
  ])('a version is one, or one or later: %j', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ['GPL-2 | GPL-3', 'GPL-2.0-only OR GPL-3.0-only'],
    ['GPL-2|MIT', 'GPL-2.0-only OR MIT'],
    ['LGPL-2.1 | Artistic-2.0', 'LGPL-2.1-only OR Artistic-2.0'],
    ['GPL (>= 2) | BSD_3_clause + file LICENSE', 'GPL-2.0-or-later OR BSD-3-Clause'],
    ['GPL (>= 2) | file LICENCE', 'GPL-2.0-or-later OR LicenseRef-file-LICENSE'],
    ['file LICENSE | MPL-2.0', 'LicenseRef-file-LICENSE OR MPL-2.0'],
    ['Apache License | MIT', 'Apache-1.0 OR MIT | Apache-1.1 OR MIT | Apache-2.0 OR MIT'],
  ])('a bar lets one choose: %j', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ['MIT + file LICENSE', 'MIT'],
    ['MIT + file LICENCE', 'MIT'],
    ['MIT+file LICENSE', 'MIT'],
    ['MIT License + file LICENSE', 'MIT'],
    ['BSD_2_clause + file LICENSE', 'BSD-2-Clause'],
    ['BSD_3_clause + file LICENSE', 'BSD-3-Clause'],
  ])('the file of a template has its holders alone: %j', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it('what restricts nothing has no identifier', () => {
    expect(read('Unlimited')).toBe('LicenseRef-Unlimited');
  });

  it.each([
    'GPL-3 + file LICENSE',
    'AGPL-3 + file LICENSE',
    'GPL (>= 2) + file LICENSE',
    'Artistic-2.0 + file LICENSE',
    'BSD + file LICENSE',
    'Unlimited + file LICENSE',
    'MIT + file LICENSE.md',
    'MIT + file COPYING',
    'MIT + BSD_3_clause',
    'MIT | GPL-3 + file LICENSE',
    'GPL (>= 2) | ours',
    'MIT | file LICENSE | ours',
    'GPL (>= 2), MIT',
    'GPL (>= 2) and MIT',
  ])('a file or a part that adds what nobody knows is not read: %j', (text) => {
    expect(read(text)).toBe('unread');
  });

  it.each([
    'GPL (> 2)',
    'GPL (< 3)',
    'GPL (<= 2)',
    'GPL (!= 3)',
    'GPL (~> 2)',
    'GPL (>= 2, < 4)',
    'GPL (>= 2.1)',
    'GPL (>= 2.0.0)',
    'GPL (>= 4)',
    'GPL-2 (>= 2)',
    'MIT (>= 2)',
    'GPL (>= 2',
    'GPL (>= 2) (>= 3)',
    'GPL >= 2 or so',
    'BSD (>= 3)',
    'constructor (>= 1)',
    'GPL (>= constructor)',
  ])('a version that there is not, or a range that is none of ours, is not read: %j', (text) => {
    expect(read(text)).toBe('unread');
  });

  it('the file alone says nothing of itself', () => {
    expect(read('file LICENSE')).toBe('silent');
    expect(read('file LICENCE')).toBe('silent');
  });
});

describe('in other words', () => {
  it.each([
    ['GPLv2+', 'GPL-2.0-or-later'],
    ['GPL+', 'GPL-1.0-or-later'],
    ['LGPLv2+', 'LGPL-2.0-or-later | LGPL-2.1-or-later'],
    ['ASL 2.0', 'Apache-2.0'],
    ['ASL 1.0', 'Apache-1.0'],
    ['MPLv1.1', 'MPL-1.1'],
    ['ZPLv2.1', 'ZPL-2.1'],
    ['CDDL', 'CDDL-1.0 | CDDL-1.1'],
    ['CPL', 'CPL-1.0'],
    ['Artistic clarified', 'ClArtistic'],
    ['BSD with advertising', 'BSD-4-Clause | BSD-4-Clause-UC'],
    ['BSD with attribution', 'BSD-3-Clause-Attribution'],
    ['MPLv1.1 or GPL+', 'MPL-1.1 OR GPL-1.0-or-later'],
    ['Tcl/Tk', 'TCL'],
    ['SGI-2', 'SGI-B-2.0'],
    [
      'Qwt, Version 1.0',
      'LGPL-2.0-or-later WITH Qwt-exception-1.0 | LGPL-2.1-only WITH Qwt-exception-1.0 | LGPL-2.1-or-later WITH Qwt-exception-1.0',
    ],
    ['PUBLIC-DOMAIN', 'LicenseRef-Public-Domain | CC0-1.0 | Unlicense'],
  ])('a name is every licence that it may mean: %j', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ['BSD-3-Clause and MIT-CMU', 'BSD-3-Clause AND MIT-CMU'],
    ['LGPL-2.1-only or MPL-1.1', 'LGPL-2.1-only OR MPL-1.1'],
    ['gpl-2.0-only OR (mit and zlib)', 'GPL-2.0-only OR MIT AND Zlib'],
  ])('operators between identifiers are in any case: %j', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it('between other names "and" and a bar may mean either', () => {
    expect(read('CPL and GPL+')).toBe('CPL-1.0 OR GPL-1.0-or-later | CPL-1.0 AND GPL-1.0-or-later');
    expect(read('BSD 3-Clause | CPL')).toBe('BSD-3-Clause OR CPL-1.0 | BSD-3-Clause AND CPL-1.0');
  });

  it('a version of the GPL alone may be meant either way, as nothing says that it is R', () => {
    expect(read('GPL-2')).toBe('GPL-2.0-only | GPL-2.0-or-later');
  });

  it.each(['None', 'NONE', 'UNKNOWN', 'unknown', '', '  '])('%j says nothing', (text) => {
    expect(read(text)).toBe('silent');
  });

  it.each([
    'MIT/X11 Derivative',
    'GPLv2+ with exceptions',
    'LGPL-2.0-or-later WITH exceptions',
    'LGPL-2.0-or-later AND LGPL-2.0-or-later WITH exceptions AND MPL-2.0',
    'GPL-2.1-or-later',
    'IJG, modified 3-clause BSD and zlib',
    'BSD-like',
    'MIT, not for sale',
    'SGI',
    'Redistributable, no modification permitted',
    'MIT (>= your own risk)',
  ])('what no table knows is not read: %j', (text) => {
    expect(read(text)).toBe('unread');
  });

  it('a pasted text is one', () => {
    expect(read(`Copyright <year> =\n${'word '.repeat(60)}`)).toBe('text');
  });
});

test('metadata of PyPI are read as before', () => {
  const texts = ['MIT + file LICENSE', 'Unlimited', 'CPL', 'Tcl/Tk'];
  expect(texts.map((text) => write(readLicenseField(text)))).toEqual(texts.map(() => 'unread'));
});

const channels = Map.groupBy(realRepodata(), ([path]) => path.split('/')[0] ?? '');

describe.skipIf(channels.size === 0)('real channels', () => {
  it.each([
    ['conda-forge-sample', 0.99],
    ['pytorch', 0.999],
    ['with-wheels', 1],
    ['conditional-repodata', 1],
  ])('of what %s says of licences, at least %d is read', (channel, expected) => {
    const texts = (channels.get(channel) ?? []).flatMap(([, bytes]) => licensesOf(bytes));
    const unread = texts.filter((text) => readCondaLicense(text).kind === 'unread');
    const share = 1 - unread.length / texts.length;
    console.log(
      `${channel}: ${(100 * share).toFixed(2)} % of ${texts.length} are read; not: ${[...new Set(unread)].join('; ') || 'nothing'}`,
    );
    expect(texts.length).toBeGreaterThan(0);
    expect(share).toBeGreaterThanOrEqual(expected);
  });

  it('no licence that was read as a License field is another, or unread', () => {
    const texts = new Set([...channels.values()].flat().flatMap(([, bytes]) => licensesOf(bytes)));
    const known = [...texts].filter((text) => readLicenseField(text).kind !== 'unread');
    expect(known.map(read)).toEqual(known.map((text) => write(readLicenseField(text))));
  });
});

interface Repodata {
  readonly packages?: Readonly<Record<string, Licensed>>;
  readonly 'packages.conda'?: Readonly<Record<string, Licensed>>;
}

interface Licensed {
  readonly license?: string | null;
}

/** The licence of every record that names one. */
function licensesOf(bytes: Buffer): readonly string[] {
  const repodata: Repodata = JSON.parse(bytes.toString());
  return [repodata.packages, repodata['packages.conda']]
    .flatMap((records) => Object.values(records ?? {}))
    .map(({ license }) => license)
    .filter((license) => typeof license === 'string');
}
