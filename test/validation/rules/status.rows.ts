import { status } from '../../../src/validation/rules/status.ts';
import type { RuleTable } from './table.ts';

export const statusTable: RuleTable = {
  rule: status,
  rows: [
    { it: 'takes an absent status for active, as PEP 792 does', of: {}, says: [] },
    { it: 'approves an active project', of: { input: { status: { status: 'active' } } }, says: [] },
    {
      it: 'refuses a quarantined project',
      of: { input: { status: { status: 'quarantined', reason: 'malware reported' } } },
      says: [
        {
          finding: 'deny status/quarantined',
          message: 'numpy 2.4.0 is of a project that is quarantined upstream: "malware reported"',
        },
      ],
    },
    {
      it: 'only mentions that a project is archived',
      of: { input: { status: { status: 'archived' } } },
      says: [
        {
          finding: 'approve status/archived',
          message: 'numpy 2.4.0 is of a project that is archived upstream',
        },
      ],
    },
    {
      it: 'only mentions that a project is deprecated',
      of: { input: { status: { status: 'deprecated', reason: 'use jax' } } },
      says: [
        {
          finding: 'approve status/deprecated',
          message: 'numpy 2.4.0 is of a project that is deprecated upstream: "use jax"',
        },
      ],
    },
  ],
};
