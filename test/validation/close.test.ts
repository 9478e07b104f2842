import { describe, expect, test } from 'vitest';

import type { Verdict } from '../../src/model/decision.ts';
import { close } from '../../src/validation/close.ts';
import {
  type CataloguePlan,
  catalogue,
  outcomeOf,
  project,
  target,
  unknown,
  verdictsOf,
} from '../fixtures/catalogues.ts';

const BOTH = [target('3.11'), target('3.12')];

/** Each row: what is true, the plan, and the verdicts of the artifacts it names. */
type Row = readonly [string, CataloguePlan, Readonly<Record<string, Verdict>>];

const TABLES: readonly (readonly [string, readonly Row[]])[] = [
  [
    'what a root needs comes along',
    [
      [
        'from need to need',
        {
          allow: ['a'],
          projects: [
            project('a', { '1': { needs: ['b>=2'] } }),
            project('b', { '1': {}, '2': { needs: ['c'] } }),
            project('c', { '1': {} }),
          ],
        },
        { 'a 1': 'approve', 'b 2': 'approve', 'c 1': 'approve', 'b 1': 'deny' },
      ],
      [
        'in cycles',
        {
          allow: ['a'],
          projects: [
            project('a', { '1': { needs: ['b'] } }),
            project('b', { '1': { needs: ['a==1'] } }),
          ],
        },
        { 'a 1': 'approve', 'b 1': 'approve' },
      ],
      [
        'a cycle falls as a whole when one of it needs what is refused',
        {
          allow: ['a'],
          projects: [
            project('a', { '1': { needs: ['b'] } }),
            project('b', { '1': { needs: ['a', 'c'] } }),
            project('c', { '1': { verdict: 'deny' } }),
          ],
        },
        { 'a 1': 'deny', 'b 1': 'deny' },
      ],
      [
        'only what some approved artifact needs: not what a refused one alone needs',
        {
          allow: ['a'],
          projects: [
            project('a', { '1': {}, '2': { needs: ['b', 'gone'] } }),
            project('b', { '1': {} }),
            unknown('gone', 'absent'),
          ],
        },
        { 'a 1': 'approve', 'a 2': 'deny', 'b 1': 'deny' },
      ],
      [
        'what only a refused parent brings does not meet the needs of others',
        {
          allow: ['a', 'd'],
          keep: 1,
          projects: [
            project('a', { '1': { needs: ['b<2', 'gone'] } }),
            project('b', { '1': {}, '2': { verdict: 'approve', needs: ['gone'] } }),
            project('d', { '1': { needs: ['b'] } }),
            unknown('gone', 'absent'),
          ],
        },
        { 'a 1': 'deny', 'b 1': 'deny', 'b 2': 'deny', 'd 1': 'deny' },
      ],
      [
        'what another approved parent brings does, even beyond the own window',
        {
          allow: ['a', 'd'],
          keep: 1,
          projects: [
            project('a', { '1': { needs: ['b<2'] } }),
            project('b', { '1': {}, '2': { needs: ['gone'] } }),
            project('d', { '1': { needs: ['b'] } }),
            unknown('gone', 'absent'),
          ],
        },
        { 'a 1': 'approve', 'b 1': 'approve', 'b 2': 'deny', 'd 1': 'approve' },
      ],
      [
        'the same words are another need to the project that they name',
        {
          allow: ['a'],
          projects: [
            project('a', { '1': { needs: ['b==1', 'b'] } }),
            project('b', { '1': {}, '2': { needs: ['b==1'] } }),
          ],
        },
        { 'a 1': 'approve', 'b 1': 'approve', 'b 2': 'deny' },
      ],
      [
        'unless it cannot be had: unknown is never a pass',
        {
          allow: ['a', 'd'],
          projects: [
            project('a', { '1': { needs: ['b'] } }),
            project('d', { '1': { needs: ['e'] } }),
            unknown('b', 'unavailable'),
            unknown('e', 'absent'),
          ],
        },
        { 'a 1': 'deny', 'd 1': 'deny' },
      ],
      [
        'a direct URL asks for no version: it is for the rules',
        {
          allow: ['a'],
          projects: [project('a', { '1': { needs: ['b @ https://files.test/b.whl'] } })],
        },
        { 'a 1': 'approve' },
      ],
    ],
  ],

  [
    'extras',
    [
      [
        'an extra that is asked for comes along, another does not',
        {
          allow: ['a'],
          projects: [
            project('a', { '1': { needs: ['b[x]'] } }),
            project('b', { '1': { extras: { x: ['c'], y: ['d'] } } }),
            project('c', { '1': {} }),
            project('d', { '1': {} }),
          ],
        },
        { 'a 1': 'approve', 'b 1': 'approve', 'c 1': 'approve', 'd 1': 'deny' },
      ],
      [
        'an unmet extra refuses who asks for it, not the artifact',
        {
          allow: ['a', 'b'],
          projects: [
            project('a', { '1': { needs: ['b[x]'] } }),
            project('b', { '1': { extras: { x: ['c'] } } }),
            project('c', { '1': { verdict: 'deny' } }),
          ],
        },
        { 'a 1': 'deny', 'b 1': 'approve' },
      ],
      [
        'one artifact meets all the extras of a need, not one each',
        {
          allow: ['a', 'b'],
          projects: [
            project('a', { '1': { needs: ['b[x,y]'] } }),
            project('b', {
              '1': { extras: { x: [], y: ['c'] } },
              '2': { extras: { x: ['c'], y: [] } },
            }),
            project('c', { '1': { verdict: 'deny' } }),
          ],
        },
        { 'a 1': 'deny', 'b 1': 'approve', 'b 2': 'approve' },
      ],
      [
        'an extra that is not provided asks for nothing',
        {
          allow: ['a'],
          projects: [
            project('a', { '1': { needs: ['b[nothing]'] } }),
            project('b', { '1': { needs: ['c ; extra == "nothing"'] } }),
          ],
        },
        { 'a 1': 'approve', 'b 1': 'approve' },
      ],
      [
        'an extra of the entry comes along, and unmet leaves the artifact',
        {
          allow: ['a[x,y]'],
          projects: [
            project('a', { '1': { extras: { x: ['b'], y: ['absent'] } } }),
            project('b', { '1': {} }),
            unknown('absent', 'absent'),
          ],
        },
        { 'a 1': 'approve', 'b 1': 'approve' },
      ],
      [
        'an extra of one own name is met by the same version',
        {
          allow: ['a[all]'],
          projects: [
            project('a', { '1': { extras: { all: ['a[docs]'], docs: ['b'] } } }),
            project('b', { '1': {} }),
          ],
        },
        { 'a 1': 'approve', 'b 1': 'approve' },
      ],
      [
        'and not by another version that has it',
        {
          allow: ['r', 'a'],
          projects: [
            project('r', { '1': { needs: ['a[all]==2'] }, '2': { needs: ['a[all]==1'] } }),
            project('a', {
              '1': { extras: { all: ['a[docs]'], docs: [] } },
              '2': { extras: { all: ['a[docs]'], docs: ['b'] } },
            }),
            project('b', { '1': { verdict: 'deny' } }),
          ],
        },
        { 'r 1': 'deny', 'r 2': 'approve', 'a 1': 'approve', 'a 2': 'approve' },
      ],
      [
        'a requirement on its own name for another version is never met',
        { allow: ['a'], projects: [project('a', { '1': { needs: ['a>=2'] }, '2': {} })] },
        { 'a 1': 'deny', 'a 2': 'approve' },
      ],
      [
        'what the artifact needs by itself is needed with the extra too',
        {
          allow: ['r'],
          projects: [
            project('r', { '1': { needs: ['a[x]'] } }),
            project('a', { '1': { needs: ['b'], extras: { x: [] } } }),
            project('b', { '1': { verdict: 'deny' } }),
          ],
        },
        { 'r 1': 'deny', 'a 1': 'deny' },
      ],
    ],
  ],

  [
    'markers and targets',
    [
      [
        'a marker asks only on its targets',
        {
          allow: ['a'],
          targets: BOTH,
          projects: [
            project('a', {
              '1': { needs: ['b ; python_version < "3.12"', 'c ; sys_platform == "win32"'] },
            }),
            project('b', { '1': { files: ['cp311-none-any', 'cp312-none-any'] } }),
            project('c', { '1': {} }),
          ],
        },
        {
          'a 1': 'approve',
          'b 1 cp311-none-any': 'approve',
          'b 1 cp312-none-any': 'deny',
          'c 1': 'deny',
        },
      ],
      [
        'what a target does not fix counts as true if it can be',
        {
          allow: ['a', 'd'],
          projects: [
            project('a', {
              '1': { needs: ['b ; platform_release >= "5"', 'c ; python_full_version < "3.12.2"'] },
            }),
            project('b', { '1': {} }),
            project('c', { '1': {} }),
            project('d', { '1': { needs: ['e ; platform_release == "5"'] } }),
            unknown('e', 'absent'),
          ],
        },
        { 'a 1': 'approve', 'b 1': 'approve', 'c 1': 'approve', 'd 1': 'deny' },
      ],
      [
        'a need is met on the same target or not at all',
        {
          allow: ['a'],
          targets: BOTH,
          projects: [
            project('a', { '1': { files: ['cp311-none-any', 'cp312-none-any'], needs: ['b'] } }),
            project('b', { '1': { files: ['cp312-none-any'] } }),
          ],
        },
        { 'a 1 cp311-none-any': 'deny', 'a 1 cp312-none-any': 'approve', 'b 1': 'approve' },
      ],
      [
        'what fits no target is not approved',
        { allow: ['a'], projects: [project('a', { '1': { python: '<3.9' }, '2': {} })] },
        { 'a 1': 'deny', 'a 2': 'approve' },
      ],
    ],
  ],

  [
    'windows',
    [
      [
        'the newest of an entry',
        { allow: ['a'], keep: 2, projects: [project('a', { '1': {}, '2': {}, '3': {} })] },
        { 'a 1': 'deny', 'a 2': 'approve', 'a 3': 'approve' },
      ],
      [
        'of each range for itself',
        {
          allow: ['a<2', 'a>=4'],
          keep: 1,
          projects: [project('a', { '1': {}, '1.5': {}, '3': {}, '4': {} })],
        },
        { 'a 1': 'deny', 'a 1.5': 'approve', 'a 3': 'deny', 'a 4': 'approve' },
      ],
      [
        'for each target its own',
        {
          allow: ['a'],
          keep: 1,
          targets: BOTH,
          projects: [
            project('a', {
              '1': { files: ['cp311-none-any'] },
              '2': { files: ['cp312-none-any'] },
              '3': { python: '>=3.13' },
            }),
          ],
        },
        { 'a 1': 'approve', 'a 2': 'approve', 'a 3': 'deny' },
      ],
      [
        'for each requirement its own, so that an old one finds what it needs',
        {
          allow: ['a'],
          keep: 1,
          projects: [
            project('a', { '1': { needs: ['b', 'c'] } }),
            project('b', { '1': { needs: ['c<2'] } }),
            project('c', { '1': {}, '1.5': {}, '2': {}, '3': {} }),
          ],
        },
        { 'c 1': 'deny', 'c 1.5': 'approve', 'c 2': 'deny', 'c 3': 'approve' },
      ],
      [
        'refused ones do not count',
        {
          allow: ['a'],
          keep: 1,
          projects: [
            project('a', {
              '1': {},
              '2': {},
              '3': { verdict: 'deny' },
              '4': { metadata: 'failed', verdict: 'deny' },
              '5': { verdict: 'review' },
              '6': { record: 'deny' },
            }),
          ],
        },
        { 'a 1': 'deny', 'a 2': 'approve', 'a 5': 'review' },
      ],
      [
        'but the search ends after four times as many that pass the record rules',
        {
          allow: ['a'],
          keep: 1,
          projects: [
            project('a', {
              '1': {},
              '2': { verdict: 'deny' },
              '3': { verdict: 'deny' },
              '4': { verdict: 'deny' },
              '5': { verdict: 'deny' },
              '6': { record: 'deny' },
            }),
          ],
        },
        { 'a 1': 'deny' },
      ],
      [
        'a version whose needs are unmet keeps its place: windows are fixed first',
        {
          allow: ['a'],
          keep: 1,
          projects: [project('a', { '1': {}, '2': { needs: ['b'] } }), unknown('b', 'absent')],
        },
        { 'a 1': 'deny', 'a 2': 'deny' },
      ],
      [
        'a version of which an artifact was admitted stays, with its other artifacts',
        {
          allow: ['a'],
          keep: 1,
          projects: [
            project('a', {
              '1': { admitted: true, files: ['py3-none-any', 'cp312-none-any'] },
              '2': {},
              '3': {},
            }),
          ],
        },
        {
          'a 1 py3-none-any': 'approve',
          'a 1 cp312-none-any': 'approve',
          'a 2': 'deny',
          'a 3': 'approve',
        },
      ],
      [
        'an admitted version stays only in its entry, and only while it is approved',
        {
          allow: ['a>=2'],
          keep: 1,
          projects: [
            project('a', {
              '1': { admitted: true },
              '2': { admitted: true, verdict: 'deny' },
              '3': {},
            }),
          ],
        },
        { 'a 1': 'deny', 'a 2': 'deny', 'a 3': 'approve' },
      ],
      [
        'two artifacts of a version are one version',
        {
          allow: ['a'],
          keep: 2,
          projects: [
            project('a', { '1': {}, '2': { files: ['py3-none-any', 'cp312-none-any', 'sdist'] } }),
          ],
        },
        { 'a 1': 'approve', 'a 2 sdist': 'approve' },
      ],
    ],
  ],

  [
    'entries bound requirements',
    [
      [
        'a name with its own entry never leaves its range',
        {
          allow: ['a', 'b<2'],
          projects: [
            project('a', { '1': { needs: ['b>=2'] }, '2': { needs: ['b'] } }),
            project('b', { '1': {}, '2': {} }),
          ],
        },
        { 'a 1': 'deny', 'a 2': 'approve', 'b 1': 'approve', 'b 2': 'deny' },
      ],
      [
        'a requirement reaches in it beyond what the entry keeps',
        {
          allow: ['a', 'b'],
          keep: 1,
          projects: [project('a', { '1': { needs: ['b<2'] } }), project('b', { '1': {}, '2': {} })],
        },
        { 'a 1': 'approve', 'b 1': 'approve', 'b 2': 'approve' },
      ],
      [
        'with closure: listed each name must have one',
        {
          allow: ['a', 'c'],
          closure: 'listed',
          projects: [
            project('a', { '1': { needs: ['b'] }, '2': { needs: ['c'] } }),
            project('b', { '1': {} }),
            project('c', {
              '1': { extras: { x: [] } },
              '2': { needs: ['c[x]'], extras: { x: [] } },
            }),
          ],
        },
        { 'a 1': 'deny', 'a 2': 'approve', 'b 1': 'deny', 'c 1': 'approve', 'c 2': 'approve' },
      ],
    ],
  ],

  [
    'yanked artifacts',
    [
      [
        'meet only == and ===',
        {
          allow: ['a', 'c', 'd'],
          projects: [
            project('a', { '1': { needs: ['b==1'] }, '2': { needs: ['b===1'] } }),
            project('c', { '1': { needs: ['b>=1'] } }),
            project('d', { '1': { needs: ['b==1.*'] } }),
            project('b', { '1': { yanked: true } }),
          ],
        },
        { 'a 1': 'approve', 'a 2': 'approve', 'b 1': 'approve', 'c 1': 'deny', 'd 1': 'deny' },
      ],
      [
        'are brought along only by those',
        {
          allow: ['c'],
          projects: [
            project('c', { '1': { needs: ['b>=1'] } }),
            project('b', { '1': {}, '2': { yanked: true } }),
          ],
        },
        { 'c 1': 'approve', 'b 1': 'approve', 'b 2': 'deny' },
      ],
      [
        'stay when they were admitted, and still meet only == and ===',
        {
          allow: ['a', 'c'],
          projects: [
            project('a', { '1': { needs: ['b'] } }),
            project('c', { '1': { needs: ['b>=2'] } }),
            project('b', { '1': {}, '2': { yanked: true, admitted: true } }),
          ],
        },
        { 'a 1': 'approve', 'b 2': 'approve', 'c 1': 'deny' },
      ],
      [
        'of an entry do not push others out',
        {
          allow: ['a'],
          keep: 1,
          projects: [project('a', { '1': {}, '2': {}, '3': { yanked: true } })],
        },
        { 'a 1': 'deny', 'a 2': 'approve', 'a 3': 'approve' },
      ],
    ],
  ],

  [
    'what waits for a person',
    [
      [
        'a need that only such artifacts meet makes the parent wait, and its parent',
        {
          allow: ['a'],
          projects: [
            project('a', { '1': { needs: ['b'] } }),
            project('b', { '1': { needs: ['c'] } }),
            project('c', { '1': { verdict: 'review' } }),
          ],
        },
        { 'a 1': 'review', 'b 1': 'review', 'c 1': 'review' },
      ],
      [
        'unless an approved one meets it too',
        {
          allow: ['a'],
          projects: [
            project('a', { '1': { needs: ['b'] } }),
            project('b', { '1': {}, '2': { verdict: 'review' } }),
          ],
        },
        { 'a 1': 'approve', 'b 1': 'approve', 'b 2': 'review' },
      ],
      [
        'what only such a one needs waits with it',
        {
          allow: ['a'],
          projects: [
            project('a', { '1': { verdict: 'review', needs: ['b'] } }),
            project('b', { '1': {} }),
          ],
        },
        { 'a 1': 'review', 'b 1': 'review' },
      ],
      [
        'a denied need denies, waiting or not',
        {
          allow: ['a', 'd'],
          projects: [
            project('a', { '1': { needs: ['b', 'c'] } }),
            project('d', { '1': { verdict: 'review', needs: ['c'] } }),
            project('b', { '1': { verdict: 'review' } }),
            project('c', { '1': { verdict: 'deny' } }),
          ],
        },
        { 'a 1': 'deny', 'd 1': 'deny', 'b 1': 'deny' },
      ],
    ],
  ],
];

describe.each(TABLES)('%s', (_, rows) => {
  test.each(rows)('%s', (__, plan, expected) => {
    expect(verdictsOf(plan)).toMatchObject(expected);
  });
});

test('pre-releases meet what their number meets: policy alone opens them', () => {
  expect(verdictsOf(withPrerelease('deny'))).toMatchObject({ 'a 1': 'deny', 'b 2rc1': 'deny' });
  expect(verdictsOf(withPrerelease('approve'))).toMatchObject({
    'a 1': 'approve',
    'b 2rc1': 'approve',
  });
});

function withPrerelease(record: Verdict): CataloguePlan {
  return {
    allow: ['a'],
    projects: [
      project('a', { '1': { needs: ['b>=2rc1'] } }),
      project('b', { '1': {}, '2rc1': { record } }),
    ],
  };
}

describe('findings', () => {
  const rows: readonly (readonly [string, string, string, string, CataloguePlan])[] = [
    [
      'names the requirement that nothing matches and the nearest approved version',
      'torch 2.9.1',
      'closure/unmet',
      'torch 2.9.1 cannot be installed: no version of cudnn matches ==9.10.2.21; nearest approved 9.8.0.87 (torch 2.9.1 needs cudnn==9.10.2.21; 3.12/manylinux_2_28_x86_64)',
      {
        allow: ['torch', 'cudnn'],
        projects: [
          project('torch', { '2.9.1': { needs: ['cudnn==9.10.2.21 ; sys_platform == "linux"'] } }),
          project('cudnn', { '8.1': {}, '9.8.0.87': {}, '9.11': {} }),
        ],
      },
    ],
    [
      'follows the path down',
      'a 1',
      'closure/unmet',
      'a 1 cannot be installed: d 1 has the license Odd-1.0 (a 1 needs b, b 2 needs c[x]>=1, c 1 needs d; 3.12/manylinux_2_28_x86_64)',
      {
        allow: ['a'],
        projects: [
          project('a', { '1': { needs: ['b'] } }),
          project('b', { '1': { needs: ['d'] }, '2': { needs: ['c[x]>=1'] } }),
          project('c', { '1': { extras: { x: ['d'] } } }),
          project('d', { '1': { verdict: 'deny' } }),
        ],
      },
    ],
    [
      'follows what was lost first, not what was lost with it',
      'a 1',
      'closure/unmet',
      'a 1 cannot be installed: upstream has no project c (a 1 needs b[x,y], b 1 needs c; 3.12/manylinux_2_28_x86_64)',
      {
        allow: ['a', 'b'],
        projects: [
          project('a', { '1': { needs: ['b[x,y]'] } }),
          project('b', { '1': { extras: { x: ['a'], y: ['c'] } } }),
          unknown('c', 'absent'),
        ],
      },
    ],
    [
      'says what upstream lacks',
      'a 1',
      'closure/unmet',
      'a 1 cannot be installed: upstream has no project b (a 1 needs b; 3.12/manylinux_2_28_x86_64)',
      { allow: ['a'], projects: [project('a', { '1': { needs: ['b'] } }), unknown('b', 'absent')] },
    ],
    [
      'says when upstream lists nothing',
      'a 1',
      'closure/unmet',
      'a 1 cannot be installed: upstream lists no artifact of b with a SHA-256 (a 1 needs b; 3.12/manylinux_2_28_x86_64)',
      {
        allow: ['a'],
        projects: [project('a', { '1': { needs: ['b'] } }), project('b', {})],
      },
    ],
    [
      'says when upstream was silent',
      'a 1',
      'closure/unmet',
      'a 1 cannot be installed: upstream did not answer for b (a 1 needs b; 3.12/manylinux_2_28_x86_64)',
      {
        allow: ['a'],
        projects: [project('a', { '1': { needs: ['b'] } }), unknown('b', 'unavailable')],
      },
    ],
    [
      'says what an entry leaves out',
      'a 1',
      'closure/unmet',
      'a 1 cannot be installed: the entry of b in packages.allow leaves out every version of b>=2; nearest approved 1 (a 1 needs b>=2; 3.12/manylinux_2_28_x86_64)',
      {
        allow: ['a', 'b<2'],
        projects: [project('a', { '1': { needs: ['b>=2'] } }), project('b', { '1': {}, '2': {} })],
      },
    ],
    [
      'says what listed forbids',
      'a 1',
      'closure/unmet',
      'a 1 cannot be installed: packages.allow has no entry for b, and dependencies.closure is "listed" (a 1 needs b; 3.12/manylinux_2_28_x86_64)',
      {
        allow: ['a'],
        closure: 'listed',
        projects: [project('a', { '1': { needs: ['b'] } }), project('b', { '1': {} })],
      },
    ],
    [
      'says what does not fit',
      'a 1',
      'closure/unmet',
      'a 1 cannot be installed: no artifact of b fits the target (a 1 needs b; 3.12/manylinux_2_28_x86_64)',
      {
        allow: ['a'],
        projects: [
          project('a', { '1': { needs: ['b'] } }),
          project('b', { '1': { python: '<3' } }),
        ],
      },
    ],
    [
      'says what is yanked',
      'a 1',
      'closure/unmet',
      'a 1 cannot be installed: b 1 is yanked, which only == and === take (a 1 needs b; 3.12/manylinux_2_28_x86_64)',
      {
        allow: ['a'],
        projects: [
          project('a', { '1': { needs: ['b'] } }),
          project('b', { '1': { yanked: true } }),
        ],
      },
    ],
    [
      'says what is yanked, not why its sdist is refused',
      'a 1',
      'closure/unmet',
      'a 1 cannot be installed: b 1 is yanked, which only == and === take (a 1 needs b; 3.12/manylinux_2_28_x86_64)',
      {
        allow: ['a'],
        projects: [
          project('a', { '1': { needs: ['b'] } }),
          project('b', {
            '1': { yanked: true },
            '2': { files: ['sdist'], verdict: 'deny' },
          }),
        ],
      },
    ],
    [
      'says what its own name cannot meet',
      'a 1',
      'closure/unmet',
      'a 1 cannot be installed: a requirement on its own name is met only by a 1 itself; nearest approved 2 (a 1 needs a>1; 3.12/manylinux_2_28_x86_64)',
      { allow: ['a'], projects: [project('a', { '1': { needs: ['a>1'] }, '2': {} })] },
    ],
    [
      'names the targets on which an approved artifact is not available',
      'a 1',
      'closure/target-unmet',
      'a 1 cannot be installed on 3.11/manylinux_2_28_x86_64: no artifact of b fits the target (a 1 needs b; 3.11/manylinux_2_28_x86_64)',
      {
        allow: ['a'],
        targets: BOTH,
        projects: [
          project('a', { '1': { needs: ['b'] } }),
          project('b', { '1': { python: '>=3.12' } }),
        ],
      },
    ],
    [
      'says what waits for a person',
      'a 1',
      'closure/needs-review',
      'a 1 waits for a person: b 1 has the license Odd-1.0 (a 1 needs b; 3.12/manylinux_2_28_x86_64)',
      {
        allow: ['a'],
        projects: [
          project('a', { '1': { needs: ['b'] } }),
          project('b', { '1': { verdict: 'review' } }),
        ],
      },
    ],
    [
      'says when only what waits for a person needs it',
      'b 1',
      'closure/needs-review',
      'b 1 waits for a person, because all that needs it does',
      {
        allow: ['a'],
        projects: [
          project('a', { '1': { verdict: 'review', needs: ['b'] } }),
          project('b', { '1': {} }),
        ],
      },
    ],
    [
      'tells an entry that keep cut',
      'a 1',
      'closure/beyond-keep',
      'a 1 is older than the newest approved version (versions.keep: 1)',
      { allow: ['a'], keep: 1, projects: [project('a', { '1': {}, '2': {} })] },
    ],
    [
      'says how many keep leaves',
      'a 1',
      'closure/beyond-keep',
      'a 1 is older than the 2 newest approved versions (versions.keep: 2)',
      { allow: ['a'], keep: 2, projects: [project('a', { '1': {}, '2': {}, '3': {} })] },
    ],
    [
      'tells a need that keep cut',
      'b 1',
      'closure/beyond-keep',
      'b 1 is older than the newest approved version that what needs it can use (versions.keep: 1)',
      {
        allow: ['a'],
        keep: 1,
        projects: [project('a', { '1': { needs: ['b'] } }), project('b', { '1': {}, '2': {} })],
      },
    ],
    [
      'tells what nobody needs',
      'b 1',
      'closure/not-needed',
      'b 1 is not approved: packages.allow has no entry for b, and no approved package needs this version',
      {
        allow: ['a'],
        projects: [project('a', { '1': { needs: ['b>1'] } }), project('b', { '1': {}, '2': {} })],
      },
    ],
    [
      'tells what nobody may bring along',
      'b 1',
      'closure/not-needed',
      'b 1 is not approved: packages.allow has no entry for b, and dependencies.closure is "listed"',
      {
        allow: ['a'],
        closure: 'listed',
        projects: [project('a', { '1': { needs: ['b'] } }), project('b', { '1': {} })],
      },
    ],
    [
      'tells what only a refused artifact needs',
      'b 1',
      'closure/not-needed',
      'b 1 is not approved: packages.allow has no entry for b, and what needs it, a 1, is not approved either',
      {
        allow: ['a'],
        projects: [
          project('a', { '1': { needs: ['b', 'c'] } }),
          project('b', { '1': {} }),
          unknown('c', 'absent'),
        ],
      },
    ],
    [
      'shortens a long path',
      'p0 1',
      'closure/unmet',
      'p0 1 cannot be installed: upstream has no project p9 (p0 1 needs p1, p1 1 needs p2, p2 1 needs p3, ..., p7 1 needs p8, p8 1 needs p9; 3.12/manylinux_2_28_x86_64)',
      {
        allow: ['p0'],
        projects: [
          ...Array.from({ length: 9 }, (_, index) =>
            project(`p${index}`, { '1': { needs: [`p${index + 1}`] } }),
          ),
          unknown('p9', 'absent'),
        ],
      },
    ],
  ];
  test.each(rows)('%s', (_, label, code, message, plan) => {
    expect(outcomeOf(plan, label).findings).toMatchObject([{ code, message }]);
  });

  test('an approved artifact on all its targets has none', () => {
    const plan: CataloguePlan = {
      allow: ['a'],
      targets: BOTH,
      projects: [project('a', { '1': {} })],
    };
    expect(outcomeOf(plan, 'a 1')).toEqual({
      verdict: 'approve',
      findings: [],
      targets: ['3.11/manylinux_2_28_x86_64', '3.12/manylinux_2_28_x86_64'],
    });
  });
});

describe('until', () => {
  const rows: readonly (readonly [string, string, number | undefined, CataloguePlan])[] = [
    [
      'is never when nothing rests on time',
      'a 1',
      undefined,
      {
        allow: ['a'],
        projects: [project('a', { '1': { needs: ['b'] } }), project('b', { '1': {} })],
      },
    ],
    [
      'is the earliest of its own and of what it needs',
      'a 1',
      5,
      {
        allow: ['a'],
        projects: [
          project('a', { '1': { needs: ['b', 'c'], until: 9 } }),
          project('b', { '1': { until: 5 } }),
          project('c', { '1': { until: 7 } }),
        ],
      },
    ],
    [
      'of several that meet a need the last counts',
      'a 1',
      7,
      {
        allow: ['a'],
        projects: [
          project('a', { '1': { needs: ['b'], until: 9 } }),
          project('b', { '1': { until: 5 }, '2': { until: 7 } }),
        ],
      },
    ],
    [
      'and on each target another may be the last',
      'a 1',
      5,
      {
        allow: ['a'],
        targets: BOTH,
        projects: [
          project('a', { '1': { needs: ['b'] } }),
          project('b', { '1': { until: 5 }, '2': { until: 7, python: '>=3.12' } }),
        ],
      },
    ],
    [
      'goes round cycles',
      'a 1',
      5,
      {
        allow: ['a'],
        projects: [
          project('a', { '1': { needs: ['b'] } }),
          project('b', { '1': { needs: ['c'] } }),
          project('c', { '1': { needs: ['a'], until: 5 } }),
        ],
      },
    ],
    [
      'of a refused parent is when what it needs may pass',
      'a 1',
      5,
      {
        allow: ['a'],
        projects: [
          project('a', { '1': { needs: ['b'] } }),
          project('b', { '1': { needs: ['c'] } }),
          project('c', { '1': { verdict: 'deny', until: 5 }, '2': { verdict: 'deny', until: 8 } }),
        ],
      },
    ],
    [
      'of a refused artifact is its own',
      'a 1',
      5,
      { allow: ['a'], projects: [project('a', { '1': { verdict: 'deny', until: 5 } })] },
    ],
  ];
  test.each(rows)('%s', (_, label, until, plan) => {
    expect(outcomeOf(plan, label).until).toBe(until);
  });
});

describe('what is not gathered yet', () => {
  test('is named, and who rests on it waits', () => {
    const closure = close(
      catalogue({
        allow: ['a', 'd', 'unseen'],
        projects: [
          project('a', { '1': { needs: ['b'] } }),
          project('b', { '1': { needs: ['c'] } }),
          unknown('c', 'unvisited'),
          project('d', { '1': { metadata: 'unknown' }, '2': {} }),
          project('other', { '1': { metadata: 'unknown' } }),
        ],
      }),
    );
    expect([...closure.missing.projects].toSorted()).toEqual(['c', 'unseen']);
    expect([...closure.missing.metadata].map(({ project: name }) => name)).toEqual(['d']);
    expect([...closure.pending].toSorted()).toEqual(['a', 'b', 'c', 'd', 'unseen']);
    expect([...closure.reached].toSorted()).toEqual(['a', 'b', 'c', 'd', 'unseen']);
  });

  test('is not asked for where nothing needs it', () => {
    const { missing } = close(
      catalogue({
        allow: ['a'],
        keep: 1,
        targets: BOTH,
        projects: [
          project('a', { '1': { needs: ['b ; python_version < "3.12"'] } }),
          project('b', {
            '1': { metadata: 'unknown' },
            '2': { metadata: 'unknown', files: ['cp311-none-any', 'cp312-none-any'] },
            '3': { metadata: 'failed', verdict: 'deny' },
          }),
        ],
      }),
    );
    expect([...missing.metadata].map(({ filename }) => filename)).toEqual([
      'b-2-cp311-none-any.whl',
    ]);
  });
});

test('input and output survive a structured clone, so that a worker can close', () => {
  const input = catalogue({
    allow: ['a[x]'],
    projects: [
      project('a', { '1': { needs: ['b>=1 ; python_version > "3"'], extras: { x: ['c'] } } }),
      project('b', { '1': {} }),
      unknown('c', 'absent'),
    ],
  });
  const closure = close(input);
  expect(structuredClone(close(structuredClone(input)))).toEqual(closure);
});
