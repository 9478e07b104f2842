import { archive } from '../../../src/validation/rules/archive.ts';
import { digestOf, sdistEvidence } from '../../fixtures/rule-input.ts';
import type { RuleTable } from './table.ts';

export const archiveTable: RuleTable = {
  rule: archive,
  rows: [
    { it: 'approves a wheel that was read', of: {}, says: [] },
    {
      it: 'refuses an archive that was refused and says why',
      of: {
        input: {
          evidence: {
            kind: 'refused',
            extractor: 1,
            sha256: digestOf('a'),
            sizeBytes: 10,
            reason: 'name-duplicate',
            message: 'two members are called "a.py" (at byte 40)',
          },
        },
      },
      says: [
        {
          finding: 'deny archive/refused',
          message:
            'numpy 2.4.0 has an archive that is refused, name-duplicate: two members are called "a.py" (at byte 40)',
        },
      ],
    },
    {
      it: 'refuses a wheel under the file name of a source distribution',
      of: { filename: 'numpy-2.4.0.zip' },
      says: [
        {
          finding: 'deny archive/other-format',
          message:
            "numpy 2.4.0 has the bytes of a wheel, and a file name that is not a wheel's: numpy-2.4.0.zip",
        },
      ],
    },
    {
      it: 'refuses a wheel under a file name that no standard reads',
      of: { filename: 'numpy-2.4.0.whl' },
      says: [
        {
          finding: 'deny archive/other-format',
          message:
            "numpy (numpy-2.4.0.whl) has the bytes of a wheel, and a file name that is not a wheel's: numpy-2.4.0.whl",
        },
      ],
    },
    {
      it: 'approves a source distribution that was read',
      of: { filename: 'numpy-2.4.0.tar.gz', input: { evidence: sdistEvidence() } },
      says: [],
    },
    {
      it: 'refuses a source distribution under the file name of a wheel',
      of: { input: { evidence: sdistEvidence() } },
      says: [
        {
          finding: 'deny archive/other-format',
          message:
            "numpy 2.4.0 has the bytes of a source distribution in .tar.gz, and a file name that is not such a one's: numpy-2.4.0-cp312-cp312-manylinux_2_28_x86_64.whl",
        },
      ],
    },
    {
      it: 'refuses a source distribution in .tar.gz under another extension',
      of: { filename: 'numpy-2.4.0.zip', input: { evidence: sdistEvidence() } },
      says: [
        {
          finding: 'deny archive/other-format',
          message:
            "numpy 2.4.0 has the bytes of a source distribution in .tar.gz, and a file name that is not such a one's: numpy-2.4.0.zip",
        },
      ],
    },
    {
      it: 'refuses bytes of which nothing is known',
      of: { absent: ['evidence'] },
      says: [
        {
          finding: 'deny archive/missing',
          message: 'numpy 2.4.0 has no evidence: nothing was extracted from its bytes',
        },
      ],
    },
  ],
};
