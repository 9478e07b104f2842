import { joinExpressions, type LicenseExpression } from './expression.ts';

const MAXIMUM_STATEMENTS = 10;
const MAXIMUM_WORLDS = 512;

/**
 * Every expression that several statements may mean together, when each means one of its candidates and the
 * connective is one of `kinds`. Absent: there are too many to look at. No statements mean nothing.
 */
export function combineCandidates(
  statements: readonly (readonly LicenseExpression[])[],
  kinds: readonly ('and' | 'or')[],
): readonly LicenseExpression[] | undefined {
  const [first, ...rest] = statements;
  if (first === undefined) return [];
  if (rest.length === 0) return first;
  if (statements.length > MAXIMUM_STATEMENTS) return undefined;
  const count = statements.reduce((product, { length }) => product * length, kinds.length);
  if (count > MAXIMUM_WORLDS) return undefined;
  return kinds.flatMap((kind) =>
    rest.reduce(
      (worlds, candidates) =>
        worlds.flatMap((world) =>
          candidates.map((candidate) => joinExpressions(kind, [world, candidate])),
        ),
      first,
    ),
  );
}
