import {
  type Arbitrary,
  array,
  assert,
  constant,
  constantFrom,
  dictionary,
  integer,
  property,
  record,
  tuple,
  uniqueArray,
} from 'fast-check';
import { expect, test } from 'vitest';

import { close } from '../../src/validation/close.ts';
import type { Candidate, CloseInput } from '../../src/validation/closure/candidate.ts';
import {
  type CataloguePlan,
  catalogue,
  outcomesOf,
  project,
  type ReleasePlan,
  target,
} from '../fixtures/catalogues.ts';
import { naiveClosure } from '../fixtures/naive-closure.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const TARGETS = [target('3.11'), target('3.12')];

const requirement = record({
  name: constantFrom(...NAMES),
  extras: constantFrom('', '', '[x]', '[y]', '[x,y]', '[z]'),
  range: constantFrom('', '', '>=2', '<2', '==1', '==2', '===3', '!=2', '~=1.0'),
}).map(({ name, extras, range }) => `${name}${extras}${range}`);

const guarded = tuple(
  requirement,
  constantFrom(
    '',
    '',
    '',
    ' ; python_version < "3.12"',
    ' ; python_full_version >= "3.12.4"',
    ' ; platform_release > "6"',
    ' ; sys_platform == "win32"',
  ),
).map((parts) => parts.join(''));

const rarely = integer({ min: 0, max: 9 }).map((roll) => roll === 0);

const release: Arbitrary<ReleasePlan> = record({
  needs: array(guarded, { maxLength: 2 }),
  extras: record(
    { x: array(guarded, { maxLength: 2 }), y: array(guarded, { maxLength: 1 }) },
    { requiredKeys: [] },
  ),
  files: constantFrom(
    ['py3-none-any'],
    ['py3-none-any'],
    ['cp311-none-any', 'cp312-none-any'],
    ['cp312-none-any'],
    ['sdist', 'cp311-none-any'],
  ),
  verdict: constantFrom('approve', 'approve', 'approve', 'approve', 'review', 'deny'),
  yanked: rarely,
  admitted: rarely,
});

const plan: Arbitrary<CataloguePlan> = record({
  allow: uniqueArray(constantFrom('a', 'a[x]>=2', 'b', 'b[y,x]', 'c<2', 'c>=3', 'd[x]!=2', 'e'), {
    minLength: 1,
    maxLength: 3,
  }),
  projects: tuple(
    ...NAMES.map((name) =>
      dictionary(constantFrom('1', '1.5', '2', '3', '4'), release, {
        minKeys: 1,
        maxKeys: 5,
        noNullPrototype: true,
      }).map((releases) => project(name, releases)),
    ),
  ),
  targets: constant(TARGETS),
  keep: constantFrom(1, 2, 9),
  closure: constantFrom('follow', 'follow', 'follow', 'listed'),
});

test('close agrees with the design written down naively, on random catalogues', () => {
  assert(
    property(plan, (made) => {
      const input = catalogue(made);
      const actual = outcomesOf(input, close(input)).map(({ candidate, outcome }) => ({
        filename: candidate.filename,
        verdict: outcome.verdict,
        targets: outcome.targets,
      }));
      expect(actual).toEqual(expectedOf(input));
    }),
    { numRuns: 250 },
  );
});

function expectedOf(input: CloseInput) {
  const strict = TARGETS.map((_, index) =>
    naiveClosure(input, index, ({ decision }) => decision.verdict === 'approve'),
  );
  const lenient = TARGETS.map((_, index) =>
    naiveClosure(input, index, ({ decision }) => decision.verdict !== 'deny'),
  );
  return [...input.projects.values()]
    .flatMap(({ candidates }) => candidates)
    .map((candidate) => ({
      filename: candidate.filename,
      verdict: verdictOf(candidate, strict, lenient),
      targets: TARGETS.filter((_, index) => strict[index]?.has(candidate)).map(({ id }) => id),
    }));
}

function verdictOf(
  candidate: Candidate,
  ...[strict, lenient]: readonly (readonly ReadonlySet<Candidate>[])[]
) {
  if (strict?.some((left) => left.has(candidate))) return 'approve';
  return lenient?.some((left) => left.has(candidate)) ? 'review' : 'deny';
}
