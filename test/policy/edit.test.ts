import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseProjectName } from '../../src/ecosystems/pypi/names.ts';
import { addAllowance } from '../../src/policy/edit.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import { textWithPackages } from './policies.ts';

function edit(packages: string, name: string, range?: string) {
  const { text, line } = addAllowance(textWithPackages(packages), {
    project: parseProjectName(name),
    range,
  });
  const head = textWithPackages('');
  expect(text.startsWith(head)).toBe(true);
  return { packages: text.slice(head.length), line };
}

const BLOCK =
  '\n  allow:\n    # first\n    - bbb >1 # b\n\n    # of c\n    - ccc[x] <2\n    # last\n  deny: []\n';

describe('an entry is added', () => {
  test.each([
    ['before all', BLOCK, 'aaa', '>=2', BLOCK.replace('allow:\n', 'allow:\n    - aaa >=2\n'), 5],
    ['between two', BLOCK, 'bcd', '>=2', BLOCK.replace('# b\n', '# b\n    - bcd >=2\n'), 7],
    ['behind all', BLOCK, 'ddd', '>=2', BLOCK.replace('<2\n', '<2\n    - ddd >=2\n'), 10],
    ['without a range', BLOCK, 'ddd', undefined, BLOCK.replace('<2\n', '<2\n    - ddd\n'), 10],
    [
      'to the end of an unsorted list',
      '\n  allow:\n  - b\n  - a\n',
      'aa',
      '<2',
      '\n  allow:\n  - b\n  - a\n  - aa <2\n',
      7,
    ],
    [
      'to the projects of PyPI, not behind what is of a channel',
      '\n  allow:\n  - b\n  - a\n  # of a channel\n  - f::c\nsources: { f: { kind: conda } }\n',
      'aa',
      '<2',
      '\n  allow:\n  - b\n  - a\n  - aa <2\n  # of a channel\n  - f::c\nsources: { f: { kind: conda } }\n',
      7,
    ],
    [
      'to its place among them, whatever is of a channel',
      '\n  allow:\n  - f::c\n  - a\n  - f::b\n  - z\nsources: { f: { kind: conda } }\n',
      'd',
      '<2',
      '\n  allow:\n  - f::c\n  - a\n  - f::b\n  - d <2\n  - z\nsources: { f: { kind: conda } }\n',
      8,
    ],
    [
      'with the line ends of the file',
      '\r\n  allow:\r\n  - a\r\n',
      'b',
      '<2',
      '\r\n  allow:\r\n  - a\r\n  - b <2\r\n',
      6,
    ],
    [
      'at the end of a file without line end',
      '\n  allow:\n  - a',
      'b',
      '<2',
      '\n  allow:\n  - a\n  - b <2',
      6,
    ],
    [
      'to a list as deep as its key',
      '\n  allow:\n  - a\n  deny: []',
      'b',
      '<2',
      '\n  allow:\n  - a\n  - b <2\n  deny: []',
      6,
    ],
    [
      'behind an entry of several lines',
      '\n  allow:\n    - name: a\n      reason: >\n        some\n        text\n\n  deny: []\n',
      'b',
      '<2',
      '\n  allow:\n    - name: a\n      reason: >\n        some\n        text\n    - b <2\n\n  deny: []\n',
      9,
    ],
    [
      'behind an entry that ends with a list',
      '\n  allow:\n    - name: a\n      extras:\n        - x # x\n    # end\n',
      'b',
      '<2',
      '\n  allow:\n    - name: a\n      extras:\n        - x # x\n    - b <2\n    # end\n',
      8,
    ],
    [
      'to an empty list',
      ' { allow: [], deny: [] }',
      'a',
      '>=1,<2',
      ' { allow: ["a >=1,<2"], deny: [] }',
      3,
    ],
    [
      'to an empty list with space',
      '\n  allow: [ ] # none\n',
      'a',
      undefined,
      '\n  allow: [a ] # none\n',
      4,
    ],
    [
      'first in a flow list',
      ' { allow: [b, "c >1"] }',
      'a',
      '<2',
      ' { allow: ["a <2", b, "c >1"] }',
      3,
    ],
    [
      'inside a flow list',
      ' { allow: [a, {name: c}] }',
      'b',
      '<2',
      ' { allow: [a, "b <2", {name: c}] }',
      3,
    ],
    [
      'last in a flow list',
      ' { allow: [a, {name: c} ] }',
      'd',
      '<2',
      ' { allow: [a, {name: c}, "d <2" ] }',
      3,
    ],
    [
      'to a flow list of lines',
      '\n  allow: [\n    a,\n    b, # b\n  ]\n',
      'c',
      undefined,
      '\n  allow: [\n    a,\n    b, c, # b\n  ]\n',
      6,
    ],
    [
      'in quotes where YAML would read something else',
      '\n  allow:\n  - a\n',
      'null',
      undefined,
      '\n  allow:\n  - a\n  - "null"\n',
      6,
    ],
    [
      'in quotes when it looks like a number',
      '\n  allow:\n  - a\n',
      '1e3',
      undefined,
      '\n  allow:\n  - "1e3"\n  - a\n',
      5,
    ],
    [
      'gets an older range also when it has every version, of which only the newest are kept',
      ' { allow: [b, c] }',
      'b',
      '<2',
      ' { allow: [b, "b <2", c] }',
      3,
    ],
  ])('%s', (_, before, name, range, after, line) => {
    expect(edit(before, name, range)).toEqual({ packages: after, line });
  });
});

describe('a project that has an entry', () => {
  test.each([
    [
      'gets a further range behind it',
      BLOCK,
      'bbb',
      '>=2,<4',
      BLOCK.replace('# b\n', '# b\n    - bbb >=2,<4\n'),
      7,
    ],
    [
      'keeps its spelling',
      '\n  allow:\n  - Foo_Bar <1\n',
      'foo-bar',
      '>2',
      '\n  allow:\n  - Foo_Bar <1\n  - Foo_Bar >2\n',
      6,
    ],
    [
      'gets it behind the last of them',
      '\n  allow:\n  - z\n  - a <1\n  - a >3\n  - b\n',
      'a',
      '==2.*',
      '\n  allow:\n  - z\n  - a <1\n  - a >3\n  - a ==2.*\n  - b\n',
      8,
    ],
    [
      'also behind an object',
      '\n  allow:\n  - name: a\n    versions: ==1.* # v\n',
      'a',
      '>=2',
      '\n  allow:\n  - name: a\n    versions: ==1.* # v\n  - a >=2\n',
      7,
    ],
    ['in a flow list', ' { allow: [b <1, c] }', 'b', '>2', ' { allow: [b <1, "b >2", c] }', 3],
    ['stays as it is without a range', BLOCK, 'ccc', undefined, BLOCK, 9],
    ['stays as it is when it has the range', BLOCK, 'bbb', ' >1 ', BLOCK, 6],
    [
      'stays as it is when it has every version',
      ' { allow: [b, c] }',
      'b',
      '>=2',
      ' { allow: [b, c] }',
      3,
    ],
  ])('%s', (_, before, name, range, after, line) => {
    expect(edit(before, name, range)).toEqual({ packages: after, line });
  });

  test('gets an extra on a line of its own', () => {
    const before = textWithPackages('\n  allow:\n  - lab >=4\n');
    const asked = { project: parseProjectName('lab'), extras: ['all'], range: '>=4' };
    const { text } = addAllowance(before, asked);
    expect(text).toBe(textWithPackages('\n  allow:\n  - lab >=4\n  - lab[all] >=4\n'));
    expect(addAllowance(text, asked).text).toBe(text);
  });
});

describe('an edit is refused', () => {
  test.each([
    ['for a text that is no policy', '\n  allow: [*x]', 'a', '', /^policy.yaml:4:11: an alias/],
    ['for a range that is none', BLOCK, 'a', '>>1', /not version clauses/],
  ])('%s', (_, packages, name, range, message) => {
    expect(() => edit(packages, name, range)).toThrow(message);
  });
});

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,3}(?:-[a-z0-9]{1,2})?$/);
const range = fc.constantFrom(undefined, '>=1', '<3', '>=1.2,<3', '==1.*', '!=2.0', '~=1.4');
const comment = fc.constantFrom('', ' # why', ' # - x: [y', '   #');
const between = fc.constantFrom(
  '',
  '\n',
  '    # about the next\n',
  '\n    # a\n    # b\n',
  '# far left\n',
);
const item = fc.record({
  name,
  range,
  comment,
  between,
  form: fc.constantFrom('short', 'quoted', 'flow', 'map'),
});
const layout = fc.record({
  items: fc.uniqueArray(item, { selector: (one) => one.name, maxLength: 6 }),
  sorted: fc.boolean(),
  flow: fc.boolean(),
  crlf: fc.boolean(),
  tail: fc.constantFrom(
    '',
    '\n',
    '\n    # end\n\n',
    '\n  deny: []\n# end',
    '\n\n  deny: [x]\nrules: {}\n',
  ),
});
type Item = typeof item extends fc.Arbitrary<infer T> ? T : never;
type Layout = typeof layout extends fc.Arbitrary<infer T> ? T : never;

function writeItem({ name: project, range: versions, form }: Item): string {
  const short = versions === undefined ? project : `${project} ${versions}`;
  if (form === 'short') return short;
  if (form === 'quoted') return `"${short}"`;
  const fields = [
    `name: ${project}`,
    ...(versions === undefined ? [] : [`versions: "${versions}"`]),
  ];
  return form === 'flow' ? `{ ${fields.join(', ')} }` : fields.join('\n      ');
}

function writeLayout({ items, sorted, flow, crlf, tail }: Layout): string {
  const shown = sorted ? items.toSorted((left, right) => (left.name < right.name ? -1 : 1)) : items;
  const inner = shown.map((one) => writeItem({ ...one, form: 'quoted' })).join(', ');
  const lines = shown
    .map((one) => `${one.between}    - ${writeItem(one)}${one.comment}`)
    .join('\n');
  const list = flow || items.length === 0 ? ` [${inner}]` : `\n${lines}`;
  const text = textWithPackages(`\n  allow:${list}${tail}`);
  return crlf ? text.replaceAll('\n', '\r\n') : text;
}

function rangesOf(text: string): Readonly<Record<string, readonly string[]>> {
  const { packages } = loadPolicy({ text, file: 'p' });
  return Object.fromEntries(
    [...packages.allow].map(([project, { ranges }]) => [
      project,
      ranges.map(({ value }) => value.text),
    ]),
  );
}

test('whatever the layout, an edit changes its entry and no other byte', () => {
  fc.assert(
    fc.property(layout, name, range, (written, project, versions) => {
      const before = writeLayout(written);
      const known = written.items.find((one) => one.name === project);
      const { text: after, line } = addAllowance(before, {
        project: parseProjectName(project),
        range: versions,
      });
      const had = rangesOf(before)[project] ?? [];
      const isThere =
        known !== undefined &&
        (versions === undefined ||
          had.includes(versions) ||
          // The newest of every version are the newest of a range that only has a beginning.
          (had.includes('') &&
            versions.split(',').every((clause) => /^>(?!.*<)/.test(clause.trim()))));
      const expected = isThere ? had : [...had, versions ?? ''];
      expect(rangesOf(after)).toEqual({ ...rangesOf(before), [project]: expected });
      expect(after.split('\n')[line - 1]).toContain(project);
      // What was inserted is one piece: without it the text is what it was.
      const length = after.length - before.length;
      const starts = Array.from({ length: before.length + 1 }, (_, start) => start);
      expect(
        starts.some((start) => after.slice(0, start) + after.slice(start + length) === before),
      ).toBe(true);
    }),
    { numRuns: 300 },
  );
});
