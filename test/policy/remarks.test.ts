import { describe, expect, test } from 'vitest';

import { loadPolicy } from '../../src/policy/load.ts';
import { remarksAt } from '../../src/policy/remarks.ts';
import { policyWith, textWithPackages } from './policies.ts';

const NOON = Date.parse('2027-06-01T12:00:00Z');

function waiver(expires: string): string {
  return `waivers:\n  - { rule: age, name: numpy, reason: r, approver: a, expires: ${expires} }`;
}

function grant(expires: string): string {
  return `licenses:\n  grants:\n    - { expression: LicenseRef-X, packages: [nvidia-*], reason: r, approver: a, expires: ${expires} }`;
}

describe('an exception', () => {
  test.each([
    [waiver('2027-05-31'), 'policy/expired', 5],
    [waiver('2027-06-01'), 'policy/expires-soon', 5],
    [waiver('2027-06-14'), 'policy/expires-soon', 5],
    [waiver('2027-06-15'), undefined, 0],
    [waiver('2028-07-04'), undefined, 0],
    [waiver('2028-07-05'), 'policy/expires-late', 5],
    [grant('2020-01-01'), 'policy/expired', 6],
    [grant('2027-06-05'), 'policy/expires-soon', 6],
    [grant('2030-01-01'), 'policy/expires-late', 6],
  ])('%s is remarked on as %s', (lines, code, line) => {
    const remarks = remarksAt(policyWith(lines), NOON);
    expect(remarks.map((remark) => [remark.code, remark.place.line])).toEqual(
      code === undefined ? [] : [[code, line]],
    );
  });

  test('says its last day', () => {
    expect(remarksAt(policyWith(waiver('2027-05-31')), NOON)[0]?.message).toBe(
      'the waiver ended with 2027-05-31 and has no effect: remove it or renew it',
    );
  });
});

describe('a policy is remarked on', () => {
  test.each([
    [
      'an allowed project that is denied',
      ' { allow: [numpy, torch], deny: [{ name: Numpy, reason: r }] }',
      ['policy/shadowed 3:21'],
    ],
    ['an allowed project with denied versions', ' { allow: [numpy], deny: [numpy <2] }', []],
    ['a range twice', ' { allow: ["numpy <2", "numpy  < 2"] }', ['policy/repeated 3:33']],
    ['two ranges', ' { allow: [numpy <2, numpy >3] }', []],
  ])('for %s', (_, packages, remarks) => {
    const policy = loadPolicy({ text: textWithPackages(packages), file: 'p' });
    expect(
      policy.remarks.map(({ code, place }) => `${code} ${place.line}:${place.column}`),
    ).toEqual(remarks);
    expect(remarksAt(policy, NOON)).toEqual(policy.remarks);
  });

  test.each([
    ['a licence twice', 'licenses: { allow: [MIT, ISC, mit] }', ['policy/repeated 4:31']],
    [
      'a bundled licence that is allowed for all',
      'licenses: { allow: [MIT], bundled: { allow: [Zlib, MIT] } }',
      ['policy/repeated 4:52'],
    ],
    [
      'a grant of an allowed licence',
      'licenses:\n  allow: [MIT]\n  grants:\n    - { expression: MIT, packages: [a], reason: r, approver: a, expires: 2027-12-01 }',
      ['policy/unneeded 7:7'],
    ],
  ])('for %s', (_, lines, remarks) => {
    const { remarks: read } = policyWith(lines);
    expect(read.map(({ code, place }) => `${code} ${place.line}:${place.column}`)).toEqual(remarks);
  });
});
