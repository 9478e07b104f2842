import { describe, expect, test } from 'vitest';

import type { Decision, FindingCode, Verdict } from '../../src/model/decision.ts';
import { judge } from '../../src/validation/judge.ts';
import type { Rule, RuleInput, Statement } from '../../src/validation/rules/rule.ts';
import { type Differences, ruleInput } from '../fixtures/rule-input.ts';

const SOON = Date.UTC(2026, 11, 1);
const PLACE = { file: 'policy.yaml', line: 2, column: 1 };

function statement(code: FindingCode, verdict: Verdict = 'deny'): Statement {
  return { code, verdict, message: `numpy 2.4.0: ${code}`, policy: PLACE };
}

/** A rule `made` that says these things. */
function ruleThatSays(statements: readonly Statement[], differences: Partial<Rule> = {}): Rule {
  return {
    id: 'made',
    stage: 'record',
    codes: [
      { code: 'made/up', meaning: 'It was made up.' },
      { code: 'made/too', meaning: 'It was made up too.' },
      { code: 'made/fixed', meaning: 'It stays.', unwaivable: true },
    ],
    judge: () => statements,
    ...differences,
  };
}

function failingRule(): Rule {
  return ruleThatSays([], {
    *judge() {
      yield statement('made/up', 'approve');
      throw new Error('no such table');
    },
  });
}

function waiver(rule: string, more = ''): string {
  return `{ rule: ${rule}, name: numpy, reason: we looked, approver: "@alice", expires: "2026-12-31"${more} }`;
}

function waivers(...entries: readonly string[]): Differences {
  return { policy: { waivers: `[${entries.join(', ')}]` } };
}

function decide(statements: readonly Statement[], differences: Differences = {}): Decision {
  return judge(ruleInput(differences), 'record', [ruleThatSays(statements)]);
}

function effects(decision: Decision): readonly string[] {
  return decision.findings.map(({ code, effect }) => `${effect} ${code}`);
}

describe('the verdict', () => {
  test.each<[readonly Verdict[], Verdict]>([
    [[], 'approve'],
    [['approve'], 'approve'],
    [['approve', 'review'], 'review'],
    [['deny', 'review'], 'deny'],
    [['review', 'approve', 'deny'], 'deny'],
  ])('of the effects %j is %s', (verdicts, expected) => {
    const decision = decide(verdicts.map((verdict) => statement('made/up', verdict)));
    expect(decision.verdict).toBe(expected);
    expect(decision.findings.map(({ effect }) => effect)).toEqual(verdicts);
  });

  test('can change at the soonest of what its findings say', () => {
    const until = [SOON + 5, SOON, undefined].map((instant) => ({
      ...statement('made/up'),
      ...(instant !== undefined && { until: instant }),
    }));
    expect(decide(until).until).toBe(SOON);
    expect(decide([statement('made/up')])).not.toHaveProperty('until');
  });
});

describe('the basis', () => {
  const stages = ['record', 'metadata', 'contents'] as const;
  const rules = stages.map((stage) => ruleThatSays([statement('made/up')], { id: stage, stage }));

  test.each([
    ['record', 1],
    ['metadata', 2],
    ['contents', 3],
  ] as const)('%s runs the rules of its stage and the earlier ones', (basis, count) => {
    const decision = judge(ruleInput(), basis, rules);
    expect(decision.basis).toBe(basis);
    expect(decision.findings).toHaveLength(count);
  });

  test.each([
    ['record', ['history', 'name', 'now', 'policy', 'record', 'revocations', 'subject']],
    [
      'metadata',
      [
        'history',
        'metadata',
        'metadataFailure',
        'name',
        'now',
        'policy',
        'record',
        'revocations',
        'subject',
      ],
    ],
    [
      'contents',
      [
        'evidence',
        'history',
        'listed',
        'metadata',
        'metadataFailure',
        'name',
        'now',
        'policy',
        'record',
        'revocations',
        'subject',
      ],
    ],
  ] as const)('%s shows a rule its own facts and no more', (basis, facts) => {
    const seen: RuleInput[] = [];
    const rule = ruleThatSays([], {
      judge: (input) => {
        seen.push(input);
        return [];
      },
    });
    judge(ruleInput({ input: { metadataFailure: 'upstream answered 503' } }), basis, [rule]);
    expect(Object.keys(seen[0] ?? {}).toSorted()).toEqual(facts);
  });
});

describe('a mode', () => {
  test.each(['warn', 'audit'])(
    'of %s takes the effect and leaves the finding, with the line that did it',
    (mode) => {
      const differences = { policy: { rules: `{ made: ${mode} }` } };
      expect(decide([statement('made/up', 'review'), statement('made/too')], differences)).toEqual({
        verdict: 'approve',
        basis: 'record',
        findings: [
          {
            ...statement('made/up', 'review'),
            effect: 'approve',
            policy: { file: 'policy.yaml', line: 5, column: 16 },
            evidence: [`rules.made is ${mode}, which only reports`],
          },
          {
            ...statement('made/too'),
            effect: 'approve',
            policy: { file: 'policy.yaml', line: 5, column: 16 },
            evidence: [`rules.made is ${mode}, which only reports`],
          },
        ],
      });
    },
  );

  test('of enforce is what a rule has without one', () => {
    expect(decide([statement('made/up')], { policy: { rules: '{ made: enforce }' } })).toEqual(
      decide([statement('made/up')]),
    );
  });

  test('of another rule changes nothing', () => {
    expect(decide([statement('made/up')], { policy: { rules: '{ other: audit }' } }).verdict).toBe(
      'deny',
    );
  });

  test('does not lift what nothing lifts', () => {
    const decision = decide([statement('made/fixed')], { policy: { rules: '{ made: audit }' } });
    expect(effects(decision)).toEqual(['deny made/fixed']);
  });
});

describe('a waiver', () => {
  test('lifts a finding until it ends, and says who gave it', () => {
    const decision = decide(
      [{ ...statement('made/up'), evidence: ['seen'] }],
      waivers(waiver('made/up')),
    );
    expect(decision).toEqual({
      verdict: 'approve',
      basis: 'record',
      findings: [
        {
          ...statement('made/up'),
          effect: 'approve',
          policy: { file: 'policy.yaml', line: 5, column: 11 },
          evidence: ['seen', 'waived by @alice: we looked'],
          until: Date.UTC(2027, 0, 1),
        },
      ],
      until: Date.UTC(2027, 0, 1),
    });
  });

  test('keeps the sooner instant of the finding', () => {
    expect(
      decide([{ ...statement('made/up'), until: SOON }], waivers(waiver('made/up'))).until,
    ).toBe(SOON);
  });

  test('that lasts longest counts', () => {
    const longer = waiver('made').replace('2026-12-31', '2027-06-30');
    expect(decide([statement('made/up')], waivers(waiver('made/up'), longer)).until).toBe(
      Date.UTC(2027, 6, 1),
    );
  });

  test.each<[string, Differences, readonly string[]]>([
    [
      'of a code leaves other codes',
      waivers(waiver('made/up')),
      ['approve made/up', 'deny made/too', 'deny made/fixed'],
    ],
    [
      'of a rule lifts all that can be',
      waivers(waiver('made')),
      ['approve made/up', 'approve made/too', 'deny made/fixed'],
    ],
    [
      'of an unwaivable code lifts nothing',
      waivers(waiver('made/fixed')),
      ['deny made/up', 'deny made/too', 'deny made/fixed'],
    ],
    [
      'of the version lifts',
      waivers(waiver('made/up', ', versions: ">=2.4,<2.5"')),
      ['approve made/up', 'deny made/too', 'deny made/fixed'],
    ],
    [
      'of other versions lifts nothing',
      waivers(waiver('made', ', versions: "<2.4"')),
      ['deny made/up', 'deny made/too', 'deny made/fixed'],
    ],
    [
      'of another project lifts nothing',
      waivers(waiver('made').replace('numpy', 'scipy')),
      ['deny made/up', 'deny made/too', 'deny made/fixed'],
    ],
    [
      'with versions does not lift what has no version that can be read',
      { ...waivers(waiver('made', ', versions: ">=0"')), absent: ['name'] },
      ['deny made/up', 'deny made/too', 'deny made/fixed'],
    ],
    [
      'on its last day lifts',
      { ...waivers(waiver('made/up')), now: '2026-12-31T23:59:59Z' },
      ['approve made/up', 'deny made/too', 'deny made/fixed'],
    ],
    [
      'that has ended lifts nothing',
      { ...waivers(waiver('made')), now: '2027-01-01T00:00:00Z' },
      ['deny made/up', 'deny made/too', 'deny made/fixed'],
    ],
  ])('%s', (_, differences, expected) => {
    const statements = [statement('made/up'), statement('made/too'), statement('made/fixed')];
    expect(effects(decide(statements, differences))).toEqual(expected);
  });

  test('adds nothing to what approves', () => {
    const decision = decide([statement('made/up', 'approve')], waivers(waiver('made')));
    expect(decision.findings).toEqual([{ ...statement('made/up', 'approve'), effect: 'approve' }]);
    expect(decision).not.toHaveProperty('until');
  });
});

describe('a rule that throws', () => {
  test('refuses, whatever it said before', () => {
    expect(judge(ruleInput(), 'record', [failingRule()])).toEqual({
      verdict: 'deny',
      basis: 'record',
      findings: [
        {
          code: 'made/failed',
          verdict: 'deny',
          effect: 'deny',
          message: 'numpy 2.4.0 is refused, because the rule made failed: no such table',
        },
      ],
    });
  });

  test('does not keep others from speaking', () => {
    const decision = judge(ruleInput(), 'record', [
      failingRule(),
      ruleThatSays([statement('made/up')]),
    ]);
    expect(effects(decision)).toEqual(['deny made/failed', 'deny made/up']);
  });

  test.each<[string, Differences]>([
    ['no mode', { policy: { rules: '{ made: audit }' } }],
    ['no waiver of the rule', waivers(waiver('made'))],
    ['no waiver of the failure', waivers(waiver('made/failed'))],
  ])('is lifted by %s', (_, differences) => {
    expect(effects(judge(ruleInput(differences), 'record', [failingRule()]))).toEqual([
      'deny made/failed',
    ]);
  });
});

test('a code that a rule does not announce is lifted by nothing', () => {
  const differences = { policy: { rules: '{ made: audit }', waivers: `[${waiver('made')}]` } };
  expect(effects(decide([statement('made/unheard')], differences))).toEqual(['deny made/unheard']);
});

describe('a code that is newer than what was read of the contents', () => {
  const said = { ...statement('made/late'), evidence: ['seen'] };
  const rule = ruleThatSays([said, statement('made/up'), statement('made/fixed')], {
    codes: [
      { code: 'made/up', meaning: 'It was made up.' },
      { code: 'made/late', meaning: 'It came later.', since: 5 },
      { code: 'made/fixed', meaning: 'It stays.', unwaivable: true },
    ],
  });

  function lateEffect(differences: Differences): string {
    const { findings } = judge(ruleInput(differences), 'contents', [rule]);
    expect(findings.map(({ effect }) => effect).slice(1)).toEqual(['deny', 'deny']);
    return findings[0]?.effect ?? 'none';
  }

  test('is only reported of what was admitted before, and says so', () => {
    const old: Differences = { admitted: true, evidence: { extractor: 4 } };
    expect(judge(ruleInput(old), 'contents', [rule]).findings[0]).toEqual({
      ...said,
      effect: 'approve',
      evidence: ['seen', 'only reported until the contents are read again'],
    });
    const bare = ruleThatSays([statement('made/late')], { codes: rule.codes });
    expect(judge(ruleInput(old), 'contents', [bare]).findings[0]?.evidence).toHaveLength(1);
  });

  test.each<[string, Differences, string]>([
    [
      'of what was admitted and read before',
      { admitted: true, evidence: { extractor: 4 } },
      'approve',
    ],
    ['of what was read since', { admitted: true, evidence: { extractor: 5 } }, 'deny'],
    ['of what was never admitted', { evidence: { extractor: 4 } }, 'deny'],
    ['of what was admitted and has no evidence', { admitted: true, absent: ['evidence'] }, 'deny'],
  ])('%s has its effect: %s', (_, differences, expected) => {
    expect(lateEffect(differences)).toBe(expected);
  });
});

test('a rule that throws no error at all refuses too', () => {
  const rule = ruleThatSays([], {
    judge() {
      AbortSignal.abort('a text').throwIfAborted();
      return [];
    },
  });
  expect(judge(ruleInput(), 'record', [rule]).findings.map(({ message }) => message)).toEqual([
    'numpy 2.4.0 is refused, because the rule made failed: unknown',
  ]);
});
