import { constantFrom, sample, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';

import { findArtifactName, isArtifactFilename } from '../../../src/ecosystems/pypi/filenames.ts';
import { findProjectName, parseProjectName } from '../../../src/ecosystems/pypi/names.ts';
import { compatibleTags } from '../../../src/ecosystems/pypi/tags.ts';
import { askPython } from './pages-oracle.ts';

describe('file names are read as packaging reads them', () => {
  const NAMES = [
    'foo',
    'Foo',
    'foo_bar',
    'foo.bar',
    'foo__bar',
    '_foo',
    'foo-bar',
    'foo-2',
    'f',
    '',
    'fóo',
    'foo.',
  ];
  const VERSIONS = [
    '1.0',
    '1.0.0',
    '2!1',
    '1.0+cpu.1',
    '1.0_1',
    '1.0.post1',
    '1.0-1',
    '1.0RC1',
    'v1',
    '2004d',
    '1.0.dev',
    '',
    '01.2',
  ];
  const tags = constantFrom(
    'py3',
    'py2.py3',
    'cp312',
    'none',
    'any',
    'abi3',
    'Any',
    'py3.',
    '3',
    '',
    'manylinux1_x86_64.linux_x86_64',
    'py3.py3',
    'cp3-12',
  );
  const builds = constantFrom('', '-1', '-1a', '-a', '-', '-1_x', '-1.2');

  test('of 20,000 wheels', () => {
    const wheels = tuple(
      constantFrom(...NAMES),
      constantFrom(...VERSIONS),
      builds,
      tags,
      tags,
      tags,
      constantFrom('.whl', '.whl', '.whl', '.WHL', '.zip'),
    ).map(
      ([name, version, build, python, abi, platform, extension]) =>
        `${name}-${version}${build}-${python}-${abi}-${platform}${extension}`,
    );
    const known = ['foo-1.0-py3-none-any.whl', 'Foo-1.0-1a-py2.py3-none-any.whl'];
    const differences = compareNames('wheel', [
      ...known,
      ...sample(wheels, { numRuns: 20_000, seed: 1 }),
    ]);
    expect(differences).toEqual([]);
  });

  test('of every combination for sdists', () => {
    const sdists = NAMES.flatMap((name) =>
      VERSIONS.flatMap((version) =>
        ['.tar.gz', '.zip', '.tar.bz2', ''].map((extension) => `${name}-${version}${extension}`),
      ),
    );
    expect(compareNames('sdist', sdists)).toEqual([]);
  });
});

interface NameAnswer {
  readonly project: string;
  readonly version: string;
  readonly hasBuild?: boolean;
  readonly tags?: readonly string[];
}

function compareNames(kind: 'wheel' | 'sdist', filenames: readonly string[]) {
  const unique = [...new Set(filenames)];
  const answers = askPython(
    unique.map((filename) => [kind, filename]),
  ) as readonly (NameAnswer | null)[];
  const theirs = answers.map((answer, index) => readable(unique[index] ?? '', answer));
  expect(theirs.filter((answer) => answer !== undefined).length).toBeGreaterThan(20);
  return unique.flatMap((filename, index) => {
    const ours = ourName(kind, filename, theirs[index]?.project);
    return JSON.stringify(ours) === JSON.stringify(theirs[index])
      ? []
      : [{ filename, ours, theirs: theirs[index] }];
  });
}

// The differences: packaging also reads file names beyond ASCII and names of projects that cannot be.
function readable(filename: string, answer: NameAnswer | null): NameAnswer | undefined {
  if (answer === null || !isArtifactFilename(filename)) return undefined;
  return findProjectName(answer.project) === answer.project ? answer : undefined;
}

// What packaging refuses is asked for as the project that it seems to be of.
function ourName(
  kind: 'wheel' | 'sdist',
  filename: string,
  project = filename.slice(0, kind === 'wheel' ? filename.indexOf('-') : filename.lastIndexOf('-')),
): NameAnswer | undefined {
  const name = findArtifactName(filename, findProjectName(project) ?? parseProjectName('foo'));
  if (name?.kind !== kind) return undefined;
  const { version } = name;
  return name.kind === 'wheel'
    ? {
        project: name.project,
        version: version.text,
        hasBuild: name.build !== undefined,
        tags: name.tags.toSorted(),
      }
    : { project: name.project, version: version.text };
}

test('a target takes the tags that packaging gives it', () => {
  const targets = [
    [12, 'manylinux_2_28_x86_64', 'manylinux', 2, 28, 'x86_64'],
    [11, 'manylinux_2_17_x86_64', 'manylinux', 2, 17, 'x86_64'],
    [9, 'manylinux2014_x86_64', 'manylinux', 2, 17, 'x86_64'],
    [13, 'manylinux2010_i686', 'manylinux', 2, 12, 'i686'],
    [13, 'manylinux1_x86_64', 'manylinux', 2, 5, 'x86_64'],
    [14, 'manylinux_2_39_aarch64', 'manylinux', 2, 39, 'aarch64'],
    [12, 'manylinux_2_31_ppc64le', 'manylinux', 2, 31, 'ppc64le'],
    [12, 'musllinux_1_2_x86_64', 'musllinux', 1, 2, 'x86_64'],
    [12, 'musllinux_1_1_aarch64', 'musllinux', 1, 1, 'aarch64'],
    [12, 'macosx_14_0_arm64', 'macosx', 14, 0, 'arm64'],
    [12, 'macosx_11_0_arm64', 'macosx', 11, 0, 'arm64'],
    [13, 'macosx_26_0_x86_64', 'macosx', 26, 0, 'x86_64'],
    [8, 'macosx_10_15_x86_64', 'macosx', 10, 15, 'x86_64'],
    [8, 'macosx_10_9_x86_64', 'macosx', 10, 9, 'x86_64'],
    [14, 'win_amd64', 'win_amd64'],
    [11, 'win_arm64', 'win_arm64'],
    [12, 'linux_x86_64', 'linux_x86_64'],
  ] as const;
  const answers = askPython(
    targets.map(([minor, , ...platform]) => ['compatible', minor, ...platform]),
  );
  for (const [index, [minor, platform]] of targets.entries()) {
    const id = `3.${minor}/${platform}`;
    const tags = compatibleTags({ id, python: `3.${minor}`, platform });
    expect([id, [...tags].toSorted()]).toEqual([id, answers[index]]);
  }
});
