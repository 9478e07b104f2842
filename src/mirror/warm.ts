import { isGatehouseError } from '../model/errors.ts';
import type { ArtifactFilename, ProjectName } from '../model/subject.ts';
import { MINUTE_MS } from '../model/time.ts';
import { askGate } from './gate.ts';
import type { OpenParts } from './open.ts';
import { reach } from './reach.ts';
import type { Located } from './state.ts';

/** What became of one artifact that was to be admitted ahead of requests. */
export interface WarmOutcome {
  readonly project: ProjectName;
  readonly filename: ArtifactFilename;
  readonly outcome: 'admitted' | 'present' | 'failed';
  readonly reason?: string;
}

/** A walk from nothing takes minutes, and whoever warms has them. */
const WAIT_MS = 10 * MINUTE_MS;

/** Admits every approved artifact of the projects given, one after another. */
export async function* warm(
  parts: OpenParts,
  projects: readonly ProjectName[],
): AsyncGenerator<WarmOutcome> {
  for (const name of projects) {
    const reached = await reach(parts, name, WAIT_MS);
    if (reached.kind !== 'catalogued') continue;
    const { project } = reached;
    for (const artifact of project.artifacts) {
      const located = { project, artifact };
      if (askGate(parts.state, located).verdict === 'approve')
        yield await admitAhead(parts, located);
    }
  }
}

async function admitAhead(parts: OpenParts, located: Located): Promise<WarmOutcome> {
  const { project, filename } = located.artifact.subject;
  if (located.artifact.admitted) return { project, filename, outcome: 'present' };
  try {
    const flight = await parts.admitter.admit(located);
    await flight.landed;
    return { project, filename, outcome: 'admitted' };
  } catch (error) {
    if (!isGatehouseError(error)) throw error;
    return { project, filename, outcome: 'failed', reason: error.message };
  }
}
