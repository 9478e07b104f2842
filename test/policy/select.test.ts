import { describe, expect, test } from 'vitest';

import { findArtifactName } from '../../src/ecosystems/pypi/filenames.ts';
import { parseProjectName } from '../../src/ecosystems/pypi/names.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import {
  claimant,
  clarificationsFor,
  findAllowance,
  findDenial,
  grantsFor,
  modeOf,
  waiversFor,
} from '../../src/policy/select.ts';
import { parseSourceId } from '../../src/policy/values.ts';
import { textWithPackages } from './policies.ts';

const policy = loadPolicy({
  file: 'p',
  text: textWithPackages(`
  allow: [numpy]
  deny:
    - litellm ==1.82.8
    - { name: litellm, versions: ">=2", reason: later }
    - { name: sklearn, reason: other }
sources:
  pypi: { kind: pypi }
  acme: { kind: pypi, claims: [acme-*] }
  tools: { kind: pypi, claims: [acme-tool-*, acme-x, lone] }
licenses:
  grants:
    - { expression: LicenseRef-X, packages: [nvidia-*, cuda], reason: r, approver: a, expires: 2027-06-30 }
  clarify:
    - { name: scipy, versions: ">=1.11", expression: MIT, reason: r }
    - { name: scipy, expression: ISC, reason: r }
rules: { age: warn, license: audit }
waivers:
  - { rule: age, name: numpy, reason: rule, approver: a, expires: 2027-06-30 }
  - { rule: age/too-young, name: numpy, versions: ==2.0, reason: code, approver: a, expires: 2027-06-30 }
`),
});

const LAST = Date.parse('2027-06-30T23:59:59.999Z');

function release(name: string, version?: string) {
  const project = parseProjectName(name);
  const source = parseSourceId('pypi');
  if (version === undefined) return { source, project };
  const file = `${name.replaceAll('-', '_')}-${version}-py3-none-any.whl`;
  return { source, project, name: findArtifactName(file, project) };
}

test('an allowance is found by the normal form of a name', () => {
  expect(findAllowance(policy, parseProjectName('NumPy'))?.place.line).toBe(4);
  expect(findAllowance(policy, parseProjectName('numpy-x'))).toBeUndefined();
});

test.each([
  ['litellm', '1.82.8', 6],
  ['litellm', '1.82.7', undefined],
  ['litellm', '2.1', 7],
  ['litellm', undefined, 6],
  ['sklearn', '0.0', 8],
  ['sklearn', undefined, 8],
  ['numpy', '1.0', undefined],
])('%s %s is denied by line %s', (name, version, line) => {
  expect(findDenial(policy, release(name, version))?.place.line).toBe(line);
});

test.each([
  ['acme-lib', 'acme'],
  ['Acme.Lib', 'acme'],
  ['acme', undefined],
  ['acmex', undefined],
  ['acme-tool', 'acme'],
  ['acme-tool-x', 'tools'],
  ['acme-x', 'tools'],
  ['acme-xy', 'acme'],
  ['lone', 'tools'],
  ['lone-x', undefined],
])('%s is claimed by %s', (name, source) => {
  expect(claimant(policy, parseProjectName(name))?.id).toBe(source);
});

describe('a waiver', () => {
  test.each([
    ['numpy', '2.0', 'age/too-young', LAST, ['rule', 'code']],
    ['numpy', '2.1', 'age/too-young', LAST, ['rule']],
    ['numpy', undefined, 'age/too-young', LAST, ['rule']],
    ['numpy', '2.0', 'age/unknown', LAST, ['rule']],
    ['numpy', '2.0', 'ages/too-young', LAST, []],
    ['numpy', '2.0', 'age/too-young', LAST + 1, []],
    ['scipy', '2.0', 'age/too-young', LAST, []],
  ] as const)('for %s %s and %s at %s: %s', (name, version, code, now, reasons) => {
    const found = waiversFor(policy, { ...release(name, version), code, now });
    expect(found.map(({ reason }) => reason)).toEqual(reasons);
  });
});

test.each([
  ['nvidia-cublas', LAST, 1],
  ['nvidia-cublas', LAST + 1, 0],
  ['cuda', LAST, 1],
  ['cuda-x', LAST, 0],
  ['nvidia', LAST, 0],
])('%s at %s has %s grants', (name, now, count) => {
  expect(grantsFor(policy, release(name), now)).toHaveLength(count);
});

test.each([
  ['scipy', '1.12', 2],
  ['scipy', '1.10', 1],
  ['scipy', undefined, 1],
  ['numpy', '1.12', 0],
])('%s %s has %s clarifications', (name, version, count) => {
  expect(clarificationsFor(policy, release(name, version))).toHaveLength(count);
});

test.each([
  ['age', 'warn'],
  ['license', 'audit'],
  ['hash', 'enforce'],
])('the rule %s is in mode %s', (rule, mode) => {
  expect(modeOf(policy, rule)).toBe(mode);
});
