import { archive } from '../../../src/validation/rules/archive.ts';
import { build } from '../../../src/validation/rules/build.ts';
import { bundled } from '../../../src/validation/rules/bundled.ts';
import { condaRecord } from '../../../src/validation/rules/conda-record.ts';
import { condaScripts } from '../../../src/validation/rules/conda-scripts.ts';
import { drift } from '../../../src/validation/rules/drift.ts';
import { executable } from '../../../src/validation/rules/executable.ts';
import { hash } from '../../../src/validation/rules/hash.ts';
import { layout } from '../../../src/validation/rules/layout.ts';
import { moduleRule } from '../../../src/validation/rules/module.ts';
import { notebook } from '../../../src/validation/rules/notebook.ts';
import { obfuscation } from '../../../src/validation/rules/obfuscation.ts';
import { pickle } from '../../../src/validation/rules/pickle.ts';
import { provenance } from '../../../src/validation/rules/provenance.ts';
import { recordFile } from '../../../src/validation/rules/record-file.ts';
import type { Rule } from '../../../src/validation/rules/rule.ts';
import { secret } from '../../../src/validation/rules/secret.ts';
import { startup } from '../../../src/validation/rules/startup.ts';
import { condaRow } from '../../fixtures/conda-input.ts';
import { type Differences, digestOf } from '../../fixtures/rule-input.ts';
import type { RuleTable, Said } from './table.ts';

const READ = condaRow({ evidence: {} });
const TAR_BZ2 = 'linux-64/numpy-2.4.0-py312h1234567_0.tar.bz2';
const SCRIPT = {
  path: 'etc/conda/activate.d/numpy.sh',
  kind: 'activate' as const,
  sha256: digestOf('c'),
};
const SCRIPTS = { contents: { linkScripts: [SCRIPT] } };
const SCRIPTS_SAID = {
  message:
    'numpy 2.4.0 has files that clients run or obey by themselves: "etc/conda/activate.d/numpy.sh"',
  evidence: [`"etc/conda/activate.d/numpy.sh": run at every activation (${digestOf('c')})`],
};
const KNOWN = `{ known: [{ rule: link-scripts, packages: ["conda-forge::numpy"], sha256: [${digestOf('c')}], reason: read }] }`;

/** Rules that find nothing in an honest conda package. */
const QUIET: readonly Rule[] = [
  archive,
  hash,
  layout,
  moduleRule,
  recordFile,
  bundled,
  build,
  provenance,
  startup,
  notebook,
  executable,
  pickle,
  secret,
  obfuscation,
  drift,
];

function mismatch(index: Readonly<Record<string, unknown>>, line: string) {
  const [key = ''] = Object.keys(index);
  return {
    it: `refuses another ${key}`,
    of: condaRow({ evidence: {}, index }),
    says: [
      {
        finding: 'deny conda-record/mismatch',
        message: `numpy 2.4.0 has an info/index.json that differs from its record: ${line}`,
        evidence: [line],
      },
    ],
  };
}

function since(row: Differences): Differences {
  const { metadata } = row.input ?? {};
  if (metadata === undefined) throw new Error('a row without metadata');
  const previous = {
    version: '2.3',
    contents: { linkScripts: [], startup: [], notebook: [], libraries: [], executables: [] },
    metadata: metadata.metadata,
    unpackedBytes: 4000,
  };
  return { ...row, input: { ...row.input, history: { admitted: false, previous } } };
}

function unknown(code: string, message: string): Said {
  return { finding: `deny ${code}`, message };
}

/** What the rules say of the contents of conda packages. */
export const condaContentTables: readonly RuleTable[] = [
  ...QUIET.map((rule) => ({
    rule,
    rows: [{ it: 'approves a conda package that was read', of: READ, says: [] }],
  })),
  {
    rule: archive,
    rows: [
      {
        it: 'refuses a .conda under the name of a .tar.bz2',
        of: condaRow({ file: TAR_BZ2, evidence: {} }),
        says: [
          {
            finding: 'deny archive/other-format',
            message: `numpy 2.4.0 has the bytes of a .conda package, and a file name that is not such a one's: ${TAR_BZ2}`,
          },
        ],
      },
      {
        it: 'approves a .tar.bz2 that was read',
        of: condaRow({ file: TAR_BZ2, evidence: { format: 'tar.bz2' } }),
        says: [],
      },
    ],
  },
  {
    rule: condaRecord,
    rows: [
      { it: 'approves what its record says', of: READ, says: [] },
      { it: 'says nothing of wheels', of: {}, says: [] },
      mismatch({ name: 'nump' }, 'name: record "numpy", info/index.json "nump"'),
      mismatch({ version: '2.4' }, 'version: record "2.4.0", info/index.json "2.4"'),
      mismatch({ build: 'py312_0' }, 'build: record "py312h1234567_0", info/index.json "py312_0"'),
      mismatch({ build_number: 1 }, 'build_number: record "0", info/index.json "1"'),
      mismatch({ subdir: 'win-64' }, 'subdir: record "linux-64", info/index.json "win-64"'),
      mismatch({ noarch: 'python' }, 'noarch: record none, info/index.json "python"'),
      {
        it: 'reports what the channel has patched',
        of: condaRow({ evidence: {}, index: { depends: ['python'], license: 'GPL-3.0-only' } }),
        says: [
          {
            finding: 'approve conda-record/patched',
            message: 'numpy 2.4.0 was patched by its channel: depends, license',
            evidence: [
              'depends: record "__glibc >=2.17,<3.0.a0, python >=3.12,<3.13.0a0", info/index.json "python"',
              'license: record "BSD-3-Clause", info/index.json "GPL-3.0-only"',
            ],
          },
        ],
      },
      {
        it: 'does not mind in which order needs stand',
        of: condaRow({
          evidence: {},
          index: { depends: ['__glibc >=2.17,<3.0.a0', 'python >=3.12,<3.13.0a0'] },
        }),
        says: [],
      },
      {
        it: 'refuses what nobody has read',
        of: condaRow(),
        says: [
          unknown(
            'conda-record/unknown',
            'numpy 2.4.0 may be another package than its record says: its contents were not read',
          ),
        ],
      },
    ],
  },
  {
    rule: condaScripts,
    rows: [
      { it: 'says nothing where nothing is found', of: READ, says: [] },
      { it: 'says nothing of wheels', of: {}, says: [] },
      {
        it: 'asks a person about what clients run by themselves',
        of: condaRow({ evidence: SCRIPTS }),
        says: [{ finding: 'review conda-scripts/script', ...SCRIPTS_SAID, line: 'version: 1' }],
      },
      {
        it: 'refuses it where the policy says so',
        of: condaRow({ evidence: SCRIPTS, policy: { content: '{ link-scripts: deny }' } }),
        says: [
          {
            finding: 'deny conda-scripts/script',
            ...SCRIPTS_SAID,
            line: 'content: { link-scripts: deny }',
          },
        ],
      },
      {
        it: 'approves what a person has looked at',
        of: condaRow({ evidence: SCRIPTS, policy: { content: KNOWN } }),
        says: [
          {
            finding: 'approve conda-scripts/script',
            message: SCRIPTS_SAID.message,
            evidence: [...SCRIPTS_SAID.evidence, 'looked at: read'],
            line: `content: ${KNOWN}`,
          },
        ],
      },
      {
        it: 'refuses what nobody has read',
        of: condaRow(),
        says: [
          unknown(
            'conda-scripts/unknown',
            'numpy 2.4.0 may run code while it is installed: its contents were not read',
          ),
        ],
      },
    ],
  },
  {
    rule: drift,
    rows: [
      {
        it: 'asks a person about a script that the release before had not',
        of: since(condaRow({ evidence: SCRIPTS })),
        says: [
          {
            finding: 'review drift/hook',
            message:
              'numpy 2.4.0 runs or is loaded by itself as 2.3 had not: "etc/conda/activate.d/numpy.sh"',
            evidence: ['"etc/conda/activate.d/numpy.sh"'],
            line: 'version: 1',
          },
        ],
      },
    ],
  },
  {
    rule: startup,
    rows: [
      {
        it: 'refuses a conda package that nobody has read',
        of: condaRow(),
        says: [
          unknown(
            'startup/unknown',
            'numpy 2.4.0 may run code at every start of Python: its contents were not read',
          ),
        ],
      },
    ],
  },
];
