import { pickle } from '../../../src/validation/rules/pickle.ts';
import { contentRows } from './content-rows.ts';
import type { RuleTable } from './table.ts';

export const pickleTable: RuleTable = {
  rule: pickle,
  rows: [
    ...contentRows({
      key: 'pickles',
      contents: {
        pickles: [{ path: 'numpy/a.pkl', outcome: 'unlisted', names: ['posix system'] }],
      },
      code: 'pickle/unlisted',
      message:
        'numpy 2.4.0 holds pickles that would run something: "numpy/a.pkl" names "posix system"',
      evidence: ['"numpy/a.pkl": "posix system"'],
      unknown: 'numpy 2.4.0 may hold pickles: its contents were not read',
    }),
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
  ],
};
