import { parseSpecifierSet, satisfies } from '../../src/ecosystems/pypi/specifiers.ts';
import { parseVersion } from '../../src/ecosystems/pypi/versions.ts';
import type { Question, ScenarioArtifact } from '../fixtures/scenario-world.ts';
import type { Resolution } from './resolve.ts';

/** One release that a second policy refuses. */
export interface Refused {
  readonly question: Question;
  readonly project: string;
  readonly version: string;
}

/** Of each solution one release, at random but always the same. */
export function chooseRefused(
  questions: readonly Question[],
  resolutions: readonly Resolution[],
): readonly Refused[] {
  const random = randomFrom(SEED);
  return questions.flatMap((question, place) => {
    const releases = Object.entries(resolutions[place]?.versions ?? {});
    const [project, version] = releases[Math.floor(random() * releases.length)] ?? [];
    return project === undefined || version === undefined ? [] : [{ question, project, version }];
  });
}

/** Whether an artifact is of a refused release. `==1.0` is also `1.0+local`, for the policy as for clients. */
export function isOfRefused(
  refused: readonly Refused[],
  { project, version }: Pick<ScenarioArtifact, 'project' | 'version'>,
): boolean {
  return refused.some(
    (one) =>
      one.project === project &&
      satisfies(parseSpecifierSet(`==${one.version}`), parseVersion(version)),
  );
}

const SEED = 20_261_125;

/** mulberry32, good enough to choose with. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
