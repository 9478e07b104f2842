import { yanked } from '../../../src/validation/rules/yanked.ts';
import type { RuleTable } from './table.ts';

const DENY = { versions: '{ yanked: deny }' };
const ALLOW = { versions: '{ yanked: allow }' };

export const yankedTable: RuleTable = {
  rule: yanked,
  rows: [
    { it: 'approves what is not yanked', of: { policy: DENY }, says: [] },
    {
      it: 'refuses what was yanked before it was ever admitted, with the reason',
      of: { policy: DENY, record: { yanked: { reason: 'broken "wheel"\n' } } },
      says: [
        {
          finding: 'deny yanked/new',
          message:
            'numpy 2.4.0 was yanked by its authors: "broken \\"wheel\\"\\n", and versions.yanked is deny',
          line: 'versions: { yanked: deny }',
        },
      ],
    },
    {
      it: 'refuses it without a reason too',
      of: { policy: DENY, record: { yanked: { reason: '' } } },
      says: [
        {
          finding: 'deny yanked/new',
          message:
            'numpy 2.4.0 was yanked by its authors without a reason, and versions.yanked is deny',
          line: 'versions: { yanked: deny }',
        },
      ],
    },
    {
      it: 'approves what was yanked where the policy allows it',
      of: { policy: ALLOW, record: { yanked: { reason: 'broken' } } },
      says: [],
    },
    {
      it: 'keeps what was admitted before it was yanked',
      of: { policy: DENY, admitted: true, record: { yanked: { reason: 'broken' } } },
      says: [
        {
          finding: 'approve yanked/kept',
          message:
            'numpy 2.4.0 was yanked after it was admitted: "broken"; it stays for lock files that pin it',
        },
      ],
    },
    {
      it: 'refuses what has no record',
      of: { policy: DENY, absent: ['record'] },
      says: [
        {
          finding: 'deny yanked/unknown',
          message:
            'numpy 2.4.0 may be yanked: there is no record of it, and versions.yanked is deny',
          line: 'versions: { yanked: deny }',
        },
      ],
    },
  ],
};
