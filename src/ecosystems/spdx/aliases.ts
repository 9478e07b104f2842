import { type License, parseLicense } from './expression.ts';
import { type AliasRow, GNU_ALIASES } from './gnu-aliases.ts';
import { LICENSE_IDENTIFIERS } from './identifiers.ts';

// Names that real `License` fields hold, normalised (below), each with every licence that it may mean. There
// is no authority for them. A name belongs here when nobody could mean anything else by it; it is matched
// whole or not at all, because part of a sentence may say the opposite ("Not MIT, all rights reserved").
const ROWS: readonly AliasRow[] = [
  ['mit mit, expat, mit expat, expat mit', 'MIT'],
  ['mit x11, x11 mit, expat mit x11', 'MIT X11'],
  ['mit0, mit no attribution, mit no attribution mit 0', 'MIT-0'],
  ['cmu, cmu mit cmu', 'MIT-CMU'],

  ['apache 2, apache2, apache2.0, apachev2, apachev2.0, apache 2.0 apache 2.0', 'Apache-2.0'],
  ['apache software 2, apache software 2.0, asl 2, asl 2.0, asl2, asl2.0, aslv2', 'Apache-2.0'],
  ['http www apache org licenses 2.0, http www apache org licenses 2.0 txt', 'Apache-2.0'],
  ['https www apache org licenses 2.0, https www apache org licenses 2.0 txt', 'Apache-2.0'],
  ['apache software 1.1, asl 1.1', 'Apache-1.1'],
  ['apache, apache software, apache software foundation, asl', 'Apache-1.0 Apache-1.1 Apache-2.0'],

  ['bsd', 'BSD-1-Clause BSD-2-Clause BSD-3-Clause BSD-4-Clause 0BSD'],
  ['bsd 3, bsd3, bsd 3 clauses, bsd 3clause, bsd three clause', 'BSD-3-Clause'],
  ['3 clause, 3 clause bsd, three clause bsd, bsd 3 clause bsd 3 clause', 'BSD-3-Clause'],
  ['new bsd, bsd new, new bsd 3 clause, bsd new 3 clause, new or revised bsd', 'BSD-3-Clause'],
  ['modified bsd, bsd modified, revised bsd, bsd 3 clause new or revised', 'BSD-3-Clause'],
  ['bsd 2, bsd2, bsd 2 clauses, bsd 2clause, bsd two clause', 'BSD-2-Clause'],
  ['2 clause, 2 clause bsd, two clause bsd, bsd 2 clause bsd 2 clause', 'BSD-2-Clause'],
  ['simplified bsd, bsd simplified, bsd 2 clause simplified', 'BSD-2-Clause'],
  ['freebsd', 'BSD-2-Clause BSD-2-Clause-Views'],
  ['4 clause bsd, original bsd, bsd original, old bsd', 'BSD-4-Clause'],
  ['bsd 0 clause, 0 clause bsd, bsd zero clause', '0BSD'],
  ['zero clause bsd, zero clause bsd 0bsd', '0BSD'],
  ['iscl, isc iscl', 'ISC'],

  ['psf, psfl, psf psfl, python', 'PSF-2.0 Python-2.0'],
  ['python software foundation, python software foundation psf', 'PSF-2.0 Python-2.0'],
  ['psf 2, psf2, python software foundation 2, python software foundation 2.0', 'PSF-2.0'],

  ['mpl 2, mpl2, mpl2.0, mplv2, mplv2.0', 'MPL-2.0'],
  ['mozilla public 2, mozilla public 2.0, mozilla public 2.0 mpl 2.0', 'MPL-2.0'],
  ['mpl1.1, mozilla public 1.1, mozilla public 1.1 mpl 1.1', 'MPL-1.1'],
  ['mpl, mozilla public, mozilla public mpl', 'MPL-1.0 MPL-1.1 MPL-2.0'],
  ['epl 2, eclipse public 2, eclipse public 2.0, eclipse public 2.0 epl 2.0', 'EPL-2.0'],
  ['epl 1, eclipse public 1, eclipse public 1.0, eclipse public 1.0 epl 1.0', 'EPL-1.0'],
  ['epl, eclipse public', 'EPL-1.0 EPL-2.0'],
  ['european union public 1.1', 'EUPL-1.1'],
  ['european union public 1.2', 'EUPL-1.2'],

  ['boost, boost software, boost software 1.0, boost software 1.0 bsl 1.0', 'BSL-1.0'],
  // BSL-1.0 is Boost's and open source; 1.1 under that acronym is the Business Source License, which is not.
  ['bsl 1.1, bsl1.1, business source 1.1, business source 1.1 bsl 1.1', 'BUSL-1.1'],
  ['elastic 2, elasticv2, elv2', 'Elastic-2.0'],

  ['unlicense unlicense', 'Unlicense'],
  ['cc0, cc0 1.0 universal', 'CC0-1.0'],
  ['cc0 1.0 universal cc0 1.0 public domain dedication', 'CC0-1.0'],
  ['public domain, publicdomain', 'LicenseRef-Public-Domain CC0-1.0 Unlicense'],

  ['zlib libpng', 'Zlib'],
  ['historical permission notice and disclaimer', 'HPND'],
  ['historical permission notice and disclaimer hpnd', 'HPND'],
  ['university of illinois ncsa open source', 'NCSA'],
  ['artistic', 'Artistic-1.0 Artistic-1.0-Perl Artistic-1.0-cl8 Artistic-2.0'],
  ['zope public 2.1', 'ZPL-2.1'],
  ['zpl, zope public', 'ZPL-1.1 ZPL-2.0 ZPL-2.1'],
  ['sil ofl 1.1, sil open font 1.1, sil open font 1.1 ofl 1.1', 'OFL-1.1'],
  ['ofl, sil ofl, sil open font', 'OFL-1.0 OFL-1.1'],

  ['nvidia proprietary, nvidia proprietary software', 'LicenseRef-NVIDIA-Proprietary'],
  ['llama 3 community', 'LicenseRef-Llama-3-Community'],
  ['proprietary, other proprietary, proprietary software, commercial', 'LicenseRef-Proprietary'],
  [
    'dual licensed gnu affero gpl 3.0 or artifex commercial',
    'AGPL-3.0-only AGPL-3.0-or-later LicenseRef-Proprietary',
  ],
  ['free for non commercial use', 'LicenseRef-Proprietary'],

  // Filled in, but says nothing. The name of the licence's file is such a value: texts are other evidence.
  [', unknown, none, null, n a, na, other, dual, multiple, osi approved', ''],
  ['see, see file, see txt, see md, see for details, see file for details, file, txt, md', ''],
  ...GNU_ALIASES,
];

const ALIASES: ReadonlyMap<string, readonly License[]> = new Map(
  [...LICENSE_IDENTIFIERS.map((id) => [normalizeLicenseName(id), id] as const), ...ROWS].flatMap(
    ([names, ids]) => {
      const licenses = ids.split(' ').filter(Boolean).map(parseLicense);
      return names.split(', ').map((name) => [name, licenses] as const);
    },
  ),
);

/**
 * The licences that a name in free text may mean: an alias, or an SPDX id in other punctuation. None where the
 * text is known to say nothing; absent: not a known name.
 */
export function findAliasCandidates(text: string): readonly License[] | undefined {
  return ALIASES.get(normalizeLicenseName(text));
}

/** Drops what does not tell names of licences apart: case, punctuation, "the", "license" and "version". */
export function normalizeLicenseName(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}+.]+/gu, ' ')
    .replace(/\.(?![0-9])/g, ' ')
    .split(' ')
    .filter((word) => !/^(?:the|licen[cs]e|version|ver|v)?$/.test(word))
    .map((word) => word.replace(/^v(?=[0-9])/, ''))
    .join(' ');
}
