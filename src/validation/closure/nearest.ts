import { compareReleases, namedIn, type ReleaseVersion } from '../../ecosystems/releases.ts';
import type { CloseInput } from './candidate.ts';
import type { Graph, Need } from './graph.ts';
import { type Solution, maskOf } from './solve.ts';

/** Names what a need could have had: `; nearest approved 9.8.0.87`; empty when nothing is approved. */
export function describeNearest(
  { input, graph, solution }: Solved,
  need: Need,
  bit: number,
): string {
  const approved = (input.projects.get(need.name)?.candidates ?? [])
    .filter((candidate) => {
      const node = graph.bases.get(candidate);
      return node !== undefined && (maskOf(solution.left, node) & bit) !== 0;
    })
    .map(({ name }) => name.version);
  const nearest = findNearest(approved, wantedVersion(need));
  return nearest === undefined ? '' : `; nearest approved ${nearest.text}`;
}

interface Solved {
  readonly input: CloseInput;
  readonly graph: Graph;
  readonly solution: Solution;
}

/** The newest that is not above the wanted version, else the oldest above it. */
function findNearest(
  newestFirst: readonly ReleaseVersion[],
  wanted: ReleaseVersion | undefined,
): ReleaseVersion | undefined {
  if (wanted === undefined) return newestFirst[0];
  return newestFirst.find((version) => compareReleases(version, wanted) <= 0) ?? newestFirst.at(-1);
}

/** The newest version that would do, else one that the requirement names. */
function wantedVersion({ matching, specifiers }: Need): ReleaseVersion | undefined {
  const [newest] = matching;
  if (newest !== undefined) return newest.version;
  return namedIn(specifiers);
}
