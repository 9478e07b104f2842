import { describe, expect, test } from 'vitest';

import { type LeftOut, sortItems } from '../../src/cli/wanted.ts';
import { parseRequirement } from '../../src/ecosystems/pypi/requirements.ts';
import type { Target } from '../../src/model/target.ts';

const TARGETS: readonly Target[] = ['3.11', '3.12'].map((python) => ({
  id: `cp${python}`,
  python,
  platform: 'manylinux_2_28_x86_64',
}));

function sort(texts: readonly string[], constraints: readonly string[] = []) {
  const items = [...texts, ...constraints].map((text, index) => ({
    place: `r.txt:${index + 1}`,
    item: { kind: 'requirement' as const, requirement: parseRequirement(text) },
    isConstraint: index >= texts.length,
  }));
  const { wanted, leftOut } = sortItems(items, TARGETS);
  return {
    wanted: wanted.map(
      ({ project, extras, specifiers, pin, place }) =>
        `${project}[${extras.join(',')}] ${specifiers.text} ${pin?.text ?? 'open'} ${place}`,
    ),
    leftOut: leftOut.map(({ outcome, place }: LeftOut) => `${outcome} ${place}`),
  };
}

describe('what is wanted', () => {
  test.each([
    ['a range', ['a>=1'], [], ['a[] >=1 open r.txt:1']],
    ['a pin', ['a==1.0'], [], ['a[] ==1.0 1.0 r.txt:1']],
    ['a prefix is no pin', ['a==1.*'], [], ['a[] ==1.* open r.txt:1']],
    [
      'once what stands twice, with all extras',
      ['a[x]>=1', 'a[y]>=1'],
      [],
      ['a[x,y] >=1 open r.txt:1'],
    ],
    [
      'each of several ranges',
      ['a<1', 'a>=2'],
      [],
      ['a[] <1 open r.txt:1', 'a[] >=2 open r.txt:2'],
    ],
    ['what some target needs', ['a; python_version < "3.12"'], [], ['a[]  open r.txt:1']],
    ['narrowed by a constraint', ['a>=1'], ['a<2', 'b<2'], ['a[] >=1,<2 open r.txt:1']],
    ['pinned by a constraint', ['a'], ['a==1.5'], ['a[] ==1.5 1.5 r.txt:1']],
    [
      'not narrowed by a constraint for no target',
      ['a'],
      ['a<2; os_name == "nt"'],
      ['a[]  open r.txt:1'],
    ],
  ])('%s', (_, texts, constraints, wanted) => {
    expect(sort(texts, constraints)).toEqual({ wanted, leftOut: [] });
  });
});

test('what no declared target needs is left out', () => {
  expect(sort(['a; python_version < "3.10"', 'b; sys_platform == "win32"', 'c'])).toEqual({
    wanted: ['c[]  open r.txt:3'],
    leftOut: ['ignored r.txt:1', 'ignored r.txt:2'],
  });
});
