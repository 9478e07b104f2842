import { parseProjectName } from '../../../src/ecosystems/pypi/names.ts';
import { age } from '../../../src/validation/rules/age.ts';
import { dependency } from '../../../src/validation/rules/dependency.ts';
import { format } from '../../../src/validation/rules/format.ts';
import { metadata } from '../../../src/validation/rules/metadata.ts';
import { packageRule } from '../../../src/validation/rules/package.ts';
import { prerelease } from '../../../src/validation/rules/prerelease.ts';
import { revoked } from '../../../src/validation/rules/revoked.ts';
import { target } from '../../../src/validation/rules/target.ts';
import { trial } from '../../../src/validation/rules/trial.ts';
import { version } from '../../../src/validation/rules/version.ts';
import { CONDA_SECTIONS, condaRow } from '../../fixtures/conda-input.ts';
import type { Differences } from '../../fixtures/rule-input.ts';
import type { RuleTable } from './table.ts';

const WEEK = { versions: '{ min-age: 7d }' };
const TARGETS = `targets: ${CONDA_SECTIONS['targets'] ?? ''}`;
const PACKAGES = `packages: ${CONDA_SECTIONS['packages'] ?? ''}`;
const BUILT = { timestamp: Date.UTC(2026, 0, 2) };
const TODAY = Date.UTC(2026, 10, 26, 6);
const TOO_YOUNG = {
  finding: 'deny age/too-young',
  message:
    'numpy 2.4.0 is too young: ready 2026-12-03 06:00 UTC, 7 days after it was first seen here (versions.min-age)',
  line: 'versions: { min-age: 7d }',
  until: '2026-12-03T06:00:00.000Z',
  evidence: ['first seen here 2026-11-26T06:00:00.000Z'],
};

function lookedFirst(row: Differences, firstLook: number): Differences {
  return { ...row, input: { ...row.input, history: { admitted: false, firstLook } } };
}

const BY_BUILDER = {
  ...WEEK,
  sources: '{ pypi: { kind: pypi }, conda-forge: { kind: conda, first-look: builder-time } }',
};

function revokes(project: string, revokedVersion: string, file?: string): Differences {
  const row = condaRow(file === undefined ? {} : { file });
  const what = {
    kind: 'release',
    project: parseProjectName(project),
    version: revokedVersion,
  } as const;
  const revocation = { what, reason: 'stolen key', actor: 'person:sam', time: TODAY };
  return { ...row, input: { ...row.input, revocations: [revocation] } };
}

/** What the rules say of conda packages; what they say of wheels is in the table of each. */
export const condaTables: readonly RuleTable[] = [
  {
    rule: trial,
    rows: [
      {
        it: 'says nothing of conda packages, which are not tried',
        of: condaRow({ policy: { content: '{ install-probe: deny }' } }),
        says: [],
      },
    ],
  },
  {
    rule: age,
    rows: [
      {
        it: 'counts a conda package from when it was first seen, whatever its builder says',
        of: condaRow({ policy: WEEK, record: { firstSeen: TODAY }, repodata: BUILT }),
        says: [TOO_YOUNG],
      },
      {
        it: 'believes the time at which the server of a channel first had it',
        of: condaRow({
          policy: WEEK,
          record: { firstSeen: TODAY, uploadTime: '2026-11-01T00:00:00.000Z' },
        }),
        says: [],
      },
      {
        it: 'counts from the build what was there at the first look, where the policy says so',
        of: lookedFirst(
          condaRow({ policy: BY_BUILDER, record: { firstSeen: TODAY }, repodata: BUILT }),
          TODAY,
        ),
        says: [],
      },
      {
        it: 'says that a build is too young as what it is',
        of: lookedFirst(
          condaRow({
            policy: BY_BUILDER,
            record: { firstSeen: TODAY },
            repodata: { timestamp: Date.UTC(2026, 10, 25) },
          }),
          TODAY,
        ),
        says: [
          {
            ...TOO_YOUNG,
            message:
              'numpy 2.4.0 is too young: ready 2026-12-02 00:00 UTC, 7 days after its build (versions.min-age)',
            until: '2026-12-02T00:00:00.000Z',
            evidence: ['built 2026-11-25T00:00:00.000Z'],
          },
        ],
      },
      {
        it: 'counts from when it was first seen what came after the first look',
        of: lookedFirst(
          condaRow({ policy: BY_BUILDER, record: { firstSeen: TODAY }, repodata: BUILT }),
          TODAY - 1,
        ),
        says: [TOO_YOUNG],
      },
      {
        it: 'takes no time of a builder that is later than the first look',
        of: lookedFirst(
          condaRow({
            policy: BY_BUILDER,
            record: { firstSeen: TODAY },
            repodata: { timestamp: TODAY + 1e10 },
          }),
          TODAY,
        ),
        says: [TOO_YOUNG],
      },
    ],
  },
  {
    rule: target,
    rows: [
      { it: 'approves what is for a declared subdir', of: condaRow(), says: [] },
      {
        it: 'approves noarch',
        of: condaRow({ file: 'noarch/numpy-2.4.0-py_0.conda', repodata: { depends: [] } }),
        says: [],
      },
      {
        it: 'refuses another subdir',
        of: condaRow({ file: 'osx-arm64/numpy-2.4.0-py312_0.conda' }),
        says: [
          {
            finding: 'deny target/no-platform',
            message:
              'numpy 2.4.0 fits no declared target: it is for osx-arm64; targets.conda.subdirs: linux-64',
            line: TARGETS,
          },
        ],
      },
      {
        it: 'refuses what needs a newer system',
        of: condaRow({ repodata: { depends: ['__glibc >=2.34'] } }),
        says: [
          {
            finding: 'deny target/no-virtual-package',
            message:
              'numpy 2.4.0 needs what no declared target has: "__glibc >=2.34"; targets.conda.virtual says what they have',
            line: TARGETS,
          },
        ],
      },
    ],
  },
  {
    rule: metadata,
    rows: [
      { it: 'approves a record that says what the file name says', of: condaRow(), says: [] },
      {
        it: 'refuses the record of another package',
        of: condaRow({ repodata: { name: 'numpy-evil' } }),
        says: [
          {
            finding: 'deny metadata/name',
            message:
              'numpy 2.4.0 has the record of another package: name "numpy-evil"; expected numpy',
          },
        ],
      },
      {
        it: 'refuses the record of another version, also of an equal one',
        of: condaRow({ repodata: { version: '2.4' } }),
        says: [
          {
            finding: 'deny metadata/version',
            message:
              'numpy 2.4.0 has the record of another version: version "2.4"; expected that of linux-64/numpy-2.4.0-py312h1234567_0.conda',
          },
        ],
      },
      {
        it: 'refuses the record of another build or subdir',
        of: condaRow({ repodata: { subdir: 'noarch' } }),
        says: [
          {
            finding: 'deny metadata/build',
            message:
              'numpy 2.4.0 has the record of another build: "noarch/py312h1234567_0"; expected that of linux-64/numpy-2.4.0-py312h1234567_0.conda',
          },
        ],
      },
      {
        it: 'refuses a record that cannot be read',
        of: condaRow({ repodata: { depends: 'python' } }),
        says: [
          {
            finding: 'deny metadata/missing',
            message: 'numpy 2.4.0 has no metadata: it is not known',
          },
        ],
      },
    ],
  },
  {
    rule: dependency,
    rows: [
      { it: 'approves needs that can be read', of: condaRow(), says: [] },
      {
        it: 'refuses a need that no client reads alike',
        of: condaRow({ repodata: { depends: ['python; if true', 'zlib'] } }),
        says: [
          {
            finding: 'deny dependency/invalid',
            message: 'numpy 2.4.0 has a requirement that cannot be read: "python; if true"',
            evidence: ['depends: "python; if true"'],
          },
        ],
      },
    ],
  },
  {
    rule: format,
    rows: [
      { it: 'approves a .conda file', of: condaRow(), says: [] },
      {
        it: 'refuses the older format where the policy denies it',
        of: condaRow({
          file: 'linux-64/numpy-2.4.0-py312_0.tar.bz2',
          policy: { versions: '{ formats: { tar-bz2: deny } }' },
        }),
        says: [
          {
            finding: 'deny format/denied',
            message:
              'numpy 2.4.0 is a .tar.bz2 package (linux-64/numpy-2.4.0-py312_0.tar.bz2), and versions.formats.tar-bz2 is deny',
            line: 'versions: { formats: { tar-bz2: deny } }',
          },
        ],
      },
    ],
  },
  {
    rule: packageRule,
    rows: [
      {
        it: 'denies the conda package that repackages a denied project',
        of: condaRow({
          file: 'linux-64/pytorch-2.9.1-py312_0.conda',
          policy: {
            packages:
              '{ allow: ["conda-forge::pytorch"], deny: [{ name: torch, reason: too large }] }',
            dependencies: '{ closure: follow }',
          },
        }),
        says: [
          {
            finding: 'deny package/denied',
            message: 'pytorch 2.9.1 is denied: too large (packages.deny has torch)',
            line: 'packages: { allow: ["conda-forge::pytorch"], deny: [{ name: torch, reason: too large }] }',
          },
        ],
      },
      {
        it: 'refuses a package of another channel than its entry names',
        of: condaRow({
          policy: {
            sources: '{ pypi: { kind: pypi }, conda-forge: { kind: conda }, lab: { kind: conda } }',
            packages: '{ allow: ["lab::numpy"] }',
          },
        }),
        says: [
          {
            finding: 'deny package/claimed',
            message:
              'numpy 2.4.0 is from the source conda-forge, but packages.allow has it from lab',
            line: 'packages: { allow: ["lab::numpy"] }',
          },
        ],
      },
      {
        it: 'does not deny other versions than the denied ones of the project',
        of: condaRow({
          policy: {
            packages:
              '{ allow: ["conda-forge::numpy"], deny: [{ name: numpy, versions: "==2.3", reason: bad }] }',
          },
        }),
        says: [],
      },
    ],
  },
  {
    rule: version,
    rows: [
      { it: 'approves a version in the range of its entry', of: condaRow(), says: [] },
      {
        it: 'refuses a version out of the range of its entry',
        of: condaRow({ file: 'linux-64/numpy-3.0.0-py312_0.conda' }),
        says: [
          {
            finding: 'deny version/out-of-range',
            message: 'numpy 3.0.0 is out of range: packages.allow has numpy >=1.26,<3',
            line: PACKAGES,
          },
        ],
      },
    ],
  },
  {
    rule: prerelease,
    rows: [
      {
        it: 'approves letters that are no pre-release',
        of: condaRow({ file: 'noarch/tzdata-2024a-h1234567_0.conda' }),
        says: [],
      },
      {
        it: 'approves a letter behind the version of a library',
        of: condaRow({ file: 'linux-64/jpeg-9c-h1234567_0.conda' }),
        says: [],
      },
      ...['2.5.0pre1', '2.5.0_preview', '2.5.0c2'].map((text) => ({
        it: `refuses ${text}, which PEP 440 reads as a candidate`,
        of: condaRow({ file: `linux-64/numpy-${text}-py312_0.conda` }),
        says: [
          {
            finding: 'deny prerelease/denied' as const,
            message: `numpy ${text} is a pre-release, and versions.prereleases is deny`,
            line: 'version: 1',
          },
        ],
      })),
      {
        it: 'refuses a candidate',
        of: condaRow({ file: 'linux-64/numpy-2.5.0rc1-py312_0.conda' }),
        says: [
          {
            finding: 'deny prerelease/denied',
            message: 'numpy 2.5.0rc1 is a pre-release, and versions.prereleases is deny',
            line: 'version: 1',
          },
        ],
      },
    ],
  },
  {
    rule: revoked,
    rows: [
      {
        it: 'refuses the conda package of a revoked release',
        of: revokes('numpy', '2.4'),
        says: [
          {
            finding: 'deny revoked/release',
            message: 'numpy 2.4.0 was revoked on 2026-11-26 by person:sam: stolen key',
          },
        ],
      },
      { it: 'lets other versions through', of: revokes('numpy', '2.3'), says: [] },
      ...[
        ['2.4.0rc1', '2.4rc1'],
        ['2.4', '2.4.0+cpu'],
        ['2.4.0-1', '2.4.0.post1'],
      ].map(([revokedVersion = '', of = '']) => ({
        it: `takes a revocation of ${revokedVersion} to mean ${of}, as PEP 440 does`,
        of: revokes('numpy', revokedVersion, `linux-64/numpy-${of}-0.conda`),
        says: [
          {
            finding: 'deny revoked/release' as const,
            message: `numpy ${of} was revoked on 2026-11-26 by person:sam: stolen key`,
          },
        ],
      })),
    ],
  },
];
