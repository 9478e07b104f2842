import { NAMES_LISTED } from '../../../src/model/contents.ts';
import { moduleRule } from '../../../src/validation/rules/module.ts';
import type { RuleTable } from './table.ts';

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
      it: 'refuses what nobody has looked at',
      of: { evidence: { contents: {} } },
      says: [UNKNOWN],
    },
    { it: 'refuses what has no evidence', of: { absent: ['evidence'] }, says: [UNKNOWN] },
  ],
};
