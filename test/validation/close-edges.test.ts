import { describe, expect, test } from 'vitest';

import { parseProjectName } from '../../src/ecosystems/pypi/names.ts';
import type { Verdict } from '../../src/model/decision.ts';
import { close } from '../../src/validation/close.ts';
import type { Candidate, CloseInput } from '../../src/validation/closure/candidate.ts';
import {
  type CataloguePlan,
  catalogue,
  outcomeOf,
  outcomesOf,
  project,
  target,
  unknown,
  verdictsOf,
} from '../fixtures/catalogues.ts';

// What lies next to the rows of close.test.ts: each is one step from another answer.

const BOTH = [target('3.11'), target('3.12')];
const THREE = [...BOTH, target('3.13')];
const ON_311 = '3.11/manylinux_2_28_x86_64';
const ON_312 = '3.12/manylinux_2_28_x86_64';
const CLOSURE_PLACE = { file: 'policy.yaml', line: 3, column: 1 };

/** The input of a plan with some of its artifacts changed. */
function changed(
  plan: CataloguePlan,
  change: (candidate: Candidate) => Partial<Candidate>,
): CloseInput {
  const input = catalogue(plan);
  const projects = [...input.projects].map(([name, made]) => {
    const candidates = made.candidates.map((one) => ({ ...one, ...change(one) }));
    return [name, { ...made, candidates }] as const;
  });
  return { ...input, projects: new Map(projects) };
}

function verdictsIn(input: CloseInput): Readonly<Record<string, Verdict>> {
  return Object.fromEntries(
    outcomesOf(input, close(input)).map(({ label, outcome }) => [label, outcome.verdict]),
  );
}

function isSdist({ filename }: Candidate): boolean {
  return filename.endsWith('.tar.gz');
}

const DENIED: Pick<Candidate, 'decision'> = {
  decision: { verdict: 'deny', basis: 'record', findings: [] },
};

/** `p0 1` needs `p1` and so on, down to a project that upstream does not have. */
function chain(length: number): CataloguePlan {
  const links = Array.from({ length }, (_, index) =>
    project(`p${index}`, { '1': { needs: [`p${index + 1}`] } }),
  );
  return { allow: ['p0'], projects: [...links, unknown(`p${length}`, 'absent')] };
}

describe('why an artifact cannot be installed', () => {
  const rows: readonly (readonly [string, string, string, CataloguePlan])[] = [
    [
      'an entry is named as the reason only where it leaves out all',
      'a 1',
      `a 1 cannot be installed: b 1 has the license Odd-1.0 (a 1 needs b; ${ON_312})`,
      {
        allow: ['a', 'b<2'],
        projects: [
          project('a', { '1': { needs: ['b'] } }),
          project('b', { '1': { verdict: 'deny' }, '2': {} }),
        ],
      },
    ],
    [
      'an entry is the reason where only listed ones may come',
      'a 1',
      `a 1 cannot be installed: the entry of b in packages.allow leaves out every version of b<2; nearest approved 2 (a 1 needs b<2; ${ON_312})`,
      {
        allow: ['a', 'b>=2'],
        closure: 'listed',
        projects: [project('a', { '1': { needs: ['b<2'] } }), project('b', { '1': {}, '2': {} })],
      },
    ],
    [
      'what nobody has looked at yet',
      'a 1',
      `a 1 cannot be installed: b has not been looked at yet (a 1 needs b; ${ON_312})`,
      {
        allow: ['a'],
        projects: [project('a', { '1': { needs: ['b'] } }), unknown('b', 'unvisited')],
      },
    ],
    [
      'what nobody has heard of',
      'a 1',
      `a 1 cannot be installed: b has not been looked at yet (a 1 needs b; ${ON_312})`,
      { allow: ['a'], projects: [project('a', { '1': { needs: ['b'] } })] },
    ],
    [
      'a source distribution speaks where there is no wheel',
      'a 1',
      `a 1 cannot be installed: b 1 has the license Odd-1.0 (a 1 needs b; ${ON_312})`,
      {
        allow: ['a'],
        projects: [
          project('a', { '1': { needs: ['b'] } }),
          project('b', { '1': { files: ['sdist'], verdict: 'deny' } }),
        ],
      },
    ],
    [
      'the version that is wanted is the nearest where it is approved',
      'a 1',
      `a 1 cannot be installed: b 2 is yanked, which only == and === take; nearest approved 2 (a 1 needs b>=2; ${ON_312})`,
      {
        allow: ['a', 'b'],
        projects: [
          project('a', { '1': { needs: ['b>=2'] } }),
          project('b', { '1': {}, '2': { yanked: true } }),
        ],
      },
    ],
    [
      'nearest to the newest that would do, not to what the requirement names',
      'a 1',
      `a 1 cannot be installed: b 5 has the license Odd-1.0; nearest approved 3 (a 1 needs b>=2,!=3; ${ON_312})`,
      {
        allow: ['a', 'b'],
        projects: [
          project('a', { '1': { needs: ['b>=2,!=3'] } }),
          project('b', { '1': {}, '3': {}, '5': { verdict: 'deny' } }),
        ],
      },
    ],
    [
      'six requirements are all named',
      'p0 1',
      `p0 1 cannot be installed: upstream has no project p6 (p0 1 needs p1, p1 1 needs p2, p2 1 needs p3, p3 1 needs p4, p4 1 needs p5, p5 1 needs p6; ${ON_312})`,
      chain(6),
    ],
    [
      'of seven those in the middle are not',
      'p0 1',
      `p0 1 cannot be installed: upstream has no project p7 (p0 1 needs p1, p1 1 needs p2, p2 1 needs p3, ..., p5 1 needs p6, p6 1 needs p7; ${ON_312})`,
      chain(7),
    ],
    [
      'of two extras the one that was lost first is followed',
      'a 1',
      `a 1 cannot be installed: upstream has no project c (a 1 needs b[x,y], b 1 needs c; ${ON_312})`,
      {
        allow: ['a', 'b'],
        projects: [
          project('a', { '1': { needs: ['b[x,y]'] } }),
          project('b', { '1': { extras: { x: ['c'], y: ['a'] } } }),
          unknown('c', 'absent'),
        ],
      },
    ],
    [
      'a refused artifact whose need has another reason on each target says the first',
      'a 1',
      `a 1 cannot be installed: upstream has no project b (a 1 needs b; ${ON_311})`,
      {
        allow: ['a'],
        targets: BOTH,
        projects: [
          project('a', {
            '1': { needs: ['c ; python_version >= "3.12"', 'b ; python_version < "3.12"'] },
          }),
          unknown('b', 'absent'),
          unknown('c', 'absent'),
        ],
      },
    ],
  ];
  test.each(rows)('%s', (_, label, message, plan) => {
    expect(outcomeOf(plan, label).findings).toMatchObject([{ code: 'closure/unmet', message }]);
  });

  test('the line of the policy is that of the finding that refuses, if it has one', () => {
    const line = { file: 'policy.yaml', line: 7, column: 2 };
    const plan: CataloguePlan = {
      allow: ['a', 'd'],
      projects: [
        project('a', { '1': { needs: ['b'] } }),
        project('b', { '1': { verdict: 'deny' } }),
        project('d', { '1': { needs: ['e'] } }),
        project('e', { '1': { verdict: 'deny' } }),
      ],
    };
    const input = changed(plan, ({ project: name, decision }) => {
      if (name !== 'b') return {};
      const waived = {
        code: 'made/up',
        verdict: 'deny',
        effect: 'approve',
        message: 'not this',
      } as const;
      const refusing = decision.findings.map((finding) => ({ ...finding, policy: line }));
      return { decision: { ...decision, findings: [waived, ...refusing] } };
    });
    const { outcomes } = close(input);
    expect(outcomes.get(parseProjectName('a'))?.[0]?.findings).toMatchObject([
      {
        message: `a 1 cannot be installed: b 1 has the license Odd-1.0 (a 1 needs b; ${ON_312})`,
        policy: line,
      },
    ]);
    expect(outcomes.get(parseProjectName('d'))?.[0]?.findings).toMatchObject([
      { policy: CLOSURE_PLACE },
    ]);
  });
});

describe('where an approved artifact is not available', () => {
  test('all targets that one need takes away are one finding, which only reports', () => {
    const plan: CataloguePlan = {
      allow: ['a', 'b'],
      targets: THREE,
      projects: [
        project('a', { '1': { needs: ['b>=1'] } }),
        project('b', { '0.5': { python: '==3.12.*' }, '1': { python: '>=3.13' } }),
      ],
    };
    expect(outcomeOf(plan, 'a 1').findings).toEqual([
      {
        code: 'closure/target-unmet',
        verdict: 'approve',
        effect: 'approve',
        // On the first of them nothing of b is approved, whatever is on the second.
        message: `a 1 cannot be installed on ${ON_311}, ${ON_312}: no artifact of b>=1 fits the target (a 1 needs b>=1; ${ON_311})`,
        policy: CLOSURE_PLACE,
      },
    ]);
  });

  test('each need has the reason of its own target', () => {
    const plan: CataloguePlan = {
      allow: ['a'],
      targets: THREE,
      projects: [
        project('a', {
          '1': { needs: ['b ; python_version < "3.12"', 'c ; python_version == "3.12"'] },
        }),
        unknown('b', 'absent'),
        unknown('c', 'absent'),
      ],
    };
    expect(outcomeOf(plan, 'a 1').findings.map(({ message }) => message)).toEqual([
      `a 1 cannot be installed on ${ON_311}: upstream has no project b (a 1 needs b; ${ON_311})`,
      `a 1 cannot be installed on ${ON_312}: upstream has no project c (a 1 needs c; ${ON_312})`,
    ]);
  });
});

describe('what a window holds', () => {
  test('a requirement may take a version of any range of the entry', () => {
    const plan: CataloguePlan = {
      allow: ['a', 'b<2', 'b>=3'],
      projects: [
        project('a', { '1': { needs: ['b<3'] } }),
        project('b', { '1': {}, '2': {}, '3': {} }),
      ],
    };
    expect(verdictsOf(plan)).toEqual({
      'a 1': 'approve',
      'b 1': 'approve',
      'b 2': 'deny',
      'b 3': 'approve',
    });
  });

  test('an artifact has the targets of all ranges that take it', () => {
    const plan: CataloguePlan = {
      allow: ['b<3', 'b'],
      keep: 1,
      targets: BOTH,
      projects: [project('b', { '2': {}, '3': { python: '>=3.12' } })],
    };
    expect(outcomeOf(plan, 'b 2').targets).toEqual([ON_311, ON_312]);
  });

  const mixed: CataloguePlan = {
    allow: ['b'],
    keep: 1,
    projects: [project('b', { '1': { files: ['py3-none-any', 'sdist'] }, '2': {} })],
  };

  test('a version stays, where one of its artifacts was admitted', () => {
    const input = changed(mixed, (one) => ({
      admitted: one.name.version.text === '1' && isSdist(one),
    }));
    expect(verdictsIn(input)).toMatchObject({ 'b 2': 'approve', 'b 1 py3-none-any': 'approve' });
  });

  test('a version counts, where one of its artifacts is approved', () => {
    const plan: CataloguePlan = {
      allow: ['b'],
      keep: 1,
      projects: [project('b', { '1': {}, '2': { files: ['py3-none-any', 'sdist'] } })],
    };
    expect(verdictsIn(changed(plan, (one) => (isSdist(one) ? DENIED : {})))).toEqual({
      'b 1': 'deny',
      'b 2 py3-none-any': 'approve',
      'b 2 sdist': 'deny',
    });
  });

  test('a denied artifact of the same version is none that waits for a person', () => {
    const plan: CataloguePlan = {
      allow: ['a'],
      projects: [
        project('a', {
          '1': { files: ['py3-none-any', 'sdist'], needs: ['a[y]'], extras: { y: ['gone'] } },
        }),
        unknown('gone', 'absent'),
      ],
    };
    const input = changed(plan, (one) => (isSdist(one) ? { ...DENIED, requirements: [] } : {}));
    expect(verdictsIn(input)).toEqual({ 'a 1 py3-none-any': 'deny', 'a 1 sdist': 'deny' });
  });
});

describe('what the decision of an artifact says itself is not said again', () => {
  test.each<[string, Verdict, CataloguePlan]>([
    [
      'denied, and in no window',
      'deny',
      { allow: ['a'], projects: [project('a', { '1': { verdict: 'deny' } })] },
    ],
    [
      'waiting',
      'review',
      { allow: ['a'], projects: [project('a', { '1': { verdict: 'review' } })] },
    ],
  ])('%s', (_, verdict, plan) => {
    const outcome = outcomeOf(plan, 'a 1');
    expect(outcome).toEqual({ verdict, findings: [], targets: [] });
    expect(outcome).not.toHaveProperty('until');
  });
});

test('what does not fit where it is asked for is not older than what is kept: nobody needs it', () => {
  const plan: CataloguePlan = {
    allow: ['a'],
    projects: [
      project('a', { '1': { needs: ['b'] } }),
      project('b', { '1': { python: '<3' }, '2': {} }),
    ],
  };
  expect(outcomeOf(plan, 'b 1').findings).toMatchObject([{ code: 'closure/not-needed' }]);
});

describe('a requirement for a target on which its asker is not', () => {
  const closure = close(
    catalogue({
      allow: ['a'],
      targets: BOTH,
      projects: [
        project('a', {
          '1': { python: '>=3.12', needs: ['b ; python_version < "3.12"', 'c'] },
        }),
        unknown('b', 'unvisited'),
        project('c', { '1': {} }),
      ],
    }),
  );

  test('reaches nothing', () => {
    expect([...closure.reached].toSorted()).toEqual(['a', 'c']);
  });

  test('makes nobody wait but what has not been looked at itself', () => {
    expect([...closure.missing.projects]).toEqual([]);
    expect([...closure.pending]).toEqual(['b']);
  });
});

test('an extra lasts as long as what it needs', () => {
  const plan: CataloguePlan = {
    allow: ['a'],
    projects: [
      project('a', { '1': { needs: ['b[x]'] } }),
      project('b', { '1': { extras: { x: ['c'] }, until: 9 } }),
      project('c', { '1': { until: 5 } }),
    ],
  };
  expect(outcomeOf(plan, 'a 1').until).toBe(5);
});
