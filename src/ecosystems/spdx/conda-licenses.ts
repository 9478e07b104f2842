import { findAliasCandidates, normalizeLicenseName } from './aliases.ts';
import { findCranCandidates } from './cran-licenses.ts';
import { type License, parseLicense } from './expression.ts';
import { type LicenseFieldReading, readLicenseField } from './license-field.ts';

// Names that records of channels have and PyPI's fields do not, normalised as in `aliases.ts`, each with every
// licence that it may mean.
const ROWS: readonly (readonly [name: string, licenses: readonly string[]])[] = [
  // Fedora's short names until 2022. "With exceptions" is none of them: nobody says which.
  ['gpl+', ['GPL-1.0-or-later']],
  ['asl 1.0', ['Apache-1.0']],
  ['mplv1.0', ['MPL-1.0']],
  ['mplv1.1', ['MPL-1.1']],
  ['zplv2.0', ['ZPL-2.0']],
  ['zplv2.1', ['ZPL-2.1']],
  ['cpl', ['CPL-1.0']],
  ['cddl', ['CDDL-1.0', 'CDDL-1.1']],
  ['artistic clarified', ['ClArtistic']],
  ['bsd with advertising', ['BSD-4-Clause', 'BSD-4-Clause-UC']],
  ['bsd with attribution', ['BSD-3-Clause-Attribution']],
  // conda-forge's, before it asked for identifiers of SPDX.
  ['tcl tk', ['TCL']],
  ['sgi 2', ['SGI-B-2.0']],
  // The LGPL, its version left open, with the exceptions of Qwt.
  [
    'qwt 1.0',
    ['LGPL-2.0-or-later', 'LGPL-2.1-only', 'LGPL-2.1-or-later'].map(
      (id) => `${id} WITH Qwt-exception-1.0`,
    ),
  ],
];

const NAMES: ReadonlyMap<string, readonly License[]> = new Map(
  ROWS.map(([name, licenses]) => [name, licenses.map(parseLicense)]),
);

/**
 * Reads the licence of a conda record or `index.json`, whichever channel it is of: in the grammar of R packages, else
 * as a `License` field that may also have the names of Linux distributions. `and` between names other than
 * identifiers is not taken at its word: nettle's "GPL 2 and LGPL3" is a choice, libiconv's "GPL and LGPL" is none.
 */
export function readCondaLicense(text: string): LicenseFieldReading {
  const candidates = findCranCandidates(text.trim());
  if (candidates !== undefined) return { kind: 'candidates', candidates };
  const reading = readLicenseField(text, findCondaCandidates);
  // Names do without punctuation, but "GPL (< 3)" is not version 3.
  return reading.kind !== 'text' && /[<>=!~^]/.test(text) ? { kind: 'unread' } : reading;
}

function findCondaCandidates(text: string): readonly License[] | undefined {
  return findAliasCandidates(text) ?? NAMES.get(normalizeLicenseName(text));
}
