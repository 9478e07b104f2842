import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect, test } from 'vitest';

import { parseProjectName } from '../../src/ecosystems/pypi/names.ts';
import { parseSpecifierSet } from '../../src/ecosystems/pypi/specifiers.ts';
import { takes } from '../../src/ecosystems/releases.ts';
import type { PythonTarget } from '../../src/model/target.ts';
import { close } from '../../src/validation/close.ts';
import {
  catalogue,
  type CandidateProjectPlan,
  outcomesOf,
  target,
} from '../fixtures/catalogues.ts';
import { generateCatalogue } from '../fixtures/generated-catalogues.ts';
import { inParallel } from '../fixtures/in-parallel.ts';
import { readScenarios } from '../fixtures/scenarios.ts';
import { findSharedData } from '../fixtures/shared-data.ts';
import { startStaticIndex, type StaticIndex } from '../fixtures/static-index.ts';

const run = promisify(execFile);
const UV = join(import.meta.dirname, '../../.clients/uv/bin/uv');

const LINUX = 'manylinux_2_28_x86_64';
const UV_PLATFORMS: Readonly<Record<string, string>> = {
  [LINUX]: 'x86_64-manylinux_2_28',
  manylinux_2_28_aarch64: 'aarch64-manylinux_2_28',
  win_amd64: 'x86_64-pc-windows-msvc',
};

/** A catalogue and what it is closed for. */
interface Case {
  readonly name: string;
  readonly projects: readonly CandidateProjectPlan[];
  readonly targets: readonly PythonTarget[];
}

/** One release on one target: whether Gatehouse approves it, and whether uv can resolve it. */
interface Answer {
  readonly question: string;
  readonly isApproved: boolean;
  readonly isResolved: boolean;
}

const scenarios = findSharedData('scenarios');

test.skipIf(scenarios === undefined)(
  'what uv resolves in the real scenarios is approved, and what the closure denies uv cannot resolve',
  async () => {
    const cases = readScenarios(scenarios ?? '').map(({ name, projects, python }) => ({
      name,
      projects,
      targets: [target(python, LINUX)],
    }));
    expect(cases).toHaveLength(189);
    const denied = reportDenied('scenarios', await askAll(cases));
    expect(denied.length).toBeGreaterThan(50);
    expect(
      denied.filter(
        ({ isResolved, question }) => isResolved && !question.startsWith(UPPER_BOUND_OF_PYTHON),
      ),
    ).toEqual([]);
  },
);

test('the same holds for generated catalogues', async () => {
  const targets = [
    target('3.11', LINUX),
    target('3.13', 'manylinux_2_28_aarch64'),
    target('3.12', 'win_amd64'),
  ];
  const cases = Array.from({ length: 30 }, (_, seed) => ({
    name: `seed ${seed}`,
    projects: generateCatalogue(seed),
    targets: targets.slice(seed % 3, (seed % 3) + 1),
  }));
  const denied = reportDenied('generated', await askAll(cases));
  expect(denied.length).toBeGreaterThan(50);
  expect(denied.filter(({ isResolved }) => isResolved)).toEqual([]);
});

/**
 * uv reads only the lower bounds of Requires-Python; Gatehouse, as pip, reads all of it. The generated
 * catalogues therefore have no upper bound that a target is above.
 */
const UPPER_BOUND_OF_PYTHON = 'requires_python/python-less-than-current: ';

/** Lists what is closed and does not resolve, because the closure is necessary, not sufficient; gives what is denied. */
function reportDenied(name: string, answers: readonly Answer[]): readonly Answer[] {
  const denied = answers.filter(({ isApproved }) => !isApproved);
  const unresolved = answers.filter(({ isApproved, isResolved }) => isApproved && !isResolved);
  const closed = unresolved.map(({ question }) => `\n  ${question}`).join('');
  console.log(
    `${name}: ${answers.length} questions, ${denied.length} denied, ${unresolved.length} closed but not resolving together${closed}`,
  );
  return denied;
}

async function askAll(cases: readonly Case[]): Promise<readonly Answer[]> {
  await using index = await startStaticIndex();
  const cache = await mkdtemp(join(tmpdir(), 'gatehouse-close-'));
  try {
    const python = await run('python3', ['-c', 'import sys; print(sys.executable)']);
    const uv = { cache, python: python.stdout.trim() };
    const questions = cases.flatMap((one) => questionsOf(index, one));
    return await inParallel(questions, 3, async ({ isApproved, question, ...asked }) => ({
      question,
      isApproved,
      isResolved: await resolves(uv, asked),
    }));
  } finally {
    await rm(cache, { recursive: true });
  }
}

interface Asked {
  readonly requirement: string;
  readonly url: string;
  readonly target: PythonTarget;
}

type Question = Asked & Pick<Answer, 'question' | 'isApproved'>;

/** One for each release of the catalogue on each target, but for those that need nothing and are approved. */
function questionsOf(index: StaticIndex, { name, projects, targets }: Case): readonly Question[] {
  const url = index.add(projects);
  const allow = projects.map((plan) => plan.name);
  const input = catalogue({ allow, projects, targets, keep: 1000 });
  const rows = outcomesOf(input, close(input));

  function isApproved(project: string, pin: string, { id }: PythonTarget): boolean {
    const specifiers = parseSpecifierSet(pin);
    return rows.some(
      ({ candidate, outcome }) =>
        candidate.project === project &&
        takes(specifiers, candidate.name) &&
        outcome.targets.includes(id),
    );
  }

  return projects.flatMap((plan) =>
    Object.entries(plan.releases).flatMap(([version, release]) =>
      targets
        .map((one) => ({
          question: `${name}: ${plan.name}==${version} on ${one.id}`,
          requirement: `${plan.name}==${version}`,
          url,
          target: one,
          isApproved: isApproved(parseProjectName(plan.name), `==${version}`, one),
        }))
        .filter((asked) => !asked.isApproved || (release.needs ?? []).length > 0),
    ),
  );
}

async function resolves(
  uv: { readonly cache: string; readonly python: string },
  { requirement, url, target: { python, platform } }: Asked,
): Promise<boolean> {
  const settings = [
    '--no-config',
    '--no-python-downloads',
    '--cache-dir',
    uv.cache,
    '--python',
    uv.python,
  ];
  const wanted = ['--prerelease', 'allow', '--index-url', url, '-'];
  const on = ['--python-version', python, '--python-platform', UV_PLATFORMS[platform] ?? platform];
  const child = run(UV, ['pip', 'compile', ...settings, ...on, ...wanted]);
  child.child.stdin?.end(`${requirement}\n`);
  try {
    await child;
    return true;
  } catch (error) {
    const text = String(Reflect.get(Object(error), 'stderr'));
    // Anything else is a fault of the test.
    if (!/No solution found|not found in the package registry/.test(text)) throw error;
    return false;
  }
}
