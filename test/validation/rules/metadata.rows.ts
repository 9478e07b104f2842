import { metadata } from '../../../src/validation/rules/metadata.ts';
import type { RuleTable } from './table.ts';

const FILENAME = 'numpy-2.4.0-cp312-cp312-manylinux_2_28_x86_64.whl';

export const metadataTable: RuleTable = {
  rule: metadata,
  rows: [
    { it: 'approves metadata of the project and version', of: {}, says: [] },
    {
      it: 'approves another spelling of both',
      of: { metadata: { name: 'NumPy', version: 'v2.4' } },
      says: [],
    },
    {
      it: 'refuses a source distribution whose licence its build makes up',
      of: { filename: 'numpy-2.4.0.tar.gz', metadata: { dynamic: ['License-Expression'] } },
      says: [
        {
          finding: 'deny metadata/dynamic',
          message:
            'numpy 2.4.0 has a licence that only its build tells: "License-Expression" is dynamic',
        },
      ],
    },
    {
      it: 'approves classifiers that its build makes up beside a settled expression',
      of: { filename: 'numpy-2.4.0.tar.gz', metadata: { dynamic: ['Classifier', 'License'] } },
      says: [],
    },
    {
      it: 'refuses what has no metadata',
      of: { absent: ['metadata'] },
      says: [
        {
          finding: 'deny metadata/missing',
          message: 'numpy 2.4.0 has no metadata: it is not known',
        },
      ],
    },
    {
      it: 'refuses metadata that could not be had and says why',
      of: { absent: ['metadata'], input: { metadataFailure: 'upstream answered 503' } },
      says: [
        {
          finding: 'deny metadata/unavailable',
          message: 'numpy 2.4.0 has no metadata: upstream answered 503',
        },
      ],
    },
    {
      it: 'refuses metadata of another project',
      of: { metadata: { name: 'scipy' } },
      says: [
        {
          finding: 'deny metadata/name',
          message: 'numpy 2.4.0 has metadata of another project: Name "scipy"; expected numpy',
        },
      ],
    },
    {
      it: 'refuses a Name that is none',
      of: { metadata: { name: '' } },
      says: [
        {
          finding: 'deny metadata/name',
          message: 'numpy 2.4.0 has metadata of another project: Name ""; expected numpy',
        },
      ],
    },
    {
      it: 'refuses metadata of another version',
      of: { metadata: { version: '2.4.0+local' } },
      says: [
        {
          finding: 'deny metadata/version',
          message: `numpy 2.4.0 has metadata of another version: Version "2.4.0+local"; expected that of ${FILENAME}`,
        },
      ],
    },
    {
      it: 'refuses a Version that is none',
      of: { metadata: { version: 'unknown' } },
      says: [
        {
          finding: 'deny metadata/version',
          message: `numpy 2.4.0 has metadata of another version: Version "unknown"; expected that of ${FILENAME}`,
        },
      ],
    },
    {
      it: 'refuses bytes under the file name of another version',
      of: { filename: 'numpy-2.4.1-py3-none-any.whl' },
      says: [
        {
          finding: 'deny metadata/version',
          message:
            'numpy 2.4.1 has metadata of another version: Version "2.4.0"; expected that of numpy-2.4.1-py3-none-any.whl',
        },
      ],
    },
    {
      it: 'refuses bytes under the file name of another project',
      of: { project: 'scipy', filename: 'scipy-2.4.0-py3-none-any.whl' },
      says: [
        {
          finding: 'deny metadata/name',
          message: 'scipy 2.4.0 has metadata of another project: Name "numpy"; expected scipy',
        },
      ],
    },
    {
      it: 'refuses bytes of another project whatever the policy lifts',
      of: {
        project: 'scipy',
        filename: 'scipy-2.4.0-py3-none-any.whl',
        policy: { rules: '{ metadata: audit }' },
      },
      says: [
        {
          finding: 'deny metadata/name',
          message: 'scipy 2.4.0 has metadata of another project: Name "numpy"; expected scipy',
        },
      ],
    },
    {
      it: 'refuses a version that cannot be compared with that of the file name',
      of: { absent: ['name'] },
      says: [
        {
          finding: 'deny metadata/version',
          message: `numpy (${FILENAME}) has metadata of another version: Version "2.4.0"; expected that of ${FILENAME}`,
        },
      ],
    },
  ],
};
