import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { inParallel } from '../fixtures/in-parallel.ts';
import {
  buildScenarioWorld,
  type Question,
  type ScenarioArtifact,
  type ScenarioWorld,
} from '../fixtures/scenario-world.ts';
import { readScenarios } from '../fixtures/scenarios.ts';
import { findSharedData } from '../fixtures/shared-data.ts';
import { type Client, findClient, openNotebook } from './clients.ts';
import { expectWithin } from './expectations.ts';
import {
  askOracle,
  type Difference,
  findDifferences,
  type Oracle,
  resolveAll,
} from './scenario-comparison.ts';
import { chooseRefused, isOfRefused, type Refused } from './scenario-refusals.ts';
import { type Service, startService } from './service.ts';

const REASON = 'taken out by lot';
const scenarios = findSharedData('scenarios');

/** Registers the tests that compare what a client resolves directly and through the mirror, in all scenarios. */
export function compareScenarios(name: Client['name'], timeoutMs: number): void {
  describe.skipIf(scenarios === undefined)(`${name} in the real scenarios`, () => {
    let client: Client;
    let world: ScenarioWorld;
    let oracle: Oracle;
    let differences: readonly Difference[];
    let service: Service;

    beforeAll(async () => {
      const found = findClient(name);
      if (found === undefined) throw new Error(`this machine cannot run ${name}`);
      client = found;
      world = buildScenarioWorld(readScenarios(scenarios ?? ''));
      oracle = await askOracle({ ...world, client, refused: [] });
      service = await startService({ upstream: oracle.index.url, policy: policyOf([]) });
      await using notebook = await openNotebook(client, service.indexUrl);
      differences = await findDifferences(notebook, oracle, world.questions);
    }, timeoutMs);

    afterAll(async () => {
      await service?.[Symbol.asyncDispose]();
      await oracle?.[Symbol.asyncDispose]();
    });

    function policyOf(denied: readonly Refused[]): string {
      const { questions, projects } = world;
      const pythons = new Set([client.pythonVersion, ...questions.map(({ python }) => python)]);
      return policyThatAllows(projects, [...pythons], denied);
    }

    test('a policy that allows everything changes no resolution without a reason', () => {
      expect(world.questions).toHaveLength(189);
      // Else the questions would ask for nothing.
      const solved = oracle.resolutions.filter(({ versions }) => versions !== undefined);
      expect(solved.length).toBeGreaterThan(100);
      expectReasons(differences);
    });

    test(
      'a policy that denies one version of each solution says so, and changes nothing else',
      { timeout: timeoutMs },
      async () => {
        const otherwise = new Set(differences.map(({ question }) => question));
        const refused = chooseRefused(world.questions, oracle.resolutions).filter(
          ({ question }) => !otherwise.has(question),
        );
        const before = await approvedOf(service, world.projects);
        await service.writePolicy(policyOf(refused));
        await expectWithin(10_000, async () => (await codesOf(service, refused[0])).length > 0);
        await service.walked();
        await using notebook = await openNotebook(client, service.indexUrl);
        const pins = await resolveAll(
          notebook,
          refused.map((one) => pinOf(world, one)),
        );
        const unseen = refused.flatMap((one, place) => {
          const said = pins[place]?.said ?? '';
          return saysWhy(said, service, one) ? [] : [`${one.project}: ${said}`];
        });
        expect(unseen).toEqual([]);

        function isRefused(artifact: ScenarioArtifact): boolean {
          return isOfRefused(refused, artifact);
        }
        await using without = await askOracle({
          client,
          questions: world.questions,
          artifacts: world.artifacts.filter((artifact) => !isRefused(artifact)),
          refused: world.artifacts.filter(isRefused),
        });
        expectReasons(await findDifferences(notebook, without, world.questions));

        const after = await approvedOf(service, world.projects);
        expect([...after].filter((label) => !before.has(label))).toEqual([]);
        const lost = world.artifacts.filter(
          (artifact) => before.has(artifact.filename) && !after.has(artifact.filename),
        );
        const followers = lost.filter((artifact) => !isRefused(artifact));
        console.log(`${refused.length} refused, and with them ${followers.length} that need them`);
        await using direct = await openNotebook(client, without.index.url);
        const followed = await resolveAll(
          direct,
          followers.map((one) => pinOf(world, one)),
        );
        expect(followed.filter(({ versions }) => versions !== undefined)).toEqual([]);
      },
    );
  });
}

/** Fails for a difference without a reason, and lists the others. */
function expectReasons(differences: readonly Difference[]): void {
  const rows = differences.map(
    ({ question, direct, through, reason }) =>
      `\n  ${question.scenario}: ${reason ?? 'NO REASON'}\n    direct: ${shown(direct.versions)}\n    through: ${shown(through.versions)}`,
  );
  console.log(`${differences.length} scenarios come out otherwise${rows.join('')}`);
  expect(
    differences
      .filter(({ reason }) => reason === undefined)
      .map(({ question: { scenario }, direct, through }) => ({ scenario, direct, through })),
  ).toEqual([]);
}

function shown(versions: Readonly<Record<string, string>> | undefined): string {
  return versions === undefined ? 'no solution' : JSON.stringify(versions);
}

function policyThatAllows(
  projects: readonly string[],
  pythons: readonly string[],
  denied: readonly Refused[],
): string {
  return `version: 1
sources: { pypi: { kind: pypi } }
targets:
  python: [${pythons.map((python) => `"${python}"`).join(', ')}]
  platforms: [manylinux_2_28_x86_64]
packages:
  allow:
${projects.map((project) => `    - ${project}\n`).join('')}  deny:
${denied.map(({ project, version }) => `    - { name: ${project}, versions: "==${version}", reason: ${REASON} }\n`).join('')}licenses: { allow: [MIT] }
versions:
  min-age: 0d
  keep: 1000
  prereleases: allow
  yanked: allow
  formats: { wheel: allow, sdist: allow }
dependencies: { closure: follow, direct-urls: allow }
`.replace('deny:\nlicenses', 'deny: []\nlicenses');
}

/** Asks for one release as its scenario would. */
function pinOf(
  { questions }: ScenarioWorld,
  { project, version }: Pick<ScenarioArtifact, 'project' | 'version'>,
): Question {
  const question = questions.find(({ prefix }) => project.startsWith(prefix));
  if (question === undefined) throw new Error(`${project} is of no scenario`);
  return { ...question, requires: [`${project}==${version}`] };
}

/** A long sentence is cut in the middle, but never its beginning and its end. */
function saysWhy(said: string, service: Service, one: Refused): boolean {
  return (
    said.includes(`${one.project} ${one.version} is denied: ${REASON.slice(0, 5)}`) &&
    said.includes(`(package/denied); see ${whyUrl(service, one)}`)
  );
}

function whyUrl({ url }: Service, { project, version }: Refused): string {
  return `${url}/why/pypi/${project}/${encodeURIComponent(version)}`;
}

/** Codes of the refusal of one release. */
async function codesOf(service: Service, one: Refused | undefined): Promise<readonly string[]> {
  if (one === undefined) throw new Error('nothing is refused');
  const why = await fetch(whyUrl(service, one), { headers: { accept: 'application/json' } });
  return (await why.text()).match(/package\/denied/g) ?? [];
}

/** Names of all approved artifacts: only they have their metadata on the page. */
async function approvedOf(
  service: Service,
  projects: readonly string[],
): Promise<ReadonlySet<string>> {
  const pages = await inParallel(projects, 4, async (project) => {
    const page = await fetch(`${service.indexUrl}${project}/`, {
      headers: { accept: 'text/html' },
    });
    return page.text();
  });
  const anchors = pages.flatMap((page) => page.split('\n'));
  return new Set(
    anchors.flatMap((line) => /data-core-metadata=.*>([^<>]+)<\/a>/.exec(line)?.[1] ?? []),
  );
}
