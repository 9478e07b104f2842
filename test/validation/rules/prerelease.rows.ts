import { prerelease } from '../../../src/validation/rules/prerelease.ts';
import type { Row, RuleTable } from './table.ts';

function refuses(version: string): Row {
  return {
    it: `refuses ${version}`,
    of: {
      filename: `numpy-${version}-py3-none-any.whl`,
      policy: { versions: '{ prereleases: deny }' },
    },
    says: [
      {
        finding: 'deny prerelease/denied',
        message: `numpy ${version} is a pre-release, and versions.prereleases is deny`,
        line: 'versions: { prereleases: deny }',
      },
    ],
  };
}

export const prereleaseTable: RuleTable = {
  rule: prerelease,
  rows: [
    ...['2.4.0a1', '2.4.0b2', '2.4.0rc1', '2.4.0.dev3', '2.4.0.post1.dev3'].map(refuses),
    { it: 'approves a final release', of: {}, says: [] },
    {
      it: 'approves a post-release',
      of: { filename: 'numpy-2.4.0.post1-py3-none-any.whl' },
      says: [],
    },
    {
      it: 'approves a pre-release where the policy opens them',
      of: {
        filename: 'numpy-2.4.0rc1-py3-none-any.whl',
        policy: { versions: '{ prereleases: allow }' },
      },
      says: [],
    },
    {
      it: 'refuses a pre-release that the entry names, because only versions.prereleases opens them',
      of: {
        filename: 'numpy-2.4.0rc1-py3-none-any.whl',
        policy: { packages: '{ allow: ["numpy ==2.4.0rc1"] }', versions: '{ prereleases: deny }' },
      },
      says: [
        {
          finding: 'deny prerelease/denied',
          message: 'numpy 2.4.0rc1 is a pre-release, and versions.prereleases is deny',
          line: 'versions: { prereleases: deny }',
        },
      ],
    },
    {
      it: 'refuses what has no version that can be read',
      of: { absent: ['name'], policy: { versions: '{ prereleases: deny }' } },
      says: [
        {
          finding: 'deny prerelease/unknown',
          message:
            'numpy (numpy-2.4.0-cp312-cp312-manylinux_2_28_x86_64.whl) may be a pre-release: its version cannot be read, and versions.prereleases is deny',
          line: 'versions: { prereleases: deny }',
        },
      ],
    },
  ],
};
