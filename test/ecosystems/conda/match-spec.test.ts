import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { findMatchSpec, matchesRecord } from '../../../src/ecosystems/conda/match-spec.ts';

const RECORD = { name: 'pkg', version: '1.8.1', build: 'py38_h1_0', buildNumber: 0 };

function matches(text: string, more: object = {}): boolean | undefined {
  const spec = findMatchSpec(text);
  if (spec === undefined) throw new Error(`not a match spec: ${text}`);
  return matchesRecord(spec, { ...RECORD, ...more });
}

test.each([
  ['pkg', true],
  ['PKG', true],
  ['other', false],
  ['pkg 1.8', false],
  ['pkg =1.8', true],
  ['pkg=1.8', true],
  ['pkg==1.8.1', true],
  ['pkg ==1.8.*', true],
  ['pkg >=1.8,<2', true],
  ['pkg >=1.8, <2', true],
  ['pkg >= 1.8 , < 1.8.1', false],
  ['pkg 1.8.* *', true],
  ['pkg * py38_*', true],
  ['pkg * py39_*', false],
  ['pkg =1.8=py38_h1_0', false],
  ['pkg=1.8.1=py38_h1_0', true],
  ['pkg 1.8.1 *_0', true],
  ['pkg 1.8.1 *_h*_0', true],
  ['pkg 1.8.1 py38_h1_0*0', false],
  ['pkg >=1.8=py38*', true],
  ['pkg[version=1.8]', false],
  ['pkg[version=\'>=1.8,<2\', build="py38*"]', true],
  ['pkg 2[version=1.8.1]', true],
  ['pkg[build_number=0]', true],
  ['pkg[build_number=">=1"]', false],
  ['pkg[when="python >=3"]', true],
  ['pkg[extras=[foo,bar]]', true],
])('%s: %s', (text, expected) => {
  expect(matches(text)).toBe(expected);
});

test.each([
  ['pkg 1.8.1 PY38_H1_0', undefined],
  ['pkg 1.*.1', undefined],
  ['pkg[flags=[cuda]]', undefined],
  ['pkg[license=MIT]', undefined],
  ['pkg 2[license=MIT]', false],
  ['conda-forge::pkg', undefined],
  ['conda-forge/linux-64::pkg 2', false],
  [`pkg[sha256=${'a'.repeat(64)}]`, undefined],
])('%s: %s, as the record does not tell', (text, expected) => {
  expect(matches(text)).toBe(expected);
});

test('channel, subdir and digests are compared where the record has them', () => {
  const where = { channel: 'conda-forge', subdir: 'linux-64', sha256: 'a'.repeat(64) };
  expect(matches('conda-forge/linux-64::pkg', where)).toBe(true);
  expect(matches('conda-forge/noarch::pkg', where)).toBe(false);
  expect(matches('other::pkg', where)).toBe(false);
  expect(matches(`pkg[sha256=${'A'.repeat(64)}]`, where)).toBe(true);
  expect(matches(`pkg[sha256=${'b'.repeat(64)}]`, where)).toBe(false);
});

test('a spec gives its parts', () => {
  expect(findMatchSpec(' pkg >=1[when="python[version=\'>3\']", extras=[a, "b"]] ')).toMatchObject({
    text: 'pkg >=1[when="python[version=\'>3\']", extras=[a, "b"]]',
    name: 'pkg',
    when: "python[version='>3']",
    extras: ['a', 'b'],
    flags: [],
  });
});

test.each([
  ['__glibc >=2.17,<3.0.a0', '__glibc'],
  ['_x86_64-microarch-level >=1', '_x86_64-microarch-level'],
  ['ld_impl_linux-64 >=2.36.1', 'ld_impl_linux-64'],
  ['_libgcc_mutex 0.1 conda_forge', '_libgcc_mutex'],
  ['x264 >=1!164.3095,<1!165', 'x264'],
  ['libopenblas ==0.3.21 pthreads_h6cb6f83_3', 'libopenblas'],
  ['blas =2.131=openblas', 'blas'],
  ['linux-dependency[when="__linux"]', 'linux-dependency'],
  ['openmp 22.1.8|22.1.8.*', 'openmp'],
])('%s needs %s', (text, name) => {
  expect(findMatchSpec(text)?.name).toBe(name);
});

test.each([
  '',
  ' ',
  '*',
  'pk*',
  '^pkg$',
  'pkg=',
  'pkg==',
  'pkg 1,',
  'pkg (1|2)',
  'pkg(1)',
  'pkg 1 b c',
  'pkg 1 ^b$',
  'pkg 1 b|c',
  'pkg[foo=bar]',
  'pkg[version=1',
  'pkg[version=1] 2',
  'pkg[name=x]',
  'pkg[version=1,version=2]',
  'pkg[md5=abc]',
  'pkg; if python',
  'pkg # x',
  'a:b:pkg',
  'ns:pkg',
  'pkg[build_number=x]',
  'http://host.test/linux-64/pkg-1-0.conda',
  'pkg @ http://host.test/x',
  'pkg 1\u0000',
  'pkg\n',
  '__',
  'a--b',
  `${'a'.repeat(65)} 1`,
  'pkg=1.8.1=b=c',
])('%j is no match spec that can be relied on', (text) => {
  expect(findMatchSpec(text)).toBeUndefined();
});

test('hostile texts take no time', () => {
  const texts = [
    `pkg${' '.repeat(2000)}x`,
    `pkg${' ='.repeat(1000)}`,
    `pkg[${'a='.repeat(1000)}]`,
    `pkg[${'a=b,'.repeat(500)}]`,
    'a-'.repeat(1000),
    `${'::'.repeat(1000)}pkg`,
    `pkg 1 ${'*a'.repeat(60)}`,
    'pkg='.repeat(500),
    '['.repeat(2000),
    'a'.repeat(1_000_000),
  ];
  const start = performance.now();
  for (const text of texts) {
    const spec = findMatchSpec(text);
    if (spec !== undefined) matchesRecord(spec, { ...RECORD, build: 'a'.repeat(10_000) });
  }
  expect(performance.now() - start).toBeLessThan(200);
});

test.each([`${'a'.repeat(2000)}[`, `pkg 1${' '.repeat(2000)}x`])(
  'a record of hundreds of hostile needs takes no time (%#)',
  (text) => {
    const start = performance.now();
    for (let count = 0; count < 200; count += 1) findMatchSpec(text);
    expect(performance.now() - start).toBeLessThan(200);
  },
);

test('whatever the text, reading it does not throw', () => {
  const pieces = ['pkg', ' ', '=', '>', '[', ']', '"', ',', '|', '*', '1.8', ':', '(', ')', 'when'];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 20 }), (parts) => {
      const spec = findMatchSpec(parts.join(''));
      if (spec !== undefined) matchesRecord(spec, RECORD);
    }),
    { numRuns: 2000 },
  );
});
