import { pickle } from '../../../src/validation/rules/pickle.ts';
import type { RuleTable } from './table.ts';

const FOUND = [{ path: 'numpy/a.pkl', outcome: 'unlisted' as const, names: ['posix system'] }];
const SAID = {
  message: 'numpy 2.4.0 holds pickles that would run something: "numpy/a.pkl" names "posix system"',
  evidence: ['"numpy/a.pkl": "posix system"'],
};
const KNOWN = '{ known: [{ rule: pickles, packages: [numpy], reason: read }] }';
const UNKNOWN = {
  finding: 'deny pickle/unknown',
  message: 'numpy 2.4.0 may hold pickles: its contents were not read',
};

export const pickleTable: RuleTable = {
  rule: pickle,
  rows: [
    { it: 'says nothing where nothing is found', of: {}, says: [] },
    {
      it: 'asks a person about what is found',
      of: { evidence: { contents: { pickles: FOUND } } },
      says: [{ finding: 'review pickle/unlisted', ...SAID, line: 'version: 1' }],
    },
    {
      it: 'approves what a person has looked at',
      of: { evidence: { contents: { pickles: FOUND } }, policy: { content: KNOWN } },
      says: [
        {
          finding: 'approve pickle/unlisted',
          message: SAID.message,
          line: `content: ${KNOWN}`,
          evidence: [...SAID.evidence, 'looked at: read'],
        },
      ],
    },
    {
      it: 'asks a person about what cannot be walked',
      of: {
        evidence: {
          contents: { pickles: [{ path: 'numpy/b.pkl', outcome: 'unreadable', names: [] }] },
        },
      },
      says: [
        {
          finding: 'review pickle/unreadable',
          message: 'numpy 2.4.0 holds pickles that cannot be walked: "numpy/b.pkl"',
          line: 'version: 1',
          evidence: ['"numpy/b.pkl"'],
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
