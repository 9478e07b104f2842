import { CONTENTS_LISTED } from '../../../src/model/contents.ts';
import { startup } from '../../../src/validation/rules/startup.ts';
import { digestOf } from '../../fixtures/rule-input.ts';
import type { RuleTable } from './table.ts';

const HOOK = {
  path: 'distutils-precedence.pth',
  kind: 'pth-import' as const,
  sha256: digestOf('c'),
  lines: ['import os; os.environ'],
};
const OTHER = { ...HOOK, path: 'evil.pth', sha256: digestOf('d') };
const MANY = Array.from({ length: CONTENTS_LISTED }, () => ({ ...HOOK, lines: [] }));
const SAID = {
  message: 'numpy 2.4.0 runs code at every start of Python: "distutils-precedence.pth"',
  evidence: [`"distutils-precedence.pth" (${digestOf('c')})`, '"import os; os.environ"'],
};

function known(entry: string): string {
  return `{ known: [{ rule: startup, ${entry}, reason: read }] }`;
}

export const startupTable: RuleTable = {
  rule: startup,
  rows: [
    { it: 'says nothing where nothing runs', of: {}, says: [] },
    {
      it: 'asks a person about code that runs at every start',
      of: { evidence: { contents: { startup: [HOOK] } } },
      says: [{ finding: 'review startup/hook', ...SAID, line: 'version: 1' }],
    },
    {
      it: 'refuses it where the policy says so',
      of: {
        evidence: { contents: { startup: [HOOK] } },
        policy: { content: '{ startup: deny }' },
      },
      says: [{ finding: 'deny startup/hook', ...SAID, line: 'content: { startup: deny }' }],
    },
    {
      it: 'only reports it where the policy says so',
      of: {
        evidence: { contents: { startup: [HOOK] } },
        policy: { content: '{ startup: allow }' },
      },
      says: [{ finding: 'approve startup/hook', ...SAID, line: 'content: { startup: allow }' }],
    },
    {
      it: 'approves the file that a person has looked at',
      of: {
        evidence: { contents: { startup: [HOOK] } },
        policy: { content: known(`packages: [num*], sha256: [${digestOf('c')}]`) },
      },
      says: [
        {
          finding: 'approve startup/hook',
          message: SAID.message,
          line: `content: ${known(`packages: [num*], sha256: [${digestOf('c')}]`)}`,
          evidence: [...SAID.evidence, 'looked at: read'],
        },
      ],
    },
    {
      it: 'asks about another file of the same project all the same',
      of: {
        evidence: { contents: { startup: [HOOK, OTHER] } },
        policy: { content: known(`packages: [numpy], sha256: [${digestOf('c')}]`) },
      },
      says: [
        {
          finding: 'review startup/hook',
          message: 'numpy 2.4.0 runs code at every start of Python: "evil.pth"',
          line: `content: ${known(`packages: [numpy], sha256: [${digestOf('c')}]`)}`,
          evidence: [...SAID.evidence, `"evil.pth" (${digestOf('d')})`, '"import os; os.environ"'],
        },
      ],
    },
    {
      it: 'asks about a list that is cut, though all of it is known',
      of: {
        evidence: { contents: { startup: MANY } },
        policy: { content: known(`packages: [numpy], sha256: [${digestOf('c')}]`) },
      },
      says: [
        {
          finding: 'review startup/hook',
          message: `${SAID.message}${', "distutils-precedence.pth"'.repeat(2)} and 47 more`,
          line: `content: ${known(`packages: [numpy], sha256: [${digestOf('c')}]`)}`,
          evidence: [...MANY.map(({ path, sha256 }) => `"${path}" (${sha256})`), 'and maybe more'],
        },
      ],
    },
    {
      it: 'asks about it where another project is known for it',
      of: {
        evidence: { contents: { startup: [HOOK] } },
        policy: { content: known('packages: [setuptools]') },
      },
      says: [
        {
          finding: 'review startup/hook',
          ...SAID,
          line: `content: ${known('packages: [setuptools]')}`,
        },
      ],
    },
    {
      it: 'refuses what nobody has looked at',
      of: { evidence: { contents: {} } },
      says: [
        {
          finding: 'deny startup/unknown',
          message: 'numpy 2.4.0 may run code at every start of Python: its contents were not read',
        },
      ],
    },
    {
      it: 'refuses what has no evidence',
      of: { absent: ['evidence'] },
      says: [
        {
          finding: 'deny startup/unknown',
          message: 'numpy 2.4.0 may run code at every start of Python: its contents were not read',
        },
      ],
    },
    {
      it: 'only reports about what was admitted before contents were read',
      of: { admitted: true, evidence: { extractor: 1, contents: {} } },
      says: [
        {
          finding: 'approve startup/unknown',
          message: 'numpy 2.4.0 may run code at every start of Python: its contents were not read',
          evidence: ['only reported until the contents are read again'],
        },
      ],
    },
  ],
};
