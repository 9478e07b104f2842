import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { findArtifactName, parseArtifactFilename } from '../../../src/ecosystems/pypi/filenames.ts';
import { parseProjectName } from '../../../src/ecosystems/pypi/names.ts';
import type { CoreMetadata } from '../../../src/model/evidence.ts';
import { parseSha256 } from '../../../src/model/sha256.ts';
import { isSourceId } from '../../../src/model/subject.ts';
import { loadPolicy } from '../../../src/policy/load.ts';
import { license } from '../../../src/validation/rules/license.ts';
import type { RuleInput, Statement } from '../../../src/validation/rules/rule.ts';
import { ruleInput } from '../../fixtures/rule-input.ts';

const POLICY = `version: 1
targets: { python: ["3.12"], platforms: [manylinux_2_28_x86_64] }
packages: { allow: [demo] }
licenses:
  allow: [MIT, MIT-0, BSD-2-Clause, BSD-3-Clause, 0BSD, Apache-2.0, ISC, PSF-2.0, Zlib, CC0-1.0]
  exceptions-are-permissive: true
  grants:
    - expression: LicenseRef-NVIDIA-Proprietary
      packages: [nvidia-*]
      reason: CUDA EULA accepted
      approver: "@jlee"
      expires: "2027-06-30"
    - expression: LicenseRef-NVIDIA-Proprietary
      packages: [nvidia-cublas-cu12]
      reason: accepted before
      approver: "@jlee"
      expires: "2026-12-31"
    - expression: BSD-1-Clause
      packages: [granted]
      reason: read it
      approver: "@jlee"
      expires: "2027-01-31"
  clarify:
    - { name: scipy, versions: ">=1.11,<2", expression: BSD-3-Clause, reason: read by legal }
    - { name: copyleft, expression: GPL-3.0-or-later, reason: read by legal }
    - { name: disputed, versions: "<3", expression: MIT, reason: one says }
    - { name: disputed, versions: ">=2", expression: GPL-2.0-only, reason: another says }
    - { name: bound, expression: MIT, text: ${'ab'.repeat(32)}, reason: read }
`;

const NOW = Date.UTC(2026, 10, 25);
const GRANT_ENDS = Date.UTC(2027, 6, 1);
const OSI = 'License :: OSI Approved';
const policy = loadPolicy({ file: 'policy.yaml', text: POLICY });
const sha256 = parseSha256('0'.repeat(64));

type Declared = Partial<CoreMetadata>;

interface Case {
  /** Name and version, like `demo 1.0`. */
  readonly release?: string;
  readonly declared?: Declared;
  readonly now?: number;
}

function inputOf({ release = 'demo 1.0', declared, now = NOW }: Case): RuleInput {
  const [name = '', version = ''] = release.split(' ');
  const project = parseProjectName(name);
  const filename = parseArtifactFilename(
    `${name.replaceAll('-', '_')}-${version}-py3-none-any.whl`,
  );
  const artifact = findArtifactName(filename, project);
  const source = 'pypi';
  if (!isSourceId(source)) throw new Error('not a source');
  const metadata: CoreMetadata = {
    metadataVersion: '2.1',
    name,
    version,
    requiresDist: [],
    providesExtra: [],
    licenseIsLong: false,
    licenseFiles: [],
    licenseClassifiers: [],
    dynamic: [],
    ...declared,
  };
  return {
    policy,
    subject: { source, project, filename, sha256 },
    now,
    history: { admitted: false },
    revocations: [],
    ...(artifact === undefined ? {} : { name: artifact }),
    ...(declared === undefined ? {} : { metadata: { origin: 'sidecar', sha256, metadata } }),
  };
}

function judge(one: Case): readonly Statement[] {
  return [...license.judge(inputOf(one))];
}

function classified(names: readonly string[], text?: string): Declared {
  return {
    licenseClassifiers: names.map((name) => `License :: ${name}`),
    ...(text === undefined ? {} : { license: text }),
  };
}

const BSD = classified(['OSI Approved :: BSD License']);
const NVIDIA = classified(['Other/Proprietary License'], 'NVIDIA Proprietary Software');

type Row = readonly [code: string, verdict: string, one: Case, message: string];

const REFUSED: readonly Row[] = [
  ['license/unknown', 'review', {}, 'demo 1.0 has no metadata, so its licence is unknown'],
  [
    'license/unknown',
    'review',
    { release: 'scipy 1.17.0' },
    'scipy 1.17.0 has no metadata, so its licence is unknown',
  ],
  [
    'license/unknown',
    'review',
    { declared: {} },
    'demo 1.0 names no licence, neither by License-Expression nor by License nor by classifier',
  ],
  [
    'license/unknown',
    'review',
    { declared: { license: 'UNKNOWN' } },
    'demo 1.0 names no licence, neither by License-Expression nor by License nor by classifier',
  ],
  [
    'license/text-only',
    'review',
    { declared: { license: 'x', licenseIsLong: true } },
    'demo 1.0 names no licence; only its licence text, which is not read, could settle it',
  ],
  [
    'license/text-only',
    'review',
    { declared: { license: 'see LICENSE', licenseFiles: ['LICENSE'] } },
    'demo 1.0 names no licence; only its licence text, which is not read, could settle it',
  ],
  [
    'license/unread',
    'review',
    { declared: { license: 'Not MIT, all rights reserved' } },
    'demo 1.0 names a licence that no table knows (License): "Not MIT, all rights reserved"',
  ],
  [
    'license/unread',
    'review',
    { declared: classified(['OSI Approved :: Mine']) },
    `demo 1.0 names a licence that no table knows (classifiers): "${OSI} :: Mine"`,
  ],
  [
    'license/invalid-expression',
    'review',
    { declared: { licenseExpression: 'MIT AND' } },
    'demo 1.0 has a License-Expression that cannot be read: not an SPDX licence expression: column 8: expected a licence, got the end',
  ],
  [
    'license/conflict',
    'review',
    { declared: classified(['OSI Approved :: Apache Software License'], 'MIT') },
    'demo 1.0 contradicts itself: its License is MIT, its classifiers are Apache-1.0, Apache-1.1, Apache-2.0',
  ],
  [
    'license/ambiguous',
    'review',
    { release: 'sympy 1.14.0', declared: { ...BSD, license: 'BSD' } },
    'sympy 1.14.0 may be any of BSD-1-Clause, BSD-2-Clause, BSD-3-Clause, BSD-4-Clause, 0BSD (License and classifiers); licenses.allow does not list BSD-1-Clause, BSD-4-Clause',
  ],
  [
    'license/ambiguous',
    'review',
    { release: 'jinja2 3.1.6', declared: { ...BSD, licenseFiles: ['LICENSE'] } },
    'jinja2 3.1.6 may be any of BSD-1-Clause, BSD-2-Clause, BSD-3-Clause, BSD-4-Clause, 0BSD (classifiers); licenses.allow does not list BSD-1-Clause, BSD-4-Clause; only its licence text, which is not read, could settle it',
  ],
  [
    'license/ambiguous',
    'review',
    { release: 'disputed 2.0', declared: {} },
    'disputed 2.0 may be any of MIT, GPL-2.0-only (licenses.clarify); licenses.allow does not list GPL-2.0-only',
  ],
  [
    'license/not-allowed',
    'deny',
    { release: 'ultralytics 8.3.40', declared: { licenseExpression: 'AGPL-3.0' } },
    'ultralytics 8.3.40 is AGPL-3.0-only (License-Expression), which licenses.allow does not list',
  ],
  [
    'license/not-allowed',
    'deny',
    { release: 'regex 2026.5.9', declared: { licenseExpression: 'Apache-2.0 AND CNRI-Python' } },
    'regex 2026.5.9 is Apache-2.0 AND CNRI-Python (License-Expression); licenses.allow does not list CNRI-Python',
  ],
  [
    'license/not-allowed',
    'deny',
    { declared: classified([], 'GPLv2') },
    'demo 1.0 may be any of GPL-2.0-only, GPL-2.0-or-later (License), none of which licenses.allow lists',
  ],
  [
    'license/not-allowed',
    'deny',
    { declared: classified([], 'BSL-1.1') },
    'demo 1.0 is BUSL-1.1 (License), which licenses.allow does not list',
  ],
  [
    'license/not-allowed',
    'deny',
    { release: 'copyleft 1.0', declared: { licenseExpression: 'MIT' } },
    'copyleft 1.0 is GPL-3.0-or-later (licenses.clarify), which licenses.allow does not list',
  ],
  [
    'license/not-allowed',
    'deny',
    { release: 'evil-nvidia-thing 1.0', declared: NVIDIA },
    'evil-nvidia-thing 1.0 is LicenseRef-NVIDIA-Proprietary (License and classifiers), which licenses.allow does not list',
  ],
  [
    'license/not-allowed',
    'deny',
    { release: 'nvidia-cublas 1.0', declared: { licenseExpression: 'LicenseRef-Other' } },
    'nvidia-cublas 1.0 is LicenseRef-Other (License-Expression), which licenses.allow does not list',
  ],
  [
    'license/ambiguous',
    'review',
    { release: 'scipy 1.11rc1', declared: BSD },
    'scipy 1.11rc1 may be any of BSD-1-Clause, BSD-2-Clause, BSD-3-Clause, BSD-4-Clause, 0BSD (classifiers); licenses.allow does not list BSD-1-Clause, BSD-4-Clause',
  ],
];

/** Rows in license-texts.test.ts. */
const SAID_OF_TEXTS = ['license/changed'];

describe('the licence rule', () => {
  it.each<[string, Declared]>([
    ['numpy 2.4.6', { licenseExpression: 'BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0' }],
    ['cryptography 48.0.0', { licenseExpression: 'Apache-2.0 OR BSD-3-Clause' }],
    ['packaging 26.2', { licenseExpression: 'Apache-2.0 OR BSD-2-Clause' }],
    ['attrs 25.1.0', { licenseExpression: 'MIT', licenseFiles: ['LICENSE'] }],
    ['rsa 4.7.2', classified(['OSI Approved :: Apache Software License'], 'ASL 2')],
    ['jupyter 1.0', classified(['OSI Approved :: BSD License'], 'Modified BSD License')],
    [
      'libcst 1.8',
      { ...classified(['OSI Approved :: MIT License'], 'All contributions'), licenseIsLong: true },
    ],
    ['demo 1.0', { licenseExpression: 'AGPL-3.0-only or mit' }],
    ['demo 1.0', { licenseExpression: 'Apache-2.0 WITH LLVM-exception' }],
    ['demo 1.0', classified(['OSI Approved :: MIT License', 'OSI Approved :: ISC License (ISCL)'])],
    ['scipy 1.17.0', { ...BSD, license: 'x', licenseIsLong: true }],
    ['disputed 1.0', {}],
  ])('says nothing of %s with %j', (release, declared) => {
    expect(judge({ release, declared })).toEqual([]);
  });

  it.each(REFUSED)('says %s (%s) of %j', (code, verdict, one, message) => {
    expect(judge(one)).toMatchObject([{ code, verdict, message }]);
  });

  it.each([
    ['GPL-3.0-only', 'OSI Approved :: GNU Affero General Public License v3', ['review', 'deny']],
    ['MIT', 'OSI Approved :: GNU Affero General Public License v3', ['review']],
    ['GPL-3.0-only', 'OSI Approved :: MIT License', ['review']],
  ])(
    'denies a License %s that contradicts its classifier %s where neither is allowed',
    (field, classifier, verdicts) => {
      const said = judge({ declared: classified([classifier], field) });
      expect(said.map(({ code, verdict }) => [code, verdict])).toEqual(
        verdicts.map((verdict, index) => [
          ['license/conflict', 'license/not-allowed'][index],
          verdict,
        ]),
      );
    },
  );

  it('names the longest grant, its line and its end', () => {
    const [statement, ...others] = judge({ release: 'nvidia-cublas-cu12 12.1', declared: NVIDIA });
    expect(others).toEqual([]);
    expect(statement).toEqual({
      code: 'license/granted',
      verdict: 'approve',
      message:
        'nvidia-cublas-cu12 12.1 is LicenseRef-NVIDIA-Proprietary (License and classifiers); LicenseRef-NVIDIA-Proprietary is granted until 2027-06-30: CUDA EULA accepted',
      policy: { file: 'policy.yaml', line: 8, column: 7 },
      evidence: [
        'License: "NVIDIA Proprietary Software"',
        'Classifier: "License :: Other/Proprietary License"',
      ],
      until: GRANT_ENDS,
    });
  });

  it.each([
    [GRANT_ENDS - 1, 'license/granted'],
    [GRANT_ENDS, 'license/not-allowed'],
  ])('holds a grant to its end: at %i it says %s', (now, code) => {
    const statements = judge({ release: 'nvidia-nccl-cu12 2.0', declared: NVIDIA, now });
    expect(statements.map((statement) => statement.code)).toEqual([code]);
    expect(statements[0]?.until).toBe(code === 'license/granted' ? GRANT_ENDS : undefined);
  });

  it('says until when it is ambiguous, because a grant may end', () => {
    expect(judge({ release: 'granted 1.0', declared: BSD })).toMatchObject([
      { code: 'license/ambiguous', until: Date.UTC(2027, 1, 1) },
    ]);
    expect(judge({ declared: BSD })[0]).not.toHaveProperty('until');
  });

  it('points at licenses.allow, or at the clarification that said it', () => {
    const [byList] = judge({ declared: { licenseExpression: 'EPL-2.0' } });
    const [byClarification] = judge({ release: 'copyleft 1.0', declared: {} });
    expect(byList?.policy).toEqual(policy.licenses.place);
    expect(byClarification?.policy).toMatchObject({ line: 25 });
  });

  it('shows the fields that decided and what is allowed', () => {
    const [statement] = judge({ declared: { licenseExpression: 'EPL-2.0', licenseFiles: ['a'] } });
    expect(statement?.evidence).toEqual([
      'License-Expression: "EPL-2.0"',
      'License-File, not read: "a"',
      'licenses.allow: MIT, MIT-0, BSD-2-Clause, BSD-3-Clause, 0BSD, Apache-2.0, ISC, PSF-2.0, Zlib, CC0-1.0',
    ]);
  });

  it('uses no clarification with versions where the file name has none', () => {
    const input = inputOf({ release: 'scipy 1.17.0', declared: {} });
    const { name, ...rest } = input;
    expect(name).toBeDefined();
    expect([...license.judge(rest)]).toMatchObject([
      {
        code: 'license/unknown',
        message: expect.stringMatching(/^scipy-1\.17\.0-py3-none-any\.whl names no/),
      },
    ]);
  });

  it('keeps its message short however much is declared', () => {
    const licenseExpression = Array.from({ length: 150 }, (_, at) => `LicenseRef-${at}`).join(
      ' AND ',
    );
    const [statement] = judge({ declared: { licenseExpression } });
    expect(statement?.code).toBe('license/not-allowed');
    expect(statement?.message.length).toBeLessThan(500);
    expect(statement?.message).toContain('and 144 more');
  });

  describe('a clarification that is bound to a text', () => {
    const text = 'ab'.repeat(32);
    const other = 'cd'.repeat(32);

    function said(...held: readonly string[]): readonly string[] {
      const input = ruleInput({
        project: 'numpy',
        policy: {
          licenses: `{ allow: [MIT], clarify: [{ name: numpy, expression: MIT, text: ${text}, reason: read }] }`,
        },
        evidence: {
          contents: {
            licenseTexts: held.map((one) => ({
              path: 'numpy-2.4.0.dist-info/licenses/LICENSE',
              sha256: one,
              match: 'unknown' as const,
              expressions: [],
            })),
          },
        },
      });
      return [...license.judge(input)].map(({ verdict, code }) => `${verdict} ${code}`);
    }

    it('holds where the artifact has that text', () => {
      expect(said(other, text)).toEqual([]);
    });

    it('is void where it has another or none, and what the metadata say counts again', () => {
      const expected = ['review license/clarification-void', 'deny license/not-allowed'];
      expect(said(other)).toEqual(expected);
      expect(said()).toEqual(expected);
    });

    it('holds until the bytes are known', () => {
      expect(judge({ release: 'bound 1.0', declared: {} })).toEqual([]);
    });

    it('gives the digests that are there, for a person to look at', () => {
      const [statement] = judgeVoid();
      expect(statement).toMatchObject({
        message: `bound 1.0 does not hold the licence text that was read: ${text} is none of its 1`,
        evidence: [`"bound-1.0.dist-info/licenses/LICENSE" has ${other}`],
      });
    });

    function judgeVoid(): readonly Statement[] {
      const { evidence } = ruleInput({
        evidence: {
          contents: {
            licenseTexts: [
              {
                path: 'bound-1.0.dist-info/licenses/LICENSE',
                sha256: other,
                match: 'unknown',
                expressions: [],
              },
            ],
          },
        },
      });
      if (evidence === undefined) throw new Error('there is evidence');
      return [...license.judge({ ...inputOf({ release: 'bound 1.0', declared: {} }), evidence })];
    }
  });

  it('lists every code that it says, and none besides', () => {
    const said = new Set([
      ...REFUSED.map(([code]) => code),
      'license/granted',
      'license/clarification-void',
      ...SAID_OF_TEXTS,
    ]);
    expect(license.codes.map(({ code }) => code).toSorted()).toEqual([...said].toSorted());
  });

  it('has a page that names every code', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/rules/license.md'), 'utf8');
    for (const { code } of license.codes) expect(page).toContain(`\`${code}\``);
  });
});
