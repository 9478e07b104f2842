import { secret } from '../../../src/validation/rules/secret.ts';
import type { RuleTable } from './table.ts';

const FOUND = [{ path: 'numpy/a.py', kind: 'pypi-token' }];
const SAID = {
  message: 'numpy 2.4.0 holds keys or tokens: pypi-token in "numpy/a.py"',
  evidence: ['"numpy/a.py": pypi-token'],
};
const KNOWN = '{ known: [{ rule: secrets, packages: [numpy], reason: read }] }';
const UNKNOWN = {
  finding: 'deny secret/unknown',
  message: 'numpy 2.4.0 may hold keys or tokens: its contents were not read',
};

export const secretTable: RuleTable = {
  rule: secret,
  rows: [
    { it: 'says nothing where nothing is found', of: {}, says: [] },
    {
      it: 'asks a person about what is found',
      of: { evidence: { contents: { secrets: FOUND } } },
      says: [{ finding: 'review secret/left', ...SAID, line: 'version: 1' }],
    },
    {
      it: 'approves what a person has looked at',
      of: { evidence: { contents: { secrets: FOUND } }, policy: { content: KNOWN } },
      says: [
        {
          finding: 'approve secret/left',
          message: SAID.message,
          line: `content: ${KNOWN}`,
          evidence: [...SAID.evidence, 'looked at: read'],
        },
      ],
    },
    {
      it: 'refuses what nobody has looked at',
      of: { evidence: { contents: {} } },
      says: [UNKNOWN],
    },
    { it: 'refuses what has no evidence', of: { absent: ['evidence'] }, says: [UNKNOWN] },
  ],
};
