import { target } from '../../../src/validation/rules/target.ts';
import { ruleInput } from '../../fixtures/rule-input.ts';
import type { RuleTable } from './table.ts';

const TARGETS = 'targets: { python: ["3.11", "3.12"], platforms: [manylinux_2_28_x86_64] }';
const WINDOWS = 'numpy-2.4.0-cp312-cp312-win_amd64.whl';
const { record } = ruleInput();
if (record === undefined) throw new Error('the builder gives one');
const { requiresPython: _requiresPython, ...unlimited } = record;

export const targetTable: RuleTable = {
  rule: target,
  rows: [
    { it: 'approves what one declared target installs', of: {}, says: [] },
    {
      it: 'approves a source distribution, whose tags nobody knows',
      of: { filename: 'numpy-2.4.0.tar.gz' },
      says: [],
    },
    {
      it: 'approves an empty Requires-Python',
      of: { record: { requiresPython: '' }, metadata: { requiresPython: '' } },
      says: [],
    },
    {
      it: 'approves what states no Requires-Python',
      of: { input: { record: unlimited }, absent: ['metadata'] },
      says: [],
    },
    {
      it: 'refuses a Requires-Python of the index that admits no declared Python',
      of: { filename: 'numpy-2.4.0-py3-none-any.whl', record: { requiresPython: '>=3.13' } },
      says: [
        {
          finding: 'deny target/no-python',
          message: 'numpy 2.4.0 needs Python >=3.13 and >=3.11; targets.python has 3.11, 3.12',
          line: TARGETS,
        },
      ],
    },
    {
      it: 'refuses a Requires-Python of the metadata that admits none',
      of: { filename: 'numpy-2.4.0-py3-none-any.whl', metadata: { requiresPython: '<3' } },
      says: [
        {
          finding: 'deny target/no-python',
          message: 'numpy 2.4.0 needs Python >=3.11 and <3; targets.python has 3.11, 3.12',
          line: TARGETS,
        },
      ],
    },
    {
      it: 'admits a Python of which only a later patch release is meant',
      of: { record: { requiresPython: '>=3.12.4' } },
      says: [],
    },
    {
      it: 'refuses tags that no declared platform installs',
      of: { filename: WINDOWS },
      says: [
        {
          finding: 'deny target/no-platform',
          message:
            'numpy 2.4.0 fits no declared target: cp312-cp312-win_amd64; targets: Python 3.11, 3.12 on manylinux_2_28_x86_64',
          line: TARGETS,
        },
      ],
    },
    {
      it: 'refuses tags of a newer platform than the declared one',
      of: {
        filename:
          'numpy-2.4.0-cp311.cp312-abi3.none-manylinux_2_34_x86_64.manylinux_2_35_x86_64.whl',
      },
      says: [
        {
          finding: 'deny target/no-platform',
          message:
            'numpy 2.4.0 fits no declared target: cp311-abi3-manylinux_2_34_x86_64, cp311-abi3-manylinux_2_35_x86_64, cp311-none-manylinux_2_34_x86_64 and 5 more; targets: Python 3.11, 3.12 on manylinux_2_28_x86_64',
          line: TARGETS,
        },
      ],
    },
    {
      it: 'refuses tags and Requires-Python that fit, but not the same target',
      of: { record: { requiresPython: '<3.12' } },
      says: [
        {
          finding: 'deny target/no-platform',
          message:
            'numpy 2.4.0 fits no declared target: cp312-cp312-manylinux_2_28_x86_64; targets: Python 3.11 on manylinux_2_28_x86_64',
          line: TARGETS,
        },
      ],
    },
    {
      it: 'says both where neither fits',
      of: {
        filename: WINDOWS,
        record: { requiresPython: '<3' },
        metadata: { requiresPython: '<3' },
      },
      says: [
        {
          finding: 'deny target/no-python',
          message: 'numpy 2.4.0 needs Python <3; targets.python has 3.11, 3.12',
          line: TARGETS,
        },
        {
          finding: 'deny target/no-platform',
          message:
            'numpy 2.4.0 fits no declared target: cp312-cp312-win_amd64; targets: Python 3.11, 3.12 on manylinux_2_28_x86_64',
          line: TARGETS,
        },
      ],
    },
    {
      it: 'refuses a Requires-Python that clients read differently',
      of: { record: { requiresPython: '>=3.11.*' } },
      says: [
        {
          finding: 'deny target/invalid-requires-python',
          message:
            'numpy 2.4.0 has an invalid Requires-Python: ">=3.11.*"; expected version clauses like ">=3.9"',
        },
      ],
    },
    {
      it: 'refuses what has no record',
      of: { absent: ['record'] },
      says: [
        {
          finding: 'deny target/unknown',
          message: 'numpy 2.4.0 may fit no declared target: its name or its record is not known',
        },
      ],
    },
    {
      it: 'refuses what has no name that can be read',
      of: { filename: 'numpy-2004d.tar.gz' },
      says: [
        {
          finding: 'deny target/unknown',
          message:
            'numpy (numpy-2004d.tar.gz) may fit no declared target: its name or its record is not known',
        },
      ],
    },
  ],
};
