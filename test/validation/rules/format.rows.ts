import { format } from '../../../src/validation/rules/format.ts';
import type { Row, RuleTable } from './table.ts';

const SDIST = 'numpy-2.4.0.tar.gz';

function refusesFormat(filename: string): Row {
  return {
    it: `refuses ${filename}, which no installer reads`,
    of: { filename },
    says: [
      {
        finding: 'deny format/unknown',
        message: `numpy (${filename}) is not a file of a known format with a name that can be read`,
      },
    ],
  };
}

export const formatTable: RuleTable = {
  rule: format,
  rows: [
    { it: 'approves a wheel', of: {}, says: [] },
    {
      it: 'refuses a source distribution where the policy denies them',
      of: { filename: SDIST, policy: { versions: '{ formats: { sdist: deny } }' } },
      says: [
        {
          finding: 'deny format/denied',
          message:
            'numpy 2.4.0 is a source distribution (numpy-2.4.0.tar.gz), and versions.formats.sdist is deny',
          line: 'versions: { formats: { sdist: deny } }',
        },
      ],
    },
    {
      it: 'approves a source distribution where the policy allows them',
      of: { filename: SDIST, policy: { versions: '{ formats: { sdist: allow } }' } },
      says: [],
    },
    {
      it: 'refuses a wheel where the policy denies them',
      of: { policy: { versions: '{ formats: { wheel: deny } }' } },
      says: [
        {
          finding: 'deny format/denied',
          message:
            'numpy 2.4.0 is a wheel (numpy-2.4.0-cp312-cp312-manylinux_2_28_x86_64.whl), and versions.formats.wheel is deny',
          line: 'versions: { formats: { wheel: deny } }',
        },
      ],
    },
    ...[
      'numpy-2.4.0-py3.12-linux-x86_64.egg',
      'numpy-2.4.0.win-amd64-py3.12.exe',
      'numpy-2.4.0.tar.bz2',
    ].map(refusesFormat),
    refusesFormat('numpy-2004d.tar.gz'),
    {
      it: 'approves a source distribution in .tar.gz where the policy allows it',
      of: {
        filename: 'numpy-2.4.0.tar.gz',
        policy: { versions: '{ formats: { sdist: allow } }' },
      },
      says: [],
    },
    {
      it: 'refuses one in a zip file all the same',
      of: { filename: 'numpy-2.4.0.zip', policy: { versions: '{ formats: { sdist: allow } }' } },
      says: [
        {
          finding: 'deny format/zip',
          message:
            'numpy 2.4.0 is a source distribution in a zip file, which is not read here: numpy-2.4.0.zip',
        },
      ],
    },
  ],
};
