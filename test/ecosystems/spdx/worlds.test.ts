import { describe, expect, it } from 'vitest';

import { formatLicenseExpression } from '../../../src/ecosystems/spdx/expression.ts';
import { readLicense } from '../../../src/ecosystems/spdx/worlds.ts';
import type { CoreMetadata } from '../../../src/model/evidence.ts';

type Declared = Partial<CoreMetadata>;

const OSI = 'License :: OSI Approved';

function metadata(declared: Declared): CoreMetadata {
  return {
    metadataVersion: '2.1',
    name: 'demo',
    version: '1.0',
    requiresDist: [],
    providesExtra: [],
    licenseIsLong: false,
    licenseFiles: [],
    licenseClassifiers: [],
    dynamic: [],
    ...declared,
  };
}

function read(declared: Declared): string {
  const reading = readLicense(metadata(declared));
  if (reading.kind !== 'worlds') return reading.kind;
  return `${reading.worlds.map(formatLicenseExpression).join(' | ')} (${reading.origin})`;
}

function both(license: string | undefined, ...classifiers: readonly string[]): Declared {
  const licenseClassifiers = classifiers.map((name) => `License :: ${name}`);
  return { licenseClassifiers, ...(license === undefined ? {} : { license }) };
}

describe('the licence of metadata', () => {
  it.each<[string, Declared, string]>([
    [
      'an expression says it',
      { licenseExpression: 'mit or apache-2.0' },
      'MIT OR Apache-2.0 (License-Expression)',
    ],
    [
      'an expression says it alone, whatever an old field says',
      { licenseExpression: 'MIT', license: 'GPL', licenseClassifiers: [`${OSI} :: BSD License`] },
      'MIT (License-Expression)',
    ],
    [
      'an expression that is none says nothing else',
      { licenseExpression: 'MITT', license: 'MIT' },
      'invalid',
    ],
    ['an empty expression is none', { licenseExpression: '' }, 'invalid'],
    ['a License says it', both('MIT'), 'MIT (License)'],
    ['a classifier says it', both(undefined, 'OSI Approved :: MIT License'), 'MIT (classifiers)'],
    [
      'UNKNOWN leaves it to the classifier',
      both('UNKNOWN', 'OSI Approved :: ISC License (ISCL)'),
      'ISC (classifiers)',
    ],
    [
      'a parent classifier adds nothing',
      both('MIT', 'OSI Approved', 'OSI Approved :: MIT License'),
      'MIT (License and classifiers)',
    ],
    [
      'a classifier given twice is one',
      both(undefined, 'OSI Approved :: MIT License', 'OSI Approved :: MIT License'),
      'MIT (classifiers)',
    ],
    [
      'License narrows an ambiguous classifier',
      both('BSD-3-Clause', 'OSI Approved :: BSD License'),
      'BSD-3-Clause (License and classifiers)',
    ],
    [
      'rsa 4.7.2',
      both('ASL 2', 'OSI Approved :: Apache Software License'),
      'Apache-2.0 (License and classifiers)',
    ],
    [
      'a classifier narrows an ambiguous License',
      both('Expat (MIT/X11)', 'OSI Approved :: MIT License'),
      'MIT (License and classifiers)',
    ],
    [
      'pygobject',
      both('GNU LGPL', 'OSI Approved :: GNU Lesser General Public License v2 or later (LGPLv2+)'),
      'LGPL-2.0-or-later | LGPL-2.1-or-later (License and classifiers)',
    ],
    [
      'orjson',
      both(
        'MIT OR Apache-2.0',
        'OSI Approved :: MIT License',
        'OSI Approved :: Apache Software License',
      ),
      'MIT OR Apache-2.0 (License and classifiers)',
    ],
    [
      'the order of classifiers does not matter',
      both(
        'MIT OR Apache-2.0',
        'OSI Approved :: Apache Software License',
        'OSI Approved :: MIT License',
      ),
      'MIT OR Apache-2.0 (License and classifiers)',
    ],
    [
      'several classifiers have no connective',
      both(undefined, 'OSI Approved :: MIT License', 'OSI Approved :: ISC License (ISCL)'),
      'MIT OR ISC | MIT AND ISC (classifiers)',
    ],
    [
      'License says how three classifiers are joined',
      both(
        '(MIT OR Apache-2.0) AND ISC',
        'OSI Approved :: MIT License',
        'OSI Approved :: Apache Software License',
        'OSI Approved :: ISC License (ISCL)',
      ),
      '(MIT OR Apache-2.0) AND ISC (License and classifiers)',
    ],
    [
      'License has more than the classifiers',
      both(
        '(MIT OR Apache-2.0) AND ISC',
        'OSI Approved :: MIT License',
        'OSI Approved :: ISC License (ISCL)',
      ),
      'conflict',
    ],
    [
      'no classifier can name an exception',
      both(
        'GPL-3.0-or-later WITH GCC-exception-3.1',
        'OSI Approved :: GNU General Public License v3 (GPLv3)',
      ),
      'GPL-3.0-or-later WITH GCC-exception-3.1 (License and classifiers)',
    ],
    [
      'a vague License and several classifiers',
      both(
        'MIT/Apache-2.0',
        'OSI Approved :: MIT License',
        'OSI Approved :: Apache Software License',
      ),
      'MIT OR Apache-2.0 | MIT AND Apache-2.0 (License and classifiers)',
    ],
    [
      'the name of a proprietary licence is left to License',
      both('NVIDIA Proprietary Software', 'Other/Proprietary License'),
      'LicenseRef-NVIDIA-Proprietary (License and classifiers)',
    ],
    ['an open licence is not proprietary', both('MIT', 'Other/Proprietary License'), 'conflict'],
    [
      'License and classifier exclude each other',
      both('MIT', 'OSI Approved :: BSD License'),
      'conflict',
    ],
    [
      'License leaves out one of two classifiers',
      both('MIT', 'OSI Approved :: MIT License', 'OSI Approved :: ISC License (ISCL)'),
      'conflict',
    ],
    [
      'a License that is not understood may change what a classifier says',
      both('MIT with Commons Clause', 'OSI Approved :: MIT License'),
      'unread',
    ],
    [
      'docutils',
      both(
        'public domain, Python, 2-Clause BSD, GPL 3 (see COPYING.txt)',
        'Public Domain',
        'OSI Approved :: BSD License',
      ),
      'unread',
    ],
    ['a classifier that does not exist', both('MIT', 'OSI Approved :: Mine'), 'unread'],
    [
      'too many classifiers',
      {
        licenseClassifiers: [
          '(GPL)',
          'v2 (GPLv2)',
          'v3 (GPLv3)',
          'v2 or later (GPLv2+)',
          'v3 or later (GPLv3+)',
        ]
          .map((name) => `${OSI} :: GNU General Public License ${name}`)
          .concat(`${OSI} :: BSD License`, `${OSI} :: Apache Software License`),
      },
      'unread',
    ],
    ['nothing', {}, 'silent'],
    ['UNKNOWN', both('UNKNOWN'), 'silent'],
    ['Dual License', both('Dual License', 'OSI Approved'), 'silent'],
  ])('%s', (_, declared, expected) => {
    expect(read(declared)).toBe(expected);
  });

  it('of python-dateutil is each of two families, joined in either way', () => {
    const { kind, ...rest } = readLicense(
      metadata(
        both(
          'Dual License',
          'OSI Approved :: BSD License',
          'OSI Approved :: Apache Software License',
        ),
      ),
    );
    expect(kind).toBe('worlds');
    expect('worlds' in rest && rest.worlds).toHaveLength(2 * 5 * 3);
  });

  it('is not taken from a pasted text, which the classifier names', () => {
    const license = `BSD 3-Clause License\n\n- Copyright (c) 2001-, IPython Development Team\n${'x '.repeat(200)}`;
    for (const licenseIsLong of [false, true]) {
      const declared = { ...both(license, 'OSI Approved :: MIT License'), licenseIsLong };
      expect(readLicense(metadata(declared))).toMatchObject({
        kind: 'worlds',
        worlds: [{ id: 'MIT' }],
        text: 'unread',
        evidence: [
          expect.stringMatching(/^License: a whole text, not read, that begins "BSD 3-Clause/),
          'Classifier: "License :: OSI Approved :: MIT License"',
        ],
      });
    }
  });

  it('has one line of evidence for each field that speaks, on one line, and no end of them', () => {
    const reading = readLicense(
      metadata({
        license: 'a\nb',
        licenseFiles: Array.from({ length: 50 }, (_, at) => `licenses/${at}`),
      }),
    );
    expect(reading.evidence.slice(0, 2)).toEqual([
      String.raw`License: "a\nb"`,
      'License-File, not read: "licenses/0"',
    ]);
    expect(reading.evidence).toHaveLength(11);
    expect(reading.text).toBe('unread');
  });
});
