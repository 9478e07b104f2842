import { executable } from '../../../src/validation/rules/executable.ts';
import { digestOf } from '../../fixtures/rule-input.ts';
import type { RuleTable } from './table.ts';

const PROGRAM = { path: 'numpy/bin/tool', format: 'elf' as const, sha256: digestOf('c') };
const SAID = {
  message: 'numpy 2.4.0 carries programs: "numpy/bin/tool"',
  evidence: [`"numpy/bin/tool": elf (${digestOf('c')})`],
};
const UNKNOWN = {
  finding: 'deny executable/unknown',
  message: 'numpy 2.4.0 may carry programs: its contents were not read',
};

export const executableTable: RuleTable = {
  rule: executable,
  rows: [
    { it: 'says nothing where there is no program', of: {}, says: [] },
    {
      it: 'reports programs',
      of: { evidence: { contents: { executables: [PROGRAM] } } },
      says: [{ finding: 'approve executable/program', ...SAID, line: 'version: 1' }],
    },
    {
      it: 'asks a person where the policy says so',
      of: {
        evidence: { contents: { executables: [PROGRAM] } },
        policy: { content: '{ executables: review }' },
      },
      says: [
        {
          finding: 'review executable/program',
          ...SAID,
          line: 'content: { executables: review }',
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
