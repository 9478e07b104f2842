import { obfuscation } from '../../../src/validation/rules/obfuscation.ts';
import type { RuleTable } from './table.ts';

const FOUND = [{ path: 'numpy/a.py', kind: 'pyarmor' }];
const SAID = {
  message: 'numpy 2.4.0 hides what its code does: pyarmor in "numpy/a.py"',
  evidence: ['"numpy/a.py": pyarmor'],
};
const KNOWN = '{ known: [{ rule: obfuscation, packages: [numpy], reason: read }] }';
const UNKNOWN = {
  finding: 'deny obfuscation/unknown',
  message: 'numpy 2.4.0 may hide what its code does: its contents were not read',
};

export const obfuscationTable: RuleTable = {
  rule: obfuscation,
  rows: [
    { it: 'says nothing where nothing is found', of: {}, says: [] },
    {
      it: 'asks a person about what is found',
      of: { evidence: { contents: { obfuscation: FOUND } } },
      says: [{ finding: 'review obfuscation/mark', ...SAID, line: 'version: 1' }],
    },
    {
      it: 'approves what a person has looked at',
      of: { evidence: { contents: { obfuscation: FOUND } }, policy: { content: KNOWN } },
      says: [
        {
          finding: 'approve obfuscation/mark',
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
