import { hasSources } from '../policy/ecosystem.ts';
import type { Policy } from '../policy/policy.ts';
import type { MirrorState, WalkProgress } from './state.ts';

/** How far the mirror is, over all ecosystems that the policy has a source of. */
export interface MirrorStatus {
  readonly policy: Policy;
  /** Of each ecosystem that the policy has a source of, a catalogue is in force. */
  readonly canDecide: boolean;
  /** The walk of the policy in force is done. */
  readonly complete: boolean;
  readonly projects: number;
  readonly approvedArtifacts: number;
  readonly progress: WalkProgress;
  /** The store's head has not been read for this long. */
  readonly headAgeMs: number;
  /** Changes whenever a page or a gate could answer otherwise. */
  readonly generation: number;
}

/** The status of a mirror with these states, of which one at least has sources. */
export function statusOf(states: readonly MirrorState[], headAgeMs: number): MirrorStatus {
  const [first] = states;
  if (first === undefined) throw new Error('a mirror has states');
  const asked = states.filter(({ ecosystem, standard }) => hasSources(standard.policy, ecosystem));
  const parts = asked.flatMap(({ inForce }) => [...(inForce?.catalogue.parts.values() ?? [])]);
  return {
    policy: first.standard.policy,
    canDecide: asked.every(({ inForce }) => inForce !== undefined),
    complete: asked.every(isComplete),
    projects: parts.filter(({ counts }) => counts.approve > 0).length,
    approvedArtifacts: parts.reduce((sum, { counts }) => sum + counts.approve, 0),
    progress: {
      projects: sumOf(asked, ({ projects }) => projects),
      artifacts: sumOf(asked, ({ artifacts }) => artifacts),
      missing: sumOf(asked, ({ missing }) => missing),
      failures: sumOf(asked, ({ failures }) => failures),
      walking: asked.some(({ progress }) => progress.walking),
    },
    headAgeMs,
    generation: states.reduce((sum, { generation }) => sum + generation, 0),
  };
}

function isComplete({ inForce, standard }: MirrorState): boolean {
  const catalogue = inForce?.catalogue;
  return catalogue?.complete === true && catalogue.policy === standard.policy.digest;
}

function sumOf(
  states: readonly MirrorState[],
  countOf: (progress: WalkProgress) => number,
): number {
  return states.reduce((sum, { progress }) => sum + countOf(progress), 0);
}
