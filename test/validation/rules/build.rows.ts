import { build } from '../../../src/validation/rules/build.ts';
import { type Differences, digestOf, sdistEvidence } from '../../fixtures/rule-input.ts';
import type { RuleTable } from './table.ts';

const SDIST: Differences = {
  filename: 'numpy-2.4.0.tar.gz',
  input: { evidence: sdistEvidence() },
};
const SAID = {
  message:
    'numpy 2.4.0 runs code while it is installed, and what that installs is not known: "mesonpy"',
  evidence: [
    `sha256 ${digestOf('a')}`,
    '"mesonpy": a build backend',
    '"meson-python>=0.15": is installed before',
  ],
};
const UNKNOWN = {
  finding: 'deny build/unknown',
  message: 'numpy 2.4.0 may run code while it is installed: its contents were not read',
};

function known(digit: string): string {
  return `{ known: [{ rule: build, packages: [numpy], sha256: [${digestOf(digit)}], reason: read }] }`;
}

export const buildTable: RuleTable = {
  rule: build,
  rows: [
    { it: 'says nothing of a wheel, which runs nothing', of: {}, says: [] },
    {
      it: 'asks a person about a source distribution',
      of: SDIST,
      says: [{ finding: 'review build/code', ...SAID, line: 'version: 1' }],
    },
    {
      it: 'only reports it where the policy says so',
      of: { ...SDIST, policy: { content: '{ build: allow }' } },
      says: [{ finding: 'approve build/code', ...SAID, line: 'content: { build: allow }' }],
    },
    {
      it: 'approves the source distribution that a person has looked at',
      of: { ...SDIST, policy: { content: known('a') } },
      says: [
        {
          finding: 'approve build/code',
          message: SAID.message,
          line: `content: ${known('a')}`,
          evidence: [...SAID.evidence, 'looked at: read'],
        },
      ],
    },
    {
      it: 'asks about other bytes than those that a person has looked at',
      of: { ...SDIST, policy: { content: known('b') } },
      says: [{ finding: 'review build/code', ...SAID, line: `content: ${known('b')}` }],
    },
    {
      it: 'refuses what nobody has looked at',
      of: { filename: 'numpy-2.4.0.tar.gz', absent: ['evidence'] },
      says: [UNKNOWN],
    },
    {
      it: 'refuses a source distribution whose contents do not say what runs',
      of: {
        filename: 'numpy-2.4.0.tar.gz',
        input: { evidence: { ...sdistEvidence(), contents: {} } },
      },
      says: [UNKNOWN],
    },
  ],
};
