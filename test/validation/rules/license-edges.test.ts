import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import {
  formatLicenseExpression,
  parseLicenseExpression,
} from '../../../src/ecosystems/spdx/expression.ts';
import type { LicenseText } from '../../../src/model/contents.ts';
import type { CoreMetadata } from '../../../src/model/evidence.ts';
import type { LicenseGrant } from '../../../src/policy/policy.ts';
import { licenseTerms, permit } from '../../../src/validation/license-terms.ts';
import { listExpressions } from '../../../src/validation/rules/license-words.ts';
import { license } from '../../../src/validation/rules/license.ts';
import type { RuleInput, Statement } from '../../../src/validation/rules/rule.ts';
import { type Differences, digestOf, policyOf, ruleInput } from '../../fixtures/rule-input.ts';

// What lies next to the rows of license.test.ts and license-texts.test.ts.

const BSD = {
  licenseExpression: undefined,
  licenseClassifiers: ['License :: OSI Approved :: BSD License'],
};
const ALLOW = '{ allow: [MIT, ISC, BSD-2-Clause, BSD-3-Clause, Apache-2.0] }';

function whole(...expressions: readonly string[]): LicenseText {
  const path = 'numpy-2.4.0.dist-info/licenses/LICENSE';
  return { path, sha256: digestOf('1'), match: 'whole', expressions };
}

function grant(text: string, expires = 10): LicenseGrant {
  return {
    expression: parseLicenseExpression(text),
    packages: ['demo'],
    reason: `until ${expires}`,
    approver: 'someone',
    expires,
    place: { file: 'policy.yaml', line: 1, column: 1 },
  };
}

interface Case {
  readonly declared?: object;
  readonly texts?: readonly LicenseText[];
  readonly licenses?: string;
  readonly previous?: { readonly declared: object; readonly texts?: readonly LicenseText[] };
  readonly of?: Differences;
}

function inputOf({ declared = {}, texts = [], licenses = ALLOW, previous, of }: Case): RuleInput {
  const input = ruleInput({
    policy: { licenses },
    evidence: { contents: { licenseTexts: texts } },
    ...of,
  });
  const { metadata } = input;
  if (metadata === undefined) throw new Error('the fixture has metadata');
  const core = { ...metadata.metadata };
  return {
    ...input,
    metadata: { ...metadata, metadata: differing(core, declared) },
    history: {
      admitted: false,
      ...(previous === undefined
        ? {}
        : {
            previous: {
              version: '2.3.0',
              metadata: differing(core, previous.declared),
              contents: { licenseTexts: previous.texts ?? [] },
              unpackedBytes: 1,
            },
          }),
    },
  };
}

/** What is undefined is left out, as a reader of METADATA does. */
function differing(metadata: CoreMetadata, differences: object): CoreMetadata {
  const fields = Object.entries({ ...metadata, ...differences });
  return Object.fromEntries(
    fields.filter(([, value]) => value !== undefined),
  ) as unknown as CoreMetadata;
}

function judge(one: Case): readonly Statement[] {
  return [...license.judge(inputOf(one))];
}

describe('the rule', () => {
  test('speaks of metadata, under its own name', () => {
    expect(license).toMatchObject({ id: 'license', stage: 'metadata' });
  });

  test('has a page that gives each code its meaning', () => {
    const page = join(import.meta.dirname, '../../../docs/rules/license.md');
    const rows = readFileSync(page, 'utf8').split('\n');
    for (const { code, meaning } of license.codes) {
      const row = rows.find((candidate) => candidate.startsWith(`| \`${code}\` |`)) ?? '';
      expect(row.split(' | ')[2]).toBe(meaning);
    }
  });
});

function permitted(text: string, grants: readonly LicenseGrant[]): string {
  const permission = permit(parseLicenseExpression(text), licenseTerms(policyOf(), grants));
  const expression = permission.permitted ? [permission.chosen] : permission.lacking;
  return `${permission.permitted ? '' : 'lacks '}${expression.map(formatLicenseExpression).join(', ')}`;
}

describe('a grant', () => {
  test.each([
    ['EPL-2.0 AND AGPL-3.0-only', 'EPL-2.0 AND AGPL-3.0-only'],
    ['AGPL-3.0-only AND EPL-2.0', 'AGPL-3.0-only AND EPL-2.0'],
    ['EPL-2.0 OR AGPL-3.0-only', 'lacks EPL-2.0, AGPL-3.0-only'],
    ['EPL-2.0', 'lacks EPL-2.0'],
    ['EPL-2.0 AND ISC', 'lacks EPL-2.0, ISC'],
  ])(
    'of EPL-2.0 AND AGPL-3.0-only lets in both together alone: %s comes to %s',
    (text, expected) => {
      expect(permitted(text, [grant('EPL-2.0 AND AGPL-3.0-only')])).toBe(expected);
    },
  );

  test('of one licence lets in no several', () => {
    expect(permitted('EPL-2.0 AND ISC', [grant('EPL-2.0')])).toBe('lacks ISC');
  });

  test('an AND that an OR of an AND chose is one AND', () => {
    expect(
      permitted('ISC AND (AGPL-3.0-only OR (EPL-2.0 AND MIT))', [
        grant('ISC'),
        grant('EPL-2.0'),
        grant('MIT'),
      ]),
    ).toBe('ISC AND EPL-2.0 AND MIT');
  });

  test('that lasts longest counts, wherever it stands', () => {
    const [first, second] = ['2027-01-31', '2027-06-30'].map(
      (day) =>
        `{ expression: ISC, packages: [numpy], reason: read, approver: "@a", expires: "${day}" }`,
    );
    const licenses = `{ allow: [MIT], grants: [${first}, ${second}] }`;
    expect(judge({ declared: { licenseExpression: 'ISC' }, licenses })).toMatchObject([
      { code: 'license/granted', until: Date.UTC(2027, 6, 1) },
    ]);
  });
});

describe('a text that excludes what is declared', () => {
  const declared = { licenseExpression: 'MIT' };
  const texts = [whole('ISC')];

  test('is reported where both are allowed, and says so', () => {
    expect(judge({ declared, texts }).map(({ message }) => message)).toEqual([
      'numpy 2.4.0 declares MIT (License-Expression), but its licence text is that of ISC; both are allowed',
    ]);
  });

  test('is for a person where one is not, and says so', () => {
    expect(judge({ declared, texts, licenses: '{ allow: [ISC] }' })[0]).toMatchObject({
      verdict: 'review',
      message:
        'numpy 2.4.0 declares MIT (License-Expression), but its licence text is that of ISC; licenses.allow does not list all of them',
    });
  });

  test('is reported where the other is granted', () => {
    const licenses =
      '{ allow: [ISC], grants: [{ expression: MIT, packages: [numpy], reason: read, approver: "@a", expires: "2027-01-31" }] }';
    expect(
      judge({ declared, texts, licenses }).map(({ code, verdict }) => [code, verdict]),
    ).toEqual([
      ['license/conflict', 'approve'],
      ['license/granted', 'approve'],
    ]);
  });
});

test('texts that were read and tell nothing leave a release without a licence', () => {
  const unknown: LicenseText = { ...whole(), match: 'unknown' };
  const [statement] = judge({ declared: { licenseExpression: undefined }, texts: [unknown] });
  expect(statement).toMatchObject({
    code: 'license/text-only',
    message:
      'numpy 2.4.0 names no licence, and its licence texts are not those of known licences alone',
  });
});

test('where the policy allows no licence, a refusal says that', () => {
  const [statement] = judge({ licenses: '{ allow: [] }' });
  expect(statement?.evidence).toContain('licenses.allow: nothing');
});

test('a clarification says why it was given', () => {
  const licenses =
    '{ allow: [MIT], clarify: [{ name: numpy, expression: EPL-2.0, reason: the text says so }] }';
  expect(judge({ licenses })).toMatchObject([
    {
      code: 'license/not-allowed',
      evidence: ['clarified: the text says so', 'licenses.allow: MIT'],
    },
  ]);
});

describe('a change of licence', () => {
  test('is none where both could be the same', () => {
    const found = judge({ declared: BSD, previous: { declared: BSD } });
    expect(found.map(({ code }) => code)).toEqual(['license/ambiguous']);
  });

  test('is not told of what contradicts itself', () => {
    const found = judge({
      declared: { licenseExpression: 'MIT' },
      texts: [whole('ISC')],
      previous: { declared: { licenseExpression: 'Apache-2.0' } },
    });
    expect(found.map(({ code }) => code)).toEqual(['license/conflict']);
  });

  test('shows where each licence was read', () => {
    const found = judge({
      declared: { licenseExpression: 'MIT' },
      previous: { declared: BSD },
    });
    expect(found.map(({ code, evidence }) => [code, evidence])).toEqual([
      [
        'license/changed',
        [
          'License-Expression: "MIT"',
          '2.3.0: Classifier: "License :: OSI Approved :: BSD License"',
        ],
      ],
    ]);
  });
});

describe('the texts', () => {
  test('that were read with the metadata count before the bytes are verified', () => {
    const { evidence: _evidence, ...listing } = inputOf({
      declared: BSD,
      licenses: '{ allow: [BSD-3-Clause] }',
    });
    const { metadata } = listing;
    if (metadata === undefined) throw new Error('the fixture has metadata');
    const withTexts = { ...metadata, licenseTexts: [whole('BSD-3-Clause')] };
    expect([...license.judge({ ...listing, metadata: withTexts })]).toEqual([]);
  });

  test('of an archive that was refused are not known', () => {
    const refused = {
      kind: 'refused',
      extractor: 1,
      sha256: digestOf('a'),
      sizeBytes: 10,
      reason: 'name-duplicate',
      message: 'two members are called "a.py"',
    } as const;
    const input = inputOf({ declared: BSD, licenses: '{ allow: [BSD-3-Clause] }' });
    expect([...license.judge({ ...input, evidence: refused })].map(({ code }) => code)).toEqual([
      'license/ambiguous',
    ]);
  });
});

function list(...texts: readonly string[]): string {
  return listExpressions(texts.map(parseLicenseExpression));
}

describe('a list of licences', () => {
  const SIX = ['MIT', 'ISC', '0BSD', 'Zlib', 'EPL-2.0', 'CC0-1.0'];

  test.each([
    ['names six', SIX, SIX.join(', ')],
    ['and counts the seventh', [...SIX, 'BSL-1.0'], `${SIX.join(', ')} and 1 more`],
    ['names none twice', ['MIT', 'ISC', 'MIT'], 'MIT, ISC'],
    ['says that there are none', [], 'nothing'],
    ['shows 160 characters', [`LicenseRef-${'a'.repeat(149)}`], `LicenseRef-${'a'.repeat(149)}`],
    ['and cuts the next', [`LicenseRef-${'a'.repeat(150)}`], `LicenseRef-${'a'.repeat(149)}…`],
  ])('%s', (_, texts, expected) => {
    expect(list(...texts)).toBe(expected);
  });
});
