import { expect, test } from 'vitest';

import { license } from '../../../src/validation/rules/license.ts';
import { condaRow } from '../../fixtures/conda-input.ts';
import { digestOf } from '../../fixtures/rule-input.ts';
import { saidBy } from './table.ts';

function said(...row: Parameters<typeof condaRow>): readonly string[] {
  return saidBy(license, condaRow(...row)).map(({ finding, message }) => `${finding}: ${message}`);
}

test('a licence that all of them name is judged once', () => {
  expect(said({ evidence: { aboutLicense: 'BSD-3-Clause' } })).toEqual([]);
  expect(said({ evidence: { aboutLicense: 'MIT' }, repodata: { license: 'MIT' } })).toHaveLength(1);
});

test('a record that was patched does not hide the licence in the package', () => {
  const [first = '', ...more] = said({ evidence: {}, index: { license: 'GPL-3.0-only' } });
  expect(more).toEqual([]);
  expect(first).toContain('deny license/not-allowed: numpy 2.4.0, by its info/index.json,');
});

test('neither does an index.json hide that of about.json', () => {
  const [first = '', ...more] = said({
    evidence: { aboutLicense: '(BSD-3-Clause) AND (GPL-3.0-only)' },
  });
  expect(more).toEqual([]);
  expect(first).toContain('deny license/not-allowed: numpy 2.4.0, by its info/about.json,');
});

test('a record that names no licence is not helped by the package', () => {
  const [first = ''] = said({
    evidence: {},
    repodata: { license: undefined },
    index: { license: 'BSD-3-Clause' },
  });
  expect(first).toContain('review license/unknown');
});

const R_LICENSES = '{ allow: [MIT, BSD-3-Clause, GPL-2.0-or-later] }';

test.each([
  ['MIT + file LICENSE', []],
  ['GPL (>= 2) | file LICENCE', []],
  [
    'LGPL-3 | AGPL-3',
    [
      'deny license/not-allowed: numpy 2.4.0 is LGPL-3.0-only OR AGPL-3.0-only (License); licenses.allow does not list LGPL-3.0-only, AGPL-3.0-only',
    ],
  ],
  [
    'Unlimited',
    [
      'deny license/not-allowed: numpy 2.4.0 is LicenseRef-Unlimited (License), which licenses.allow does not list',
    ],
  ],
  [
    'GPL (>= 2) + file LICENSE',
    [
      'review license/unread: numpy 2.4.0 names a licence that no table knows (License): "GPL (>= 2) + file LICENSE"',
    ],
  ],
])('a record is read as R packages write it: %j', (text, expected) => {
  const policy = { licenses: R_LICENSES };
  expect(said({ repodata: { license: text }, policy })).toEqual(expected);
});

test('an index.json that adds terms is not hidden by the record', () => {
  const [first = '', ...more] = said({
    evidence: {},
    repodata: { license: 'MIT' },
    index: { license: 'GPL-2 + file LICENSE' },
    policy: { licenses: R_LICENSES },
  });
  expect(more).toEqual([]);
  expect(first).toContain('review license/unread: numpy 2.4.0, by its info/index.json,');
});

test('a person who has read the licence decides for all of them', () => {
  const licenses =
    '{ allow: [BSD-3-Clause], clarify: [{ name: "conda-forge::numpy", expression: BSD-3-Clause, reason: read }] }';
  expect(said({ evidence: {}, index: { license: 'GPL-3.0-only' }, policy: { licenses } })).toEqual(
    [],
  );
});

function carrying(...expressions: readonly string[]) {
  const text = { path: 'info/licenses/COPYING', match: 'contains', expressions } as const;
  return said({ evidence: { contents: { licenseTexts: [{ ...text, sha256: digestOf('c') }] } } });
}

test('a text of its own that contains another licence and not the declared one is for a person', () => {
  const [first = ''] = carrying('GPL-3.0-only');
  expect(first).toContain(
    'review license/conflict: numpy 2.4.0 declares BSD-3-Clause (License), but its licence text is that of GPL-3.0-only',
  );
  expect(carrying('BSD-3-Clause', 'GPL-3.0-only')).toEqual([]);
  expect(carrying()).toEqual([]);
});
