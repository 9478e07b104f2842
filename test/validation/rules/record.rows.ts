import { record } from '../../../src/validation/rules/record.ts';
import type { RuleTable } from './table.ts';

const goneSince = Date.UTC(2026, 10, 20, 18);

export const recordTable: RuleTable = {
  rule: record,
  rows: [
    { it: 'approves what upstream lists', of: {}, says: [] },
    {
      it: 'refuses what upstream no longer lists',
      of: { record: { goneSince } },
      says: [
        {
          finding: 'deny record/gone',
          message: 'numpy 2.4.0 is gone: upstream lists it no longer, since 2026-11-20',
        },
      ],
    },
    {
      it: 'keeps what was admitted before it went',
      of: { record: { goneSince }, admitted: true },
      says: [
        {
          finding: 'approve record/gone',
          message:
            'numpy 2.4.0 is gone: upstream lists it no longer, since 2026-11-20; it was admitted before and stays',
        },
      ],
    },
    {
      it: 'refuses what has no record, even if it was admitted',
      of: { absent: ['record'], admitted: true },
      says: [
        {
          finding: 'deny record/missing',
          message: 'numpy 2.4.0 has no record: upstream never listed it',
        },
      ],
    },
  ],
};
