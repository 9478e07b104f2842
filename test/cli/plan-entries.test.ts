import { describe, expect, test } from 'vitest';

import type { Judge } from '../../src/cli/entry-candidates.ts';
import { planEntries } from '../../src/cli/plan-entries.ts';
import { sortItems, type Wanted } from '../../src/cli/wanted.ts';
import { findArtifactName } from '../../src/ecosystems/pypi/filenames.ts';
import { parseProjectName } from '../../src/ecosystems/pypi/names.ts';
import { parseRequirement } from '../../src/ecosystems/pypi/requirements.ts';
import { parseSpecifierSet } from '../../src/ecosystems/pypi/specifiers.ts';
import { type ReleaseName, type ReleaseRange, takes } from '../../src/ecosystems/releases.ts';
import type { BroughtProject } from '../../src/mirror/brings-along.ts';
import type { ProjectName } from '../../src/model/subject.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { textWithPackages } from '../policy/policies.ts';

interface Upstream {
  /** Versions of each project, newest first; what stands behind a name is what all of them need. */
  readonly [project: string]: {
    readonly versions: readonly string[];
    readonly needs?: readonly string[];
  };
}

const KEEP = 2;

/**
 * Stands for a mirror: an entry lists the newest two versions of each of its ranges; what it needs and what has no
 * entry comes along in its newest two versions.
 */
function judgeOf(upstream: Upstream): Judge {
  return async (text, wanted) => {
    const policy = loadPolicy({ text, file: 'policy.yaml' });
    const approved = approvedBy(policy, upstream);
    return {
      policy,
      brought: new Map(
        wanted.map(({ project }) => {
          const isRoot = policy.packages.allow.has(project);
          const all = isRoot ? closureOf(upstream, [project]) : [project];
          return [project, all.map((name) => broughtOf(name, approved.get(name)))];
        }),
      ),
      reasons: new Map(wanted.map((one) => [one, `no ${one.project}`])),
      approved: [...approved.keys()],
    };
  };
}

function broughtOf(project: ProjectName, versions: readonly string[] = []): BroughtProject {
  return { project, verdict: versions.length > 0 ? 'approve' : 'deny', versions };
}

function approvedBy(
  policy: Policy,
  upstream: Upstream,
): ReadonlyMap<ProjectName, readonly string[]> {
  const roots = [...policy.packages.allow.values()].map(({ project, ranges }) => {
    const kept = ranges.flatMap(({ value }) => within(upstream, project, value));
    return [project, kept] as const;
  });
  const listed = roots.filter(([, versions]) => versions.length > 0).map(([project]) => project);
  const needed = closureOf(upstream, listed).map(
    (project) => [project, within(upstream, project, parseSpecifierSet(''))] as const,
  );
  return new Map([...needed, ...roots]);
}

function within(upstream: Upstream, project: ProjectName, range: ReleaseRange): readonly string[] {
  const versions = upstream[project]?.versions ?? [];
  return versions.filter((version) => takes(range, wheelOf(project, version))).slice(0, KEEP);
}

function wheelOf(project: ProjectName, version: string): ReleaseName {
  const file = `${project.replaceAll('-', '_')}-${version}-py3-none-any.whl`;
  const name = findArtifactName(file, project);
  if (name === undefined) throw new Error(`not a wheel: ${file}`);
  return name;
}

function closureOf(upstream: Upstream, projects: readonly ProjectName[]): readonly ProjectName[] {
  const needs = projects.flatMap((project) => upstream[project]?.needs ?? []);
  const all = [...new Set([...projects, ...needs.map(parseProjectName)])];
  return all.length === projects.length ? all : closureOf(upstream, all);
}

function wantedOf(...texts: readonly string[]): readonly Wanted[] {
  const items = texts.map((text, index) => ({
    place: `r.txt:${index + 1}`,
    item: { kind: 'requirement' as const, requirement: parseRequirement(text) },
    isConstraint: false,
  }));
  return sortItems(
    items,
    loadPolicy({ text: textWithPackages(' { allow: [] }'), file: 'p' }).targets,
  ).wanted;
}

const UPSTREAM: Upstream = {
  app: { versions: ['3.1', '3.0', '2.2', '2.1', '1.0'], needs: ['lib'] },
  lib: { versions: ['1.9', '1.8', '1.7'], needs: ['leaf'] },
  leaf: { versions: ['2026.2', '2026.1'] },
  pair: { versions: ['1.0'], needs: ['twin'] },
  twin: { versions: ['1.0'], needs: ['pair'] },
  early: { versions: ['0.2', '2.0rc1'] },
};

async function plan(allow: string, ...texts: readonly string[]) {
  const text = textWithPackages(`\n  allow: [${allow}]\n`);
  const { planned, text: after } = await planEntries(text, wantedOf(...texts), judgeOf(UPSTREAM));
  const list = /allow: \[(.*)\]/.exec(after)?.[1]?.replaceAll('"', '');
  return {
    list,
    outcomes: planned.map(({ wanted, outcome, leader, reason }) =>
      [wanted.project, outcome, leader ?? reason].filter(Boolean).join(' '),
    ),
  };
}

describe('what a file asks for becomes the fewest entries', () => {
  test.each([
    ['a range as it is written', '', ['app>=2,<3'], 'app >=2,<3', ['app added']],
    ['no range: up to the next major version', '', ['app'], 'app >=3.1,<4', ['app added']],
    ['a year for a major version: no end', '', ['leaf'], 'leaf >=2026.2', ['leaf added']],
    ['a pin: up to the next major version', '', ['app==3.0'], 'app >=3.0,<4', ['app added']],
    ['a pin that is too old to be listed: itself', '', ['lib==1.7'], 'lib ==1.7', ['lib added']],
    [
      'a pin of what comes along with another: nothing',
      '',
      ['app==3.1', 'lib==1.9', 'leaf==2026.1'],
      'app >=3.1,<4',
      ['app added', 'lib follows app', 'leaf follows app'],
    ],
    [
      'the same in another order',
      '',
      ['leaf==2026.1', 'lib==1.9', 'app==3.1'],
      'app >=3.1,<4',
      ['leaf follows app', 'lib follows app', 'app added'],
    ],
    [
      'pins that need each other: one entry',
      '',
      ['pair==1.0', 'twin==1.0'],
      'twin >=1.0,<2',
      ['pair follows twin', 'twin added'],
    ],
    [
      'a pin that comes along, but is too old for that',
      '',
      ['app==3.1', 'lib==1.7'],
      'app >=3.1,<4, lib ==1.7',
      ['app added', 'lib added'],
    ],
    [
      'a named requirement that comes along as well',
      '',
      ['app>=3', 'lib'],
      'app >=3, lib >=1.9,<2',
      ['app added', 'lib added'],
    ],
    ['extras', '', ['app[fast]'], 'app[fast] >=3.1,<4', ['app added']],
    [
      'nothing for what is approved already',
      'app',
      ['app>=3', 'lib==1.9'],
      'app',
      ['app approved', 'lib approved'],
    ],
    [
      'an extra of what is approved already',
      'app >=3',
      ['app[fast]>=3'],
      'app >=3, app[fast] >=3',
      ['app added'],
    ],
    [
      'an older pin of what has an entry',
      'app >=3',
      ['app==2.1'],
      'app >=3, app >=2.1,<3',
      ['app added'],
    ],
  ])('%s', async (_, allow, texts, list, outcomes) => {
    expect(await plan(allow, ...texts)).toEqual({ list, outcomes });
  });
});

describe('a first entry for what comes along today takes nothing away', () => {
  test.each([
    ['of a pin', 'lib==1.7', 'app, lib, lib ==1.7'],
    ['of a range', 'lib<1.8', 'app, lib, lib <1.8'],
    ['of an extra', 'lib[fast]', 'app, lib[fast]'],
  ])('%s', async (_, text, list) => {
    expect(await plan('app', text)).toEqual({ list, outcomes: ['lib added'] });
  });
});

describe('what cannot be approved is named, and the rest is planned', () => {
  test.each([
    ['what is not there', ['none', 'lib'], 'lib >=1.9,<2', ['none refused no none', 'lib added']],
    [
      'a version that is not there',
      ['app==9.9', 'lib'],
      'lib >=1.9,<2',
      ['app refused no app', 'lib added'],
    ],
    [
      'a pre-release, whose range would not hold it',
      ['early==2.0rc2'],
      '',
      ['early refused no early'],
    ],
    ['all', ['none'], '', ['none refused no none']],
  ])('%s', async (_, texts, list, outcomes) => {
    expect(await plan('', ...texts)).toEqual({ list, outcomes });
  });

  test('what is denied is never asked for', async () => {
    const text = textWithPackages(
      '\n  allow: [b]\n  deny: [{ name: app, reason: no, instead: lib }]\n',
    );
    const { planned, text: after } = await planEntries(text, wantedOf('app'), judgeOf(UPSTREAM));
    expect(planned).toMatchObject([
      { outcome: 'refused', reason: 'app is denied: no; use lib instead' },
    ]);
    expect(after).toBe(text);
  });
});
