import { layout } from '../../../src/validation/rules/layout.ts';
import type { RuleTable } from './table.ts';

const POINTS = 'numpy-2.4.0.dist-info/entry_points.txt';
const UNKNOWN = {
  finding: 'deny layout/unknown',
  message: 'numpy 2.4.0 may be installed where it must not: its contents were not read',
};

export const layoutTable: RuleTable = {
  rule: layout,
  rows: [
    { it: 'says nothing of an ordinary layout', of: {}, says: [] },
    {
      it: 'refuses keys of the .data folder that nobody knows',
      of: {
        evidence: {
          contents: {
            layout: [{ path: 'numpy-2.4.0.data/evil/x', fault: 'data-key', value: 'evil' }],
          },
        },
      },
      says: [
        {
          finding: 'deny layout/data-key',
          message: 'numpy 2.4.0 has keys in its .data folder that no specification knows: "evil"',
          evidence: ['"numpy-2.4.0.data/evil/x": "evil"'],
        },
      ],
    },
    {
      it: 'refuses settings of the environment',
      of: {
        evidence: {
          contents: {
            layout: [
              {
                path: 'numpy-2.4.0.data/data/pip.conf',
                fault: 'environment-file',
                value: 'pip.conf',
              },
            ],
          },
        },
      },
      says: [
        {
          finding: 'deny layout/environment',
          message: 'numpy 2.4.0 would replace settings of its environment: "pip.conf"',
          evidence: ['"numpy-2.4.0.data/data/pip.conf": "pip.conf"'],
        },
      ],
    },
    {
      it: 'refuses the metadata of another distribution',
      of: {
        evidence: {
          contents: {
            layout: [
              {
                path: 'toad-2.0.dist-info/METADATA',
                fault: 'other-metadata',
                value: 'toad-2.0.dist-info',
              },
            ],
          },
        },
      },
      says: [
        {
          finding: 'deny layout/metadata',
          message: 'numpy 2.4.0 brings the metadata of other distributions: "toad-2.0.dist-info"',
          evidence: ['"toad-2.0.dist-info/METADATA": "toad-2.0.dist-info"'],
        },
      ],
    },
    {
      it: 'refuses entry points that cannot be read, and names that are none',
      of: {
        evidence: {
          contents: {
            layout: [
              { path: POINTS, fault: 'entry-points-unreadable', value: '' },
              { path: POINTS, fault: 'entry-point-name', value: '../../evil' },
            ],
          },
        },
      },
      says: [
        {
          finding: 'deny layout/entry-points',
          message: `numpy 2.4.0 has an entry_points.txt that cannot be read: "${POINTS}"`,
          evidence: [`"${POINTS}": ""`],
        },
        {
          finding: 'deny layout/entry-points',
          message: 'numpy 2.4.0 declares commands whose names are none: "../../evil"',
          evidence: [`"${POINTS}": "../../evil"`],
        },
      ],
    },
    {
      it: 'refuses names of scripts that are none, and those of the interpreter',
      of: {
        evidence: {
          contents: {
            layout: [
              { path: 'numpy-2.4.0.data/scripts/a b', fault: 'script-name', value: 'a b' },
              {
                path: 'numpy-2.4.0.data/scripts/Python3',
                fault: 'interpreter-name',
                value: 'Python3',
              },
            ],
          },
        },
      },
      says: [
        {
          finding: 'deny layout/script-name',
          message: 'numpy 2.4.0 has scripts whose names are none: "a b"',
          evidence: ['"numpy-2.4.0.data/scripts/a b": "a b"'],
        },
        {
          finding: 'deny layout/interpreter',
          message: 'numpy 2.4.0 would replace the Python interpreter: "Python3"',
          evidence: ['"numpy-2.4.0.data/scripts/Python3": "Python3"'],
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
