import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { assert, constantFrom, integer, property, shuffledSubarray } from 'fast-check';
import { describe, expect, test } from 'vitest';

import { CLOSURE_CODES } from '../../../src/validation/close.ts';
import { judge } from '../../../src/validation/judge.ts';
import { RULES } from '../../../src/validation/rules/index.ts';
import type { Rule } from '../../../src/validation/rules/rule.ts';
import { condaRow } from '../../fixtures/conda-input.ts';
import { FACTS, policyOf, ruleInput } from '../../fixtures/rule-input.ts';
import { saidBy } from './table.ts';
import { TABLES } from './tables.ts';

const DOCS = join(import.meta.dirname, '../../../docs/rules');

/** Rules whose rows are in a test of their own. */
const OWN_TEST: ReadonlySet<string> = new Set(['license']);

/** Rules that have nothing to miss, and why. */
const NEED_NO_EVIDENCE: ReadonlyMap<string, string> = new Map([
  ['conda-record', 'it speaks of conda packages only, and of what is none nothing is known here'],
  ['conda-scripts', 'it speaks of conda packages only, and of what is none nothing is known here'],
  ['package', 'the name of the project is in the subject'],
  ['revoked', 'the name of the project and the SHA-256 are in the subject'],
  ['status', 'PEP 792 takes an absent status for active'],
  ['trial', 'the policy wants no trial unless it says so'],
]);

function codesIn(page: string): readonly string[] {
  const path = join(DOCS, `${page}.md`);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return [...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, code = '']) => code);
}

function codesOf(rule: Rule): readonly string[] {
  return rule.codes.map(({ code }) => code);
}

describe('the rules', () => {
  test('have an id each, under which their codes stand', () => {
    expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
    for (const rule of RULES) {
      expect(codesOf(rule).filter((code) => !code.startsWith(`${rule.id}/`))).toEqual([]);
    }
  });

  test('have codes that no other rule has, and that end like no failure', () => {
    const codes = RULES.flatMap(codesOf);
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
    expect(
      codes.filter((code) => !/^[a-z-]+\/[a-z-]+$/.test(code) || code.endsWith('/failed')),
    ).toEqual([]);
  });

  test('are the files of their folder', () => {
    const folder = join(import.meta.dirname, '../../../src/validation/rules');
    const files = readdirSync(folder).filter((file) =>
      readFileSync(join(folder, file), 'utf8').includes(': Rule = {'),
    );
    expect(files.map((file) => file.replace('.ts', '')).toSorted()).toEqual(
      RULES.map(({ id }) => id).toSorted(),
    );
  });

  test('have a table each', () => {
    const tested = [...TABLES.map(({ rule }) => rule.id), ...OWN_TEST];
    expect(RULES.map(({ id }) => id).filter((id) => !tested.includes(id))).toEqual([]);
  });
});

describe('the page of', () => {
  test.each(TABLES.map(({ rule }) => ({ id: rule.id, rule })))(
    '$id gives each code its meaning, and says of which nothing lifts them',
    ({ rule, id }) => {
      const rows = readFileSync(join(DOCS, `${id}.md`), 'utf8').split('\n');
      for (const { code, meaning, unwaivable } of rule.codes) {
        const row = rows.find((candidate) => candidate.startsWith(`| \`${code}\` |`)) ?? '';
        expect(row).toContain(`| ${meaning} |`);
        expect(row.includes('Nothing lifts it')).toBe(unwaivable === true);
      }
    },
  );

  test.each(RULES.map((rule) => ({ id: rule.id, rule })))(
    '$id has a row for each code',
    ({ rule, id }) => {
      expect(codesIn(id).toSorted()).toEqual(codesOf(rule).toSorted());
    },
  );

  test('closure has a row for each code', () => {
    expect(codesIn('closure').toSorted()).toEqual(CLOSURE_CODES.toSorted());
  });

  test('each rule says what it does not see', () => {
    const silent = [...RULES.map(({ id }) => id), 'closure'].filter(
      (id) => !readFileSync(join(DOCS, `${id}.md`), 'utf8').includes('\n## What it does not see\n'),
    );
    expect(silent).toEqual([]);
  });

  test('each rule is named in the index', () => {
    const index = readFileSync(join(DOCS, 'README.md'), 'utf8');
    expect(RULES.map(({ id }) => id).filter((id) => !index.includes(`[${id}](${id}.md)`))).toEqual(
      [],
    );
  });
});

describe('the rows of', () => {
  test.each(TABLES.map((table) => ({ id: table.rule.id, ...table })))(
    '$id produce each of its codes, and no other',
    ({ rule, rows }) => {
      const produced = rows
        .flatMap(({ of }) => saidBy(rule, of))
        .map(({ finding }) => finding.replace(/^[a-z]+ /, ''));
      expect([...new Set(produced)].toSorted()).toEqual(codesOf(rule).toSorted());
    },
  );
});

describe('where nothing is known', () => {
  const nothing = ruleInput({ absent: FACTS });

  test.each(
    RULES.filter(({ id }) => !NEED_NO_EVIDENCE.has(id)).map((rule) => ({ id: rule.id, rule })),
  )('$id refuses', ({ rule }) => {
    expect(judge(nothing, 'contents', [rule]).verdict).not.toBe('approve');
  });
});

describe('all rules together', () => {
  test('approve an ordinary conda package once it was read, without a word', () => {
    const input = ruleInput(condaRow({ evidence: {} }));
    expect(judge(input, 'contents')).toMatchObject({ verdict: 'approve', findings: [] });
  });

  test('approve an ordinary wheel on every basis, without a word', () => {
    for (const basis of ['record', 'metadata', 'contents'] as const) {
      expect(judge(ruleInput(), basis)).toEqual({ verdict: 'approve', basis, findings: [] });
    }
  });

  test('refuse in any order alike', () => {
    const differences = TABLES.flatMap(({ rows }) => rows.map(({ of }) => of));
    const orders = shuffledSubarray([...RULES], { minLength: RULES.length });
    assert(
      property(constantFrom(...differences), orders, (difference, order) => {
        const input = ruleInput(difference);
        const { findings, ...decision } = judge(input, 'contents', order);
        const { findings: expected, ...expectedDecision } = judge(input, 'contents');
        expect(decision).toEqual(expectedDecision);
        expect(new Set(findings)).toEqual(new Set(expected));
      }),
      { numRuns: 300 },
    );
  });

  test('say the same later, until the decision says that it can change', () => {
    const differences = TABLES.flatMap(({ rows }) => rows.map(({ of }) => of));
    assert(
      property(
        constantFrom(...differences),
        integer({ min: 0, max: 10_000_000_000 }),
        (difference, later) => {
          const input = ruleInput(difference);
          const before = judge(input, 'contents');
          const now = Math.min(input.now + later, (before.until ?? Infinity) - 1);
          expect(judge({ ...input, now }, 'contents')).toEqual(before);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('do not depend on what is known beyond the basis', () => {
    const differences = TABLES.flatMap(({ rows }) => rows.map(({ of }) => of));
    for (const difference of differences) {
      const unknown = [...(difference.absent ?? []), 'metadata', 'listed', 'evidence'] as const;
      const { metadataFailure: _failure, ...bare } = ruleInput({ ...difference, absent: unknown });
      expect(judge(ruleInput(difference), 'record')).toEqual(judge(bare, 'record'));
    }
  });
});

test('a policy in which every rule only reports still refuses what nothing lifts', () => {
  const modes = RULES.map(({ id }) => `${id}: audit`).join(', ');
  const input = ruleInput({ absent: FACTS, policy: { rules: `{ ${modes} }` } });
  const refusing = judge(input, 'contents').findings.filter(({ effect }) => effect !== 'approve');
  expect(refusing.map(({ code }) => code).toSorted()).toEqual(['archive/missing', 'hash/missing']);
  expect(policyOf({ rules: `{ ${modes} }` }).rules.size).toBe(RULES.length);
});
