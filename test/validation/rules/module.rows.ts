import { parseProjectName } from '../../../src/ecosystems/pypi/names.ts';
import { NAMES_LISTED } from '../../../src/model/contents.ts';
import { moduleRule } from '../../../src/validation/rules/module.ts';
import type { TakenName } from '../../../src/validation/rules/rule.ts';
import type { Differences } from '../../fixtures/rule-input.ts';
import type { RuleTable } from './table.ts';

function taken(...names: readonly (readonly [TakenName['kind'], string, string])[]): Differences {
  const list = names.map(([kind, name, project]) => ({
    kind,
    name,
    project: parseProjectName(project),
  }));
  return {
    evidence: { contents: { modules: ['numpy'] } },
    input: { history: { admitted: false, taken: list } },
  };
}

const KNOWN = '{ known: [{ rule: collisions, packages: [numpy], reason: read }] }';

const UNKNOWN = {
  finding: 'deny module/unknown',
  message: 'numpy 2.4.0 may take names of other modules: its contents were not read',
};

export const moduleTable: RuleTable = {
  rule: moduleRule,
  rows: [
    { it: 'says nothing of modules of its own', of: {}, says: [] },
    {
      it: 'refuses modules that a declared Python brings itself',
      of: { evidence: { contents: { modules: ['asyncio', 'numpy', 'imp'] } } },
      says: [
        {
          finding: 'deny module/shadows-standard-library',
          message: 'numpy 2.4.0 has modules that Python itself brings: "asyncio", "imp"',
          line: 'targets: { python: ["3.11", "3.12"], platforms: [manylinux_2_28_x86_64] }',
          evidence: ['"asyncio"', '"imp"'],
        },
      ],
    },
    {
      it: 'says nothing of modules that no declared Python brings',
      of: {
        evidence: { contents: { modules: ['imp', 'compression', 'test', 'Asyncio'] } },
        policy: { targets: '{ python: ["3.12", "3.13"], platforms: [manylinux_2_28_x86_64] }' },
      },
      says: [],
    },
    {
      it: 'refuses more modules than are read',
      of: {
        evidence: {
          contents: { modules: Array.from({ length: NAMES_LISTED }, (_, index) => `m${index}`) },
        },
      },
      says: [
        {
          finding: 'deny module/too-many',
          message: 'numpy 2.4.0 has 1000 or more top-level modules: not all of them are known',
        },
      ],
    },
    {
      it: 'asks about modules and commands that other projects have',
      of: taken(
        ['module', 'cv2', 'opencv-python'],
        ['module', 'google.auth', 'toad'],
        ['command', 'f2py', 'newt'],
      ),
      says: [
        {
          finding: 'review module/taken',
          message:
            'numpy 2.4.0 has modules of other packages that were admitted before: "cv2" (opencv-python), "google.auth" (toad)',
          line: 'version: 1',
          evidence: ['"cv2" (opencv-python)', '"google.auth" (toad)'],
        },
        {
          finding: 'review module/command-taken',
          message:
            'numpy 2.4.0 has commands of other packages that were admitted before: "f2py" (newt)',
          line: 'version: 1',
          evidence: ['"f2py" (newt)'],
        },
      ],
    },
    {
      it: 'approves names that a person has looked at',
      of: { ...taken(['module', 'cv2', 'opencv-python']), policy: { content: KNOWN } },
      says: [
        {
          finding: 'approve module/taken',
          message:
            'numpy 2.4.0 has modules of other packages that were admitted before: "cv2" (opencv-python)',
          line: `content: ${KNOWN}`,
          evidence: ['"cv2" (opencv-python)', 'looked at: read'],
        },
      ],
    },
    {
      it: 'refuses names of others where the policy says so',
      of: { ...taken(['command', 'f2py', 'newt']), policy: { content: '{ collisions: deny }' } },
      says: [
        {
          finding: 'deny module/command-taken',
          message:
            'numpy 2.4.0 has commands of other packages that were admitted before: "f2py" (newt)',
          line: 'content: { collisions: deny }',
          evidence: ['"f2py" (newt)'],
        },
      ],
    },
    {
      it: 'only reports folders that no program imports',
      of: taken(['module', 'tests', 'newt'], ['module', 'docs.conf', 'newt']),
      says: [
        {
          finding: 'approve module/shared-folder',
          message:
            'numpy 2.4.0 has folders that other packages have too: "tests" (newt), "docs.conf" (newt)',
          evidence: ['"tests" (newt)', '"docs.conf" (newt)'],
        },
      ],
    },
    {
      it: 'asks about what only begins like such a folder',
      of: taken(['module', 'testsuite', 'newt']),
      says: [
        {
          finding: 'review module/taken',
          message:
            'numpy 2.4.0 has modules of other packages that were admitted before: "testsuite" (newt)',
          line: 'version: 1',
          evidence: ['"testsuite" (newt)'],
        },
      ],
    },
    {
      it: 'refuses what nobody has looked at',
      of: { evidence: { contents: {} } },
      says: [UNKNOWN],
    },
    { it: 'refuses what has no evidence', of: { absent: ['evidence'] }, says: [UNKNOWN] },
  ],
};
