import { parseSpecifierSet, satisfies } from '../../src/ecosystems/pypi/specifiers.ts';
import { isPrerelease, parseVersion } from '../../src/ecosystems/pypi/versions.ts';
import { type FakeIndex, startFakeIndex } from '../fakes/upstream.ts';
import { inParallel } from '../fixtures/in-parallel.ts';
import type { Question, ScenarioArtifact } from '../fixtures/scenario-world.ts';
import { type Client, type Notebook, openNotebook } from './clients.ts';
import { type Resolution, resolve } from './resolve.ts';

const AT_ONCE = 2;

/** An index, resolved directly. */
export interface Oracle extends AsyncDisposable {
  readonly index: FakeIndex;
  /** In the order of the questions. */
  readonly resolutions: readonly Resolution[];
  /** Why the mirror may give another resolution; absent: it must not. */
  findReason(question: Question, through: Resolution): Promise<string | undefined>;
}

/** One question of which the mirror gives another resolution. */
export interface Difference {
  readonly question: Question;
  readonly direct: Resolution;
  readonly through: Resolution;
  /** Absent: there is none, and the mirror is wrong. */
  readonly reason?: string;
}

export interface OraclePlan {
  readonly client: Client;
  readonly questions: readonly Question[];
  readonly artifacts: readonly ScenarioArtifact[];
  /** Artifacts that the index lacks, and the mirror refuses. */
  readonly refused: readonly ScenarioArtifact[];
}

/** Lets a client resolve all questions on an index of these artifacts. */
export async function askOracle(plan: OraclePlan): Promise<Oracle> {
  const { client, questions, artifacts } = plan;
  await using stack = new AsyncDisposableStack();
  const index = stack.use(await startFakeIndex({ artifacts }));
  const wheels = artifacts.filter(({ filename }) => filename.endsWith('.whl'));
  const withoutSdists = stack.use(await startFakeIndex({ artifacts: wheels }));
  const refused = plan.refused.map((artifact) => ({ ...artifact, yanked: 'refused' }));
  const withYanks = stack.use(await startFakeIndex({ artifacts: [...wheels, ...refused] }));
  const notebook = stack.use(await openNotebook(client, index.url));
  const wheelNotebook = stack.use(await openNotebook(client, withoutSdists.url));
  const yankNotebook = stack.use(await openNotebook(client, withYanks.url));
  const resolutions = await resolveAll(notebook, questions);
  const direct = new Map(questions.map((question, place) => [question, resolutions[place]]));
  const kept = stack.move();

  async function findReason(question: Question, through: Resolution): Promise<string | undefined> {
    const versions = direct.get(question)?.versions;
    const taken = artifacts.filter(({ project, version }) => versions?.[project] === version);
    const python = client.name === 'uv' ? question.python : client.pythonVersion;
    if (taken.some(({ requiresPython }) => isAbove(python, requiresPython))) return UPPER_BOUND;
    if (taken.some(({ yanked }) => yanked !== undefined)) {
      return /closure\/unmet/.test(through.said) ? YANKED : undefined;
    }
    if (isSame(await resolve(wheelNotebook, question), through)) return SDIST;
    if (!taken.some(({ version }) => isPrerelease(parseVersion(version)))) return undefined;
    return isSame(await resolve(yankNotebook, question), through) ? PRERELEASE : undefined;
  }

  return {
    index,
    resolutions,
    findReason,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

const UPPER_BOUND = 'uv reads only the lower bounds of Requires-Python; the mirror reads all of it';
const YANKED =
  'of two requirements only one is a pin of a yanked release; the closure looks at each by itself';
const PRERELEASE =
  'pip lets pre-releases in only where no other version is listed, and counts yanked ones; an index that yanks what is refused gives the same';
const SDIST = 'this version approves no sdist; an index without sdists gives the same';

/** Lets a client resolve all questions through the mirror, and gives those that come out otherwise. */
export async function findDifferences(
  through: Notebook,
  oracle: Oracle,
  questions: readonly Question[],
): Promise<readonly Difference[]> {
  const resolutions = await resolveAll(through, questions);
  const differing = questions.flatMap((question, place) => {
    const [direct, other] = [oracle.resolutions[place], resolutions[place]];
    if (direct === undefined || other === undefined) throw new Error('a question has no answer');
    return isSame(direct, other) ? [] : [{ question, direct, through: other }];
  });
  return inParallel(differing, AT_ONCE, async (difference) => {
    const reason = await oracle.findReason(difference.question, difference.through);
    return reason === undefined ? difference : { ...difference, reason };
  });
}

/** Lets a client resolve each question by itself. */
export async function resolveAll(
  notebook: Notebook,
  questions: readonly Question[],
): Promise<readonly Resolution[]> {
  return inParallel(questions, AT_ONCE, (question) => resolve(notebook, question));
}

function isSame(left: Resolution, right: Resolution): boolean {
  return JSON.stringify(left.versions) === JSON.stringify(right.versions);
}

function isAbove(python: string, requiresPython: string | undefined): boolean {
  return (
    requiresPython !== undefined &&
    !satisfies(parseSpecifierSet(requiresPython), parseVersion(`${python}.99`))
  );
}
