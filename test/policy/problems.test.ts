import { describe, expect, test } from 'vitest';

import { isGatehouseError } from '../../src/model/errors.ts';
import { findPolicyProblems, loadPolicy } from '../../src/policy/load.ts';
import { formatProblem } from '../../src/policy/problem.ts';
import { HEAD, textWithPackages } from './policies.ts';

function problemsOf(text: string): readonly string[] {
  const { policy, problems } = findPolicyProblems({ text, file: 'p' });
  expect(policy === undefined).toBe(problems.length > 0);
  return problems.map(formatProblem);
}

type Row = readonly [what: string, lines: string, problem: string];

const AFTER_HEAD: readonly Row[] = [
  [
    'an alias',
    'denials: *x',
    'p:4:10: an alias is not part of the policy language: *x; write the value out, or put it in quotes',
  ],
  [
    'an anchor',
    'denials: &x { show: hide }',
    'p:4:10: an anchor is not part of the policy language: &x',
  ],
  [
    'a tag',
    'denials: !!js/function x',
    'p:4:10: a tag is not part of the policy language: !!js/function',
  ],
  ['a tag that YAML knows', 'versions: { keep: !!int "5" }', 'p:4:19: a tag is not part of'],
  ['an anchor on a key', '&x denials: {}', 'p:4:1: an anchor is not part of'],
  ['a merge key', '<<: {}', 'p:4:1: not a key of lower-case ASCII letters, digits and "-": "<<"'],
  ['an explicit key', '? denials\n: {}', 'p:4:1: an explicit key is not part of'],
  ['a map as key', '{ a: b }: x', 'p:4:1: not a key of'],
  [
    'a second document',
    '---\nversion: 1',
    'p:4:1: a second document begins: a policy is one document',
  ],
  ['a duplicate key', 'rules: {}\nrules: {}', 'p:5:1: the key stands twice: rules'],
  [
    'a duplicate key deep inside',
    'rules: { license: warn, license: audit }',
    'p:4:25: the key stands twice: license',
  ],
  ['__proto__', '__proto__: {}', 'p:4:1: not a key of'],
  ['__proto__ as a rule', 'rules: { __proto__: warn }', 'p:4:10: not a key of'],
  ['constructor', 'constructor: {}', 'p:4:1: a policy has no key constructor'],
  [
    'a key that is a number',
    'rules: { 1e3: warn }',
    'p:4:10: YAML reads the key 1e3 as a number; write "1e3"',
  ],
  ['a tab', 'denials:\n\tshow: hide', 'p:5:1: not YAML: Tabs are not allowed as indentation'],
  ['a list that does not end', 'rules: [', 'p:5:1: not YAML: '],
  [
    'a zero-width space',
    'rules: {}\u200B',
    'p:4:10: a character that must not stand in a policy: U+200B; delete it',
  ],
  [
    'a bidi override in a comment',
    '# \u202E',
    'p:4:3: a character that must not stand in a policy: U+202E',
  ],
  [
    'an escaped bidi override',
    'waivers: ["\\u202E"]',
    'p:4:11: the text has a character that must not stand in a policy: U+202E',
  ],
  [
    'half a surrogate pair',
    'waivers: ["\\uD800"]',
    'p:4:11: the text has a character that must not stand in a policy: U+D800',
  ],
  ['a replaced byte', '# \uFFFD', 'p:4:3: a character that must not stand in a policy: U+FFFD'],
  [
    'a carriage return alone',
    'rules: {}\r# x',
    'p:4:10: a character that must not stand in a policy: U+000D',
  ],
  ['a control character', '# \u0000', 'p:4:3: a character that must not stand in a policy: U+0000'],
  ['an unknown key', 'waiver: []', 'p:4:1: a policy has no key waiver; did you mean waivers?'],
  [
    'an unknown key that is near none',
    'whatever: []',
    'p:4:1: a policy has no key whatever; its keys are version, sources',
  ],
  ['an unknown key of a section', 'versions: { min_age: 7d }', 'p:4:13: not a key of'],
  [
    'swapped letters in a key',
    'versions: { kepe: 5 }',
    'p:4:13: versions has no key kepe; did you mean keep?',
  ],
  [
    'a section without value',
    'rules:',
    'p:4:7: nothing stands here, expected a map; write {} for an empty map',
  ],
  ['a list for a map', 'rules: []', 'p:4:1: expected a map, got a list'],
  ['a text for a list', 'waivers: none', 'p:4:10: expected a list, got: none'],
  [
    'a quoted number',
    'versions: { keep: "5" }',
    'p:4:19: expected a whole number, got: "5"; write 5 without quotes',
  ],
  ['a fraction', 'versions: { keep: 5.0 }', 'p:4:19: expected a whole number, got: 5.0'],
  ['an octal number', 'versions: { keep: 05 }', 'p:4:19: expected a whole number, got: 05'],
  ['nothing to keep', 'versions: { keep: 0 }', 'p:4:19: at least one version is kept'],
  ['a negative number', 'versions: { keep: -1 }', 'p:4:19: expected a whole number, got: -1'],
  [
    'a duration without unit',
    'versions: { min-age: 7 }',
    'p:4:22: YAML reads 7 as a number, expected a text',
  ],
  [
    'a duration in weeks',
    'versions: { min-age: 1w }',
    'p:4:22: not a duration: "1w"; write days or hours, like 7d or 12h',
  ],
  [
    'a misspelt choice',
    'versions: { yanked: alow }',
    'p:4:21: expected one of allow, deny, got: alow; did you mean allow?',
  ],
  [
    'a boolean for a choice',
    'versions: { yanked: true }',
    'p:4:21: expected one of allow, deny, got: true',
  ],
  [
    'a word for a boolean',
    'licenses: { exceptions-are-permissive: yes }',
    'p:4:40: expected true or false, got: yes',
  ],
  [
    'a quoted boolean',
    'licenses: { exceptions-are-permissive: "true" }',
    'p:4:40: expected true or false, got: "true"; write true without quotes',
  ],
  [
    'a mode that is none',
    'rules: { license: off }',
    'p:4:19: expected one of enforce, warn, audit, got: off',
  ],
  [
    'a licence that SPDX does not list',
    'licenses: { allow: [MIT, NOPE] }',
    'p:4:26: not an SPDX licence expression',
  ],
  [
    'an expression for a licence',
    'licenses: { allow: [MIT OR ISC] }',
    'p:4:21: expected one licence, got an expression: MIT OR ISC; write an entry for each licence in it',
  ],
  [
    'a source of another kind',
    'sources: { npm: { kind: npm } }',
    'p:4:25: expected one of pypi, conda, got: npm',
  ],
  ['no source', 'sources: {}', 'p:4:1: at least one source is needed'],
  [
    'credentials in an address',
    'sources: { a: { kind: pypi, url: "https://u:secret@x.test/" } }',
    'p:4:34: an address in the policy must not hold credentials; they belong in the settings',
  ],
  [
    'a file address',
    'sources: { a: { kind: pypi, url: "file:///etc/x" } }',
    'p:4:34: not an http or https address',
  ],
  [
    'a claim of everything',
    'sources: { a: { kind: pypi, claims: ["*"] } }',
    'p:4:38: not a name or the beginning of names and one star: "*"; write it like nvidia-*',
  ],
  [
    'a claim with a star inside',
    'sources: { a: { kind: pypi, claims: [a*b] } }',
    'p:4:38: not a name or the beginning',
  ],
  [
    'a claim twice',
    'sources: { a: { kind: pypi, claims: [x-*, X.*] } }',
    'p:4:43: stands twice: x-*',
  ],
  [
    'a claim of two sources',
    'sources:\n  a: { kind: pypi, claims: [x-*] }\n  b: { kind: pypi, claims: [x_*] }',
    'p:6:29: x-* is claimed by two sources: a and b',
  ],
  [
    'what only a channel can have',
    'sources: { a: { kind: pypi, first-look: builder-time } }',
    'p:4:41: first-look is for sources of kind conda: a is of kind pypi; leave it out',
  ],
  [
    'what only an index can have',
    'sources: { a: { kind: conda, hashes: first-seen } }',
    'p:4:38: hashes is for sources of kind pypi: a is of kind conda; leave it out',
  ],
  [
    'a grant without owner',
    'licenses:\n  grants:\n    - { expression: MIT, packages: [a], reason: r, expires: 2027-01-01 }',
    'p:6:7: a key is missing: approver',
  ],
  [
    'a grant without end',
    'licenses:\n  grants:\n    - { expression: MIT, packages: [a], reason: r, approver: a }',
    'p:6:7: a key is missing: expires',
  ],
  [
    'a grant for nothing',
    'licenses:\n  grants:\n    - { expression: MIT, packages: [], reason: r, approver: a, expires: 2027-01-01 }',
    'p:6:26: at least one name is needed',
  ],
  [
    'an empty reason',
    'waivers:\n  - { rule: a, name: b, reason: " ", approver: a, expires: 2027-01-01 }',
    'p:5:33: the text is empty; say it in a sentence',
  ],
  [
    'a day that is not',
    'waivers:\n  - { rule: a, name: b, reason: r, approver: a, expires: 2027-02-30 }',
    'p:5:58: not a date: "2027-02-30"; write year, month and day, like 2027-06-30',
  ],
  [
    'a waiver of everything',
    'waivers:\n  - { rule: "*", name: b, reason: r, approver: a, expires: 2027-01-01 }',
    'p:5:13: not the id of a rule or a finding code',
  ],
  [
    'a waiver of a pattern',
    'waivers:\n  - { rule: a, name: b-*, reason: r, approver: a, expires: 2027-01-01 }',
    'p:5:22: a pattern is not the name of one project: b-*',
  ],
  ['integrity', 'integrity: { record: deny }', 'p:4:14: integrity has no key record'],
  [
    'a publisher that is only a repository',
    'integrity: { attestations: { require: [{ packages: [a], publishers: ["github:owner/name"] }] } }',
    'p:4:70: not a publisher: "github:owner/name"; write it like github:owner/name/.github/workflows/release.yml',
  ],
  [
    'advisories',
    'advisories: { malware: deny }',
    'p:4:15: this version knows no keys of advisories',
  ],
  ['content', 'content: { x: 1 }', 'p:4:12: content has no key x'],
  ['profiles', 'profiles: { x: {} }', 'p:4:13: this version knows no keys of profiles'],
  [
    'bundled licences',
    'licenses: { bundled: { alow: [] } }',
    'p:4:24: bundled has no key alow; did you mean allow?',
  ],
  ['tests', 'tests: [{ given: x }]', 'p:4:1: this version does not know entries here'],
];

const ALLOW: readonly Row[] = [
  [
    'a Cyrillic letter',
    'num\u0440y',
    'p:5:5: "num\u0440y" has a character that is not ASCII: U+0440; write it with ASCII letters',
  ],
  [
    'a full-width letter',
    'name: \uFF4Eumpy',
    'p:5:11: "\uFF4Eumpy" has a character that is not ASCII: U+FF4E',
  ],
  [
    'a pattern',
    'nvidia-*',
    'p:5:5: a pattern is not the name of one project: nvidia-*; write one entry for each project',
  ],
  ['everything', '"*"', 'p:5:5: a pattern is not the name of one project: *'],
  ['a name that is none', '-numpy', 'p:5:5: not a project name'],
  ['a range that is none', 'numpy >=1,,<', 'p:5:5: not version clauses of PEP 440'],
  ['a marker', 'numpy ; python_version > "3"', 'p:5:5: not version clauses of PEP 440'],
  ['an address', 'numpy @ https://x.test/a.whl', 'p:5:5: not version clauses of PEP 440'],
  ['an empty extra', 'numpy[]', 'p:5:5: not a project name'],
  ['a number', '1.10', 'p:5:5: YAML reads 1.10 as a number, expected a text; write "1.10"'],
  ['a boolean', 'true', 'p:5:5: YAML reads true as a boolean, expected a text; write "true"'],
  ['null', '~', 'p:5:5: YAML reads ~ as null, expected a text; write "~"'],
  ['nothing', '', 'p:5:5: nothing stands here, expected a text'],
  ['a list', '[numpy]', 'p:5:5: expected a text or a map, got a list'],
  [
    'a map from a name to versions',
    'numpy: 1.10',
    'p:5:5: an entry of allow has no key numpy; its keys are name, versions, extras, reason',
  ],
  [
    'a number for versions',
    '{ name: numpy, versions: 1.10 }',
    'p:5:30: YAML reads 1.10 as a number, expected a text; write "1.10"',
  ],
  [
    'an exponent for versions',
    '{ name: numpy, versions: 1e3 }',
    'p:5:30: YAML reads 1e3 as a number, expected a text; write "1e3"',
  ],
  ['a missing name', '{ versions: "<2" }', 'p:5:5: a key is missing: name'],
  [
    'a misspelt key',
    '{ name: numpy, versoins: "<2" }',
    'p:5:20: an entry of allow has no key versoins; did you mean versions?',
  ],
  [
    'two spellings of a name',
    'Foo_Bar <2\n  - foo-bar >3',
    'p:6:5: foo-bar is Foo_Bar of line 5 in another spelling; write foo-bar in both',
  ],
];

const RANGES: readonly Row[] = [
  [
    '>1, which begins a block of lines',
    '>1',
    'p:6:15: no versions are written here; put versions that begin with > in quotes; for every version leave the key out',
  ],
  [
    '>=1, which YAML does not know',
    '>=1',
    'p:6:16: not YAML: Block scalar header includes extra characters: >=1; put versions that begin with > in quotes',
  ],
  [
    '!=1, which is a tag',
    '!=1',
    'p:6:15: a tag is not part of the policy language: !=1; write the value out, or put it in quotes',
  ],
  ['an empty text', '""', 'p:6:15: no versions are written here'],
];

const WHOLE: readonly Row[] = [
  [
    'a flow list of 1 MiB',
    `a: [${'1,'.repeat(500_000)}]`,
    'p:1:100001: the policy has too many parts: more than 150000 tokens',
  ],

  ['nothing', '', 'p:1:1: a policy is a map of sections; begin with: version: 1'],
  ['only a comment', '# x', 'p:1:1: a policy is a map of sections'],
  ['a list', '- x', 'p:1:1: a policy is a map of sections'],
  [
    'a directive',
    `%YAML 1.1\n---\n${HEAD}`,
    'p:1:1: a directive is not part of the policy language: %YAML 1.1',
  ],
  [
    'a byte order mark',
    `\uFEFF${HEAD}`,
    'p:1:1: a character that must not stand in a policy: U+FEFF',
  ],
  ['no targets', 'version: 1\npackages: { allow: [] }', 'p:1:1: a key is missing: targets'],
  [
    'no allow list',
    HEAD.replace(/packages.*/, 'packages: { deny: [] }'),
    'p:3:1: a key is missing: allow',
  ],
  [
    'another version',
    HEAD.replace('1', '2'),
    'p:1:10: this version knows version 1 of the policy language only, got: 2',
  ],
  [
    'a quoted version',
    HEAD.replace('1', '"1"'),
    'p:1:10: this version knows version 1 of the policy language only, got: "1"',
  ],
  [
    'an unquoted Python 3.10',
    HEAD.replace('"3.12"', '3.10'),
    'p:2:21: YAML reads 3.10 as a number, expected a text; write "3.10"',
  ],
  [
    'a Python with patch level',
    HEAD.replace('"3.12"', '3.12.1'),
    'p:2:21: not a Python version: "3.12.1"; write major and minor, like "3.12"',
  ],
  ['a Python twice', HEAD.replace('"3.12"', '"3.12", "3.12"'), 'p:2:29: stands twice: 3.12'],
  ['no Python', HEAD.replace('"3.12"', ''), 'p:2:12: at least one Python version is needed'],
  [
    'an unknown platform',
    HEAD.replace('2_28_x86_64', '2_28_x86-64'),
    'p:2:42: not a platform: "manylinux_2_28_x86-64"',
  ],
  [
    'an old alias of a platform',
    HEAD.replace('manylinux_2_28', 'manylinux2014'),
    'p:2:42: not a platform',
  ],
  ...['==2.0.*,!=2.0.1', "<2[version='*']", "<2 py*[build='*']", "[when='python <3']"].map(
    (range): Row => [
      `conda versions that do not mean what they look like: ${range}`,
      [
        HEAD.replace(/packages.*/, 'packages:'),
        '  allow: ["one::scipy =1.*,!=1.2", "one::scipy ==2.*", "one::scipy >=1[build=py*]"]',
        `  deny: [{ name: one::numpy, versions: "${range}", reason: bad }]`,
        'sources: { one: { kind: conda } }',
      ].join('\n'),
      'p:5:40: not ',
    ],
  ),
  [
    'a package from two channels',
    [
      HEAD.replace(/packages.*/, 'packages:'),
      '  allow: [one::numpy >=2, one::numpy <1, two::scipy, two::numpy ==0.1]',
      'sources: { one: { kind: conda }, two: { kind: conda } }',
    ].join('\n'),
    'p:4:54: two::numpy is allowed from one already, in line 4: a name comes from one channel; remove one of them',
  ],
  ['nesting of 33', '['.repeat(33), 'p:1:33: lists and maps are nested deeper than 32'],
  [
    'nesting of 5,000',
    `a: ${'['.repeat(5_000)}${']'.repeat(5_000)}`,
    'p:1:35: lists and maps are nested deeper than 32',
  ],
  ['nested block lists', '- '.repeat(5_000), 'p:1:65: lists and maps are nested deeper than 32'],
  [
    'more than 1 MiB',
    `${HEAD}\n${'# é\n'.repeat(230_000)}`,
    'p:1:1: the policy is too large: 1150',
  ],
];

describe('a policy is refused at the right place for', () => {
  test.each(AFTER_HEAD)('%s', (_, lines, problem) => {
    expect(problemsOf(`${HEAD}\n${lines}\n`)[0]).toContain(problem);
  });

  test.each(WHOLE)('the whole file: %s', (_, text, problem) => {
    expect(problemsOf(text)[0]).toContain(problem);
  });
});

describe('an entry of packages.allow is refused at the right place for', () => {
  test.each(ALLOW)('%s', (_, entry, problem) => {
    const problems = problemsOf(textWithPackages(`\n  allow:\n  - ${entry}\n`));
    expect(problems.join('\n')).toContain(problem);
  });

  test.each(RANGES)('versions: %s', (_, versions, problem) => {
    const packages = `\n  allow:\n  - name: numpy\n    versions: ${versions}\n`;
    expect(problemsOf(textWithPackages(packages))[0]).toContain(problem);
  });

  test('billion laughs', () => {
    const bomb = 'a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n';
    expect(problemsOf(`${bomb}${HEAD}`)).toEqual([
      'p:1:4: an anchor is not part of the policy language: &a; write the value out, or put it in quotes',
    ]);
  });
});

test('all problems are told at once, in the order of the file, each once', () => {
  const text = `${HEAD}\nrules: { license: of }\nversions: { keep: "5", yanked: no }\nwaiver: []\n`;
  expect(problemsOf(text).map((line) => line.split(': ')[0])).toEqual([
    'p:4:19',
    'p:5:19',
    'p:5:32',
    'p:6:1',
  ]);
  let thrown: unknown;
  try {
    loadPolicy({ text, file: 'p' });
  } catch (error) {
    thrown = error;
  }
  expect(isGatehouseError(thrown, 'invalid-policy') && thrown.message.split('\n')).toEqual(
    problemsOf(text),
  );
});

test('an error names the first fifty problems and counts the rest', () => {
  const text = textWithPackages(`\n  allow:\n${'  - 1\n'.repeat(60)}`);
  expect(() => loadPolicy({ text, file: 'p' })).toThrow(/p:54:5: [^\n]*\nand 10 more$/);
});
