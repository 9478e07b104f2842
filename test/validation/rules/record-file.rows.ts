import { recordFile } from '../../../src/validation/rules/record-file.ts';
import { digestOf } from '../../fixtures/rule-input.ts';
import type { RuleTable } from './table.ts';

export const recordFileTable: RuleTable = {
  rule: recordFile,
  rows: [
    { it: 'approves a RECORD that names each member', of: {}, says: [] },
    {
      it: 'refuses members that RECORD does not name',
      of: { evidence: { unrecorded: ['a.py', 'b.py', 'c.py', 'evil\n.pth'] } },
      says: [
        {
          finding: 'deny record-file/unlisted',
          message:
            'numpy 2.4.0 holds files that RECORD does not name: "a.py", "b.py", "c.py" and 1 more',
          evidence: ['"a.py"', '"b.py"', '"c.py"', '"evil\\n.pth"'],
        },
      ],
    },
    {
      it: 'refuses rows of RECORD without a member',
      of: { evidence: { missing: ['gone.py'] } },
      says: [
        {
          finding: 'deny record-file/missing',
          message: 'numpy 2.4.0 lacks files that RECORD names: "gone.py"',
          evidence: ['"gone.py"'],
        },
      ],
    },
    {
      it: 'refuses files that are not as RECORD has them',
      of: {
        evidence: {
          contents: {
            record: [
              { path: 'a.py', fault: 'hash' },
              { path: 'b.py', fault: 'size' },
            ],
          },
        },
      },
      says: [
        {
          finding: 'deny record-file/mismatch',
          message: 'numpy 2.4.0 holds files that are not as RECORD has them: "a.py", "b.py"',
          evidence: ['"a.py": another hash', '"b.py": another size'],
        },
      ],
    },
    {
      it: 'refuses a RECORD that proves nothing',
      of: {
        evidence: {
          contents: {
            record: [
              { path: 'a.py', fault: 'no-hash' },
              { path: 'b.py', fault: 'weak-hash' },
            ],
          },
        },
      },
      says: [
        {
          finding: 'deny record-file/unhashed',
          message: 'numpy 2.4.0 has a RECORD without SHA-256 or stronger for "a.py", "b.py"',
          evidence: ['"a.py"', '"b.py"'],
        },
      ],
    },
    {
      it: 'refuses a RECORD that nobody has compared with the files',
      of: { evidence: { contents: {} } },
      says: [
        {
          finding: 'deny record-file/unread',
          message:
            'numpy 2.4.0 has a RECORD that nobody has compared with its files: its contents were not read',
        },
      ],
    },
    {
      it: 'refuses what has no evidence',
      of: { absent: ['evidence'] },
      says: [
        {
          finding: 'deny record-file/unknown',
          message: 'numpy 2.4.0 has an unknown RECORD: there is no evidence of a wheel',
        },
      ],
    },
    {
      it: 'refuses what could not be read',
      of: {
        input: {
          evidence: {
            kind: 'refused',
            extractor: 1,
            sha256: digestOf('a'),
            sizeBytes: 10,
            reason: 'end-missing',
            message: 'it has no end',
          },
        },
      },
      says: [
        {
          finding: 'deny record-file/unknown',
          message: 'numpy 2.4.0 has an unknown RECORD: there is no evidence of a wheel',
        },
      ],
    },
  ],
};
