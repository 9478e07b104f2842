import { expect, test } from 'vitest';

import { findMatchSpec } from '../../../src/ecosystems/conda/match-spec.ts';
import { meetsVirtual } from '../../../src/ecosystems/conda/virtual-packages.ts';

function meets(need: string, subdir: string, virtual: Record<string, string> = {}): unknown {
  const spec = findMatchSpec(need);
  if (spec === undefined) throw new Error(`not a match spec: ${need}`);
  return meetsVirtual(spec, { id: subdir, subdir, virtual });
}

test.each([
  ['__unix', 'linux-64', true],
  ['__unix', 'osx-arm64', true],
  ['__unix', 'win-64', false],
  ['__linux', 'linux-aarch64', true],
  ['__linux', 'osx-64', false],
  ['__osx', 'osx-64', true],
  ['__win', 'win-64', true],
  ['__win', 'linux-64', false],
  ['__archspec', 'linux-64', true],
  ['__archspec * x86_64_v3', 'linux-64', undefined],
  ['__linux >=4', 'linux-64', undefined],
  ['__glibc >=2.17', 'linux-64', undefined],
  ['__glibc >=2.17', 'osx-64', false],
  ['__cuda', 'linux-64', false],
  ['__unix', 'emscripten-wasm32', undefined],
  ['__other', 'linux-64', undefined],
])('%s on a plain %s: %s', (need, subdir, expected) => {
  expect(meets(need, subdir)).toBe(expected);
});

test.each([
  ['__glibc >=2.17,<3.0.a0', true],
  ['__glibc >=2.28', true],
  ['__glibc >=2.34', false],
  ['__cuda >=12', true],
  ['__cuda >=13', false],
  ['__archspec 1 x86_64_v3', true],
  ['__archspec 1 x86_64_v4', false],
  ['__cuda ^1.*$', undefined],
])('%s where the target states what it has: %s', (need, expected) => {
  const virtual = { __glibc: '2.28', __cuda: '12.8', __archspec: 'x86_64_v3' };
  expect(meets(need, 'linux-64', virtual)).toBe(expected);
});
