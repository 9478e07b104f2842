import { createHash } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { satisfies } from '../../src/ecosystems/pypi/specifiers.ts';
import { parseVersion } from '../../src/ecosystems/pypi/versions.ts';
import { formatLicenseExpression } from '../../src/ecosystems/spdx/expression.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import { HEAD, policyWith, textWithPackages } from './policies.ts';

function load(text: string) {
  return loadPolicy({ text, file: 'policy.yaml' });
}

function at(line: number, column: number) {
  return { file: 'policy.yaml', line, column };
}

describe('a policy', () => {
  test('of what is bundled know theirs', () => {
    const { bundled } = policyWith(`licenses:
  bundled:
    allow: [Zlib]
    others: deny
    clarify:
      - { name: Open_CV, versions: ">=4", component: libavcodec, expression: lgpl-2.1-or-later, reason: read }`).licenses;
    expect(bundled).toMatchObject({
      allow: [{ place: at(6, 13) }],
      others: { value: 'deny', place: at(7, 13) },
      unknown: { value: 'allow', place: at(5, 3) },
      clarify: [{ project: 'open-cv', component: 'libavcodec', reason: 'read', place: at(9, 9) }],
    });
  });

  test('without optional sections is the strict one', () => {
    const policy = load(HEAD);
    expect(policy.sources).toEqual([
      { id: 'pypi', kind: 'pypi', claims: [], hashes: 'required', place: at(1, 1) },
    ]);
    expect(policy.licenses).toEqual({
      allow: [],
      exceptionsArePermissive: false,
      grants: [],
      clarify: [],
      bundled: {
        allow: [],
        others: { value: 'review', place: at(1, 1) },
        unknown: { value: 'allow', place: at(1, 1) },
        clarify: [],
      },
      place: at(1, 1),
    });
    expect(policy.versions.minAgeMs.value).toBe(7 * 86_400_000);
    expect(policy.versions.keep.value).toBe(5);
    expect(policy.versions.prereleases.value).toBe('deny');
    expect(policy.versions.yanked.value).toBe('deny');
    expect(policy.versions.formats.wheel.value).toBe('allow');
    expect(policy.versions.formats.sdist.value).toBe('deny');
    expect(policy.dependencies.closure.value).toBe('listed');
    expect(policy.dependencies.directUrls.value).toBe('deny');
    expect(policy.denials.show.value).toBe('explain');
    expect(policy.rules.size).toBe(0);
    expect(policy.waivers).toEqual([]);
    expect(policy.remarks).toEqual([]);
  });

  test('has the digest of its bytes', () => {
    const text = `${HEAD}\n# Grüße\n`;
    expect(load(text).digest).toBe(createHash('sha256').update(Buffer.from(text)).digest('hex'));
    expect(load(text).text).toBe(text);
  });

  test('has a target for each Python on each platform', () => {
    const targets =
      'targets: { python: ["3.9", "3.14"], platforms: [win_amd64, macosx_14_0_arm64] }';
    const { targets: read } = load(HEAD.replace(/targets.*/, targets));
    expect(read.map(({ id }) => id)).toEqual([
      '3.9/win_amd64',
      '3.9/macosx_14_0_arm64',
      '3.14/win_amd64',
      '3.14/macosx_14_0_arm64',
    ]);
    expect(read[3]).toEqual({
      id: '3.14/macosx_14_0_arm64',
      python: '3.14',
      platform: 'macosx_14_0_arm64',
    });
  });

  test('means nothing by the order of its sections, by CRLF or by quotes', () => {
    const turned = HEAD.split('\n').toReversed().join('\r\n').replace('[numpy]', `['numpy']`);
    expect(load(turned).packages.allow.keys().toArray()).toEqual(['numpy']);
    expect(load(turned).packages.allow.values().next().value?.place).toEqual(at(1, 21));
  });
});

describe('packages', () => {
  const policy = load(
    textWithPackages(`
  allow:
    - numpy >=1.26,<3
    - torch
    - JupyterLab [All,x.Y] >=4   # comment
    - name: Scikit_Learn
      versions: ">=1.4"
      extras: [docs]
      reason: >
        asked for by
        the team
    - numpy ==3.*
  deny:
    - litellm ==1.82.8
    - name: litellm
      versions: ==1.82.7
      reason: steals credentials
    - { name: opencv-python, reason: "needs a display", instead: opencv-python-headless }
`),
  );

  test.each([
    ['numpy', ['>=1.26,<3', '==3.*'], [], undefined, [5, 14]],
    ['torch', [''], [], undefined, [6]],
    ['jupyterlab', ['>=4'], ['all', 'x-y'], undefined, [7]],
    ['scikit-learn', ['>=1.4'], ['docs'], 'asked for by the team', [8]],
  ])('allow %s', (project, ranges, extras, reason, lines) => {
    const allowance = [...policy.packages.allow.values()].find((one) => one.project === project);
    expect(allowance?.ranges.map(({ value }) => value.text)).toEqual(ranges);
    expect(allowance?.ranges.map(({ place }) => place)).toEqual(lines.map((line) => at(line, 7)));
    expect(allowance?.place).toEqual(at(lines[0] ?? 0, 7));
    expect(allowance?.extras).toEqual(extras);
    expect(allowance?.reason).toBe(reason);
  });

  test('deny versions or all, with a reason', () => {
    const denials = [...policy.packages.deny.values()].flat();
    expect(
      denials.map(({ project, reason, instead, place }) => ({ project, reason, instead, place })),
    ).toEqual([
      { project: 'litellm', reason: 'denied by policy', instead: undefined, place: at(16, 7) },
      { project: 'litellm', reason: 'steals credentials', instead: undefined, place: at(17, 7) },
      {
        project: 'opencv-python',
        reason: 'needs a display',
        instead: 'opencv-python-headless',
        place: at(20, 7),
      },
    ]);
    const [first, , all] = denials;
    expect(first?.versions && satisfies(first.versions, parseVersion('1.82.8'))).toBe(true);
    expect(all && 'versions' in all).toBe(false);
  });
});

describe('values', () => {
  test('know the place at which they stand', () => {
    const policy = policyWith(`licenses:
  allow:
    - mit
    - Apache-2.0 WITH LLVM-exception
  exceptions-are-permissive: true
versions: { min-age: 12h, keep: 3, formats: { sdist: allow } }
rules:
  license: warn
sources:
  pypi: { kind: pypi }
  internal: { kind: pypi, url: https://packages.test/simple/, claims: [Acme.*, acme_tool] }`);
    expect(policy.licenses.place).toEqual(at(5, 3));
    expect(
      policy.licenses.allow.map(({ value, place }) => [formatLicenseExpression(value), place]),
    ).toEqual([
      ['MIT', at(6, 7)],
      ['Apache-2.0 WITH LLVM-exception', at(7, 7)],
    ]);
    expect(policy.licenses.exceptionsArePermissive).toBe(true);
    expect(policy.versions.minAgeMs).toEqual({ value: 12 * 3_600_000, place: at(9, 22) });
    expect(policy.versions.keep).toEqual({ value: 3, place: at(9, 33) });
    expect(policy.versions.formats.sdist).toEqual({ value: 'allow', place: at(9, 54) });
    expect(policy.versions.formats.wheel).toEqual({ value: 'allow', place: at(9, 36) });
    expect(policy.versions.yanked).toEqual({ value: 'deny', place: at(9, 1) });
    expect([...policy.rules]).toEqual([['license', { value: 'warn', place: at(11, 12) }]]);
    expect(policy.sources).toEqual([
      { id: 'pypi', kind: 'pypi', claims: [], hashes: 'required', place: at(13, 3) },
      {
        id: 'internal',
        kind: 'pypi',
        url: 'https://packages.test/simple/',
        claims: [
          { value: 'acme-*', place: at(14, 72) },
          { value: 'acme-tool', place: at(14, 80) },
        ],
        hashes: 'required',
        place: at(14, 3),
      },
    ]);
  });

  test('of exceptions end with their last day in UTC', () => {
    const policy = policyWith(`licenses:
  grants:
    - { expression: LicenseRef-X, packages: [nvidia-*, cuda], reason: r, approver: José, expires: 2027-06-30 }
  clarify:
    - { name: scipy, versions: ">=1.11", expression: BSD-3-Clause AND MIT, reason: read it }
waivers:
  - { rule: license/unknown, name: Foo.Bar, versions: <2, reason: r, approver: a, expires: "2028-02-29" }`);
    expect(policy.licenses.grants).toEqual([
      expect.objectContaining({
        packages: ['nvidia-*', 'cuda'],
        reason: 'r',
        approver: 'José',
        expires: Date.parse('2027-07-01T00:00:00Z'),
        place: at(6, 7),
      }),
    ]);
    expect(policy.licenses.clarify).toEqual([
      expect.objectContaining({ project: 'scipy', reason: 'read it', place: at(8, 7) }),
    ]);
    expect(policy.waivers).toEqual([
      expect.objectContaining({
        rule: 'license/unknown',
        project: 'foo-bar',
        expires: Date.parse('2028-03-01T00:00:00Z'),
        place: at(10, 5),
      }),
    ]);
  });
});
