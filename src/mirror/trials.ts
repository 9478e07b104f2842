import { readTrial } from '../store/trials.ts';
import type { KnownArtifact } from './knowledge.ts';
import { announce, type MirrorState } from './state.ts';

/** Loads what a trial saw, where the policy wants trials; it may have been made while this process ran. */
export async function loadTrial(state: MirrorState, artifact: KnownArtifact): Promise<void> {
  const isWanted = state.standard.policy.content['install-probe'].value !== 'allow';
  if (!isWanted || artifact.trial !== undefined) return;
  const fact = await readTrial(state.store, artifact.subject.sha256);
  if (fact === undefined) return;
  artifact.trial = fact;
  if (artifact.evidence !== undefined) announce(state);
}
