import { describe, expect, test } from 'vitest';

import type { LicenseText } from '../../../src/model/contents.ts';
import type { CoreMetadata } from '../../../src/model/evidence.ts';
import { license } from '../../../src/validation/rules/license.ts';
import type { RuleInput } from '../../../src/validation/rules/rule.ts';
import { digestOf, policyOf, ruleInput } from '../../fixtures/rule-input.ts';

const INFO = 'numpy-2.4.0.dist-info';
const BSD_LICENSE = 'License :: OSI Approved :: BSD License';

interface Declared {
  readonly licenseExpression?: string;
  readonly license?: string;
  readonly licenseClassifiers?: readonly string[];
}

interface Case {
  readonly declared?: Declared;
  readonly texts?: readonly LicenseText[];
  /** Flow style, as a section of the policy. */
  readonly licenses?: string;
  readonly previous?: NonNullable<RuleInput['history']['previous']>;
}

function whole(...expressions: readonly string[]): LicenseText {
  return { path: `${INFO}/licenses/LICENSE`, sha256: digestOf('1'), match: 'whole', expressions };
}

function contains(...expressions: readonly string[]): LicenseText {
  return { ...whole(...expressions), match: 'contains' };
}

const UNKNOWN: LicenseText = { ...whole(), match: 'unknown' };
const BUNDLED: LicenseText = { ...whole('GPL-3.0-only'), path: 'numpy/vendor/LICENSE' };
const SECOND: LicenseText = { ...whole('MIT'), path: `${INFO}/licenses/LICENSE.MIT` };

function coreMetadata(declared: Declared): CoreMetadata {
  return {
    metadataVersion: '2.1',
    name: 'numpy',
    version: '2.4.0',
    requiresDist: [],
    providesExtra: [],
    licenseIsLong: false,
    licenseFiles: [],
    licenseClassifiers: [],
    dynamic: [],
    ...declared,
  };
}

function inputOf({ declared = {}, texts, licenses, previous }: Case): RuleInput {
  const metadata = {
    origin: 'contents',
    sha256: digestOf('e'),
    metadata: coreMetadata(declared),
  } as const;
  return ruleInput({
    policy: {
      licenses: licenses ?? '{ allow: [MIT, ISC, BSD-2-Clause, BSD-3-Clause, Apache-2.0] }',
    },
    evidence: { contents: texts === undefined ? {} : { licenseTexts: texts } },
    input: {
      metadata,
      history: { admitted: false, ...(previous === undefined ? {} : { previous }) },
    },
  });
}

function said(one: Case): readonly string[] {
  return [...license.judge(inputOf(one))].map(({ verdict, code }) => `${verdict} ${code}`);
}

const BSD = { licenseClassifiers: [BSD_LICENSE] };

describe('a text', () => {
  test.each<[string, Case, readonly string[]]>([
    ['says it where metadata are silent', { texts: [whole('MIT')] }, []],
    ['says what is not allowed', { texts: [whole('EPL-2.0')] }, ['deny license/not-allowed']],
    [
      'of two licences is two worlds',
      { texts: [whole('GPL-3.0-only', 'GPL-3.0-or-later')], licenses: '{ allow: [GPL-3.0-only] }' },
      ['review license/ambiguous'],
    ],
    ['narrows a classifier', { declared: BSD, texts: [whole('BSD-3-Clause')] }, []],
    [
      'narrows to what is not allowed',
      { declared: BSD, texts: [whole('BSD-4-Clause')] },
      ['deny license/not-allowed'],
    ],
    [
      'narrows a classifier where it stands among others',
      { declared: BSD, texts: [contains('BSD-3-Clause', 'GPL-3.0-or-later')] },
      [],
    ],
    [
      'that is not known leaves a classifier as it is',
      { declared: BSD, texts: [UNKNOWN] },
      ['review license/ambiguous'],
    ],
    [
      'that is not there leaves a classifier as it is',
      { declared: BSD, texts: [] },
      ['review license/ambiguous'],
    ],
    [
      'of what is bundled says nothing of its own licence',
      { declared: BSD, texts: [BUNDLED] },
      ['review license/ambiguous'],
    ],
    ['of which another is one may mean both', { texts: [whole('ISC'), SECOND] }, []],
    [
      'beside one that is not known says nothing',
      { texts: [UNKNOWN, SECOND] },
      ['review license/text-only'],
    ],
    [
      'that contains others says nothing alone',
      { texts: [contains('MIT')] },
      ['review license/text-only'],
    ],
    [
      'lets prose in the License field be',
      { declared: { license: 'Somebody wrote it in Bern' }, texts: [whole('MIT')] },
      [],
    ],
    [
      'does not outweigh prose that may change it',
      { declared: { license: 'MIT with exceptions' }, texts: [whole('MIT')] },
      ['review license/unread'],
    ],
    ['confirms what is declared', { declared: { license: 'MIT' }, texts: [whole('MIT')] }, []],
    [
      'of a part of what is declared is enough',
      { declared: { licenseExpression: 'MIT AND Apache-2.0' }, texts: [whole('Apache-2.0')] },
      [],
    ],
    [
      'that is read adds nothing where the expression is refused',
      { declared: { licenseExpression: 'EPL-2.0' }, texts: [whole('EPL-2.0')] },
      ['deny license/not-allowed'],
    ],
    [
      'that excludes what is declared is reported where both are allowed',
      { declared: { license: 'ISC' }, texts: [whole('MIT')] },
      ['approve license/conflict'],
    ],
    [
      'that excludes what is declared is for a person where only the declared is allowed',
      {
        declared: { licenseExpression: 'MIT' },
        texts: [whole('GPL-3.0-only', 'GPL-3.0-or-later')],
      },
      ['review license/conflict'],
    ],
    [
      'that excludes what is declared is for a person where only the text is allowed',
      { declared: { licenseExpression: 'EPL-2.0' }, texts: [whole('MIT')] },
      ['review license/conflict'],
    ],
    [
      'that excludes what is declared is refused where neither is allowed',
      { declared: { licenseExpression: 'EPL-2.0' }, texts: [whole('GPL-2.0-only')] },
      ['review license/conflict', 'deny license/not-allowed'],
    ],
    [
      'that contains others excludes nothing',
      { declared: { licenseExpression: 'MIT' }, texts: [contains('GPL-3.0-only', 'BSD-3-Clause')] },
      [],
    ],
    [
      'of the GPL does not exclude the LGPL, which adds to it',
      {
        declared: { licenseExpression: 'LGPL-3.0-only' },
        texts: [whole('GPL-3.0-only', 'GPL-3.0-or-later')],
        licenses: '{ allow: [LGPL-3.0-only] }',
      },
      [],
    ],
    [
      'of Python does not exclude the licence of the PSF, which is its top',
      {
        declared: { licenseExpression: 'PSF-2.0' },
        texts: [whole('Python-2.0.1')],
        licenses: '{ allow: [PSF-2.0] }',
      },
      [],
    ],
  ])('%s', (_, one, expected) => {
    expect(said(one)).toEqual(expected);
  });

  test('is named with its digest, so that a clarification can be bound to it', () => {
    const [statement] = license.judge(inputOf({ texts: [contains('MIT', 'ISC')] }));
    expect(statement?.evidence).toEqual([
      `"${INFO}/licenses/LICENSE" (sha256 ${digestOf('1')}) contains the text of MIT, ISC`,
    ]);
  });
});

function bound(digit: string): string {
  return `{ allow: [MIT], clarify: [{ name: numpy, expression: MIT, text: "${digestOf(digit)}", reason: read }] }`;
}

describe('a clarification that is bound to texts', () => {
  test.each<[string, Case, readonly string[]]>([
    ['holds while the text is there', { licenses: bound('1'), texts: [UNKNOWN] }, []],
    [
      'is void when the text has changed',
      { licenses: bound('2'), texts: [UNKNOWN] },
      ['review license/clarification-void', 'review license/text-only'],
    ],
    [
      'is void even where the metadata now declare something allowed',
      { licenses: bound('2'), texts: [UNKNOWN], declared: { license: 'MIT' } },
      ['review license/clarification-void'],
    ],
    [
      'is void where the texts were not read',
      { licenses: bound('1'), declared: { license: 'MIT' } },
      ['review license/clarification-void'],
    ],
    [
      'counts beside one that is void',
      {
        licenses: bound('2').replace(
          '}] }',
          `}, { name: numpy, expression: MIT, text: "${digestOf('1')}", reason: read again }] }`,
        ),
        texts: [UNKNOWN],
      },
      [],
    ],
  ])('%s', (_, one, expected) => {
    expect(said(one)).toEqual(expected);
  });

  test('counts for a listing before any text was read', () => {
    const { evidence: _evidence, ...listing } = inputOf({ licenses: bound('2') });
    expect([...license.judge(listing)]).toEqual([]);
  });
});

function before(version: string, declared: Declared, texts: readonly LicenseText[] = []) {
  return {
    version,
    contents: { licenseTexts: texts },
    metadata: coreMetadata(declared),
    unpackedBytes: 1,
  };
}

describe('a change of licence', () => {
  const CHANGED = ['review license/changed'];
  const MIT = { licenseExpression: 'MIT' };

  test.each<[string, Case, readonly string[]]>([
    ['is for a person', { declared: MIT, previous: before('2.3.0', { license: 'ISC' }) }, CHANGED],
    [
      'is none where it is only said otherwise',
      { declared: MIT, previous: before('2.3.0', { license: 'Expat' }) },
      [],
    ],
    [
      'is none where it is only said better',
      { declared: { licenseExpression: 'BSD-3-Clause' }, previous: before('2.3.0', BSD) },
      [],
    ],
    [
      'is one where texts told them apart',
      {
        declared: { licenseExpression: 'BSD-3-Clause' },
        previous: before('2.3.0', BSD, [whole('BSD-2-Clause')]),
      },
      CHANGED,
    ],
    [
      'is none where the licence before is not known',
      { declared: MIT, previous: before('2.3.0', {}) },
      [],
    ],
    [
      'is none where a person has read the new one',
      {
        declared: MIT,
        previous: before('2.3.0', { license: 'ISC' }),
        licenses: '{ allow: [MIT], clarify: [{ name: numpy, expression: MIT, reason: read }] }',
      },
      [],
    ],
  ])('%s', (_, one, expected) => {
    expect(said({ texts: [], ...one })).toEqual(expected);
  });

  test('is only reported where drift is allowed', () => {
    const one = { declared: MIT, texts: [], previous: before('2.3.0', { license: 'ISC' }) };
    const policy = policyOf({ licenses: '{ allow: [MIT] }', content: '{ drift: allow }' });
    const statements = [...license.judge({ ...inputOf(one), policy })];
    expect(statements).toMatchObject([{ code: 'license/changed', verdict: 'approve' }]);
  });

  test('names both licences and the release before', () => {
    const [statement] = license.judge(
      inputOf({ declared: MIT, texts: [], previous: before('2.3.0', { license: 'ISC' }) }),
    );
    expect(statement?.message).toBe(
      'numpy 2.4.0 has another licence than 2.3.0, which was admitted before: MIT (License-Expression), then ISC (License)',
    );
  });
});
