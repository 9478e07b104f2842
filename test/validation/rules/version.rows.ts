import { version } from '../../../src/validation/rules/version.ts';
import type { RuleTable } from './table.ts';

const RANGES = '{ allow: ["numpy >=1.26,<2", "numpy ==2.1.*"] }';

export const versionTable: RuleTable = {
  rule: version,
  rows: [
    { it: 'approves a version in the range of the entry', of: {}, says: [] },
    {
      it: 'approves a version in the second of two ranges',
      of: {
        filename: 'numpy-2.1.3-cp312-cp312-manylinux_2_28_x86_64.whl',
        policy: { packages: RANGES },
      },
      says: [],
    },
    {
      it: 'refuses a version in none of the ranges and names them',
      of: { policy: { packages: RANGES } },
      says: [
        {
          finding: 'deny version/out-of-range',
          message: 'numpy 2.4.0 is out of range: packages.allow has numpy >=1.26,<2 or ==2.1.*',
          line: `packages: ${RANGES}`,
        },
      ],
    },
    {
      it: 'says nothing of a project without an entry',
      of: { policy: { packages: '{ allow: [pandas] }' } },
      says: [],
    },
    {
      it: 'refuses a file name without a version of PEP 440',
      of: { filename: 'numpy-2004d.tar.gz' },
      says: [
        {
          finding: 'deny version/invalid',
          message:
            'numpy (numpy-2004d.tar.gz) has no valid version: the file name is not one of numpy with a version of PEP 440',
        },
      ],
    },
    {
      it: 'refuses the file name of another project',
      of: { filename: 'scipy-1.0.tar.gz' },
      says: [
        {
          finding: 'deny version/invalid',
          message:
            'numpy (scipy-1.0.tar.gz) has no valid version: the file name is not one of numpy with a version of PEP 440',
        },
      ],
    },
  ],
};
