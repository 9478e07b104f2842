import { describe, expect, it } from 'vitest';

import { findClassifierCandidates } from '../../../src/ecosystems/spdx/classifiers.ts';

function idsOf(classifier: string): readonly string[] | undefined {
  return findClassifierCandidates(classifier)?.map(({ id }) => id);
}

// PEP 639, appendix "Mapping License Classifiers to SPDX Identifiers".
const AMBIGUOUS = [
  'Academic Free License (AFL)',
  'Apache Software License',
  'Apple Public Source License',
  'Artistic License',
  'BSD License',
  'GNU Affero General Public License v3',
  'GNU Free Documentation License (FDL)',
  'GNU General Public License (GPL)',
  'GNU General Public License v2 (GPLv2)',
  'GNU General Public License v3 (GPLv3)',
  'GNU Lesser General Public License v2 (LGPLv2)',
  'GNU Lesser General Public License v2 or later (LGPLv2+)',
  'GNU Lesser General Public License v3 (LGPLv3)',
  'GNU Library or Lesser General Public License (LGPL)',
];

describe('a licence classifier', () => {
  it.each(AMBIGUOUS)('is never one licence where PEP 639 forbids to infer it: %s', (name) => {
    expect(idsOf(`License :: OSI Approved :: ${name}`)?.length).toBeGreaterThan(1);
  });

  it.each([
    ['OSI Approved :: MIT License', ['MIT']],
    ['OSI Approved :: ISC License (ISCL)', ['ISC']],
    ['OSI Approved :: Python Software Foundation License', ['PSF-2.0']],
    ['OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)', ['MPL-2.0']],
    ['OSI Approved :: GNU General Public License v3 or later (GPLv3+)', ['GPL-3.0-or-later']],
    ['OSI Approved :: Apache Software License', ['Apache-1.0', 'Apache-1.1', 'Apache-2.0']],
    ['OSI Approved :: GNU General Public License v2 (GPLv2)', ['GPL-2.0-only', 'GPL-2.0-or-later']],
    [
      'OSI Approved :: BSD License',
      ['BSD-1-Clause', 'BSD-2-Clause', 'BSD-3-Clause', 'BSD-4-Clause', '0BSD'],
    ],
    ['OSI Approved :: Zope Public License', ['ZPL-1.1', 'ZPL-2.0', 'ZPL-2.1']],
    ['CC0 1.0 Universal (CC0 1.0) Public Domain Dedication', ['CC0-1.0']],
    ['Public Domain', ['LicenseRef-Public-Domain', 'CC0-1.0', 'Unlicense']],
    ['OSI Approved', []],
    ['DFSG approved', []],
    ['Other/Proprietary License', ['LicenseRef-Proprietary']],
    ['Free To Use But Restricted', ['LicenseRef-Proprietary']],
    ['Repoze Public License', ['LicenseRef-Repoze-Public']],
  ])('%s may mean %j', (name, ids) => {
    expect(idsOf(`License :: ${name}`)).toEqual(ids);
  });

  it.each(['License :: OSI Approved :: Mine', 'License :: MIT', 'License', 'toString', ''])(
    'that does not exist is not known: %j',
    (classifier) => {
      expect(idsOf(classifier)).toBeUndefined();
    },
  );
});
