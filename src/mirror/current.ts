import type { Evidence } from '../model/evidence.ts';
import type { Subject } from '../model/subject.ts';
import { readEvidence } from '../store/facts.ts';
import { type KnownArtifact, findArtifact, subjectKey } from './knowledge.ts';
import { type Located, type MirrorState, announce } from './state.ts';
import { learnNames } from './taken-names.ts';

/**
 * A located artifact as it is known now: a flight or a stream outlives the records that it began with, and upstream may
 * have yanked it meanwhile.
 */
export function currentOf(state: MirrorState, located: Located): Located {
  const { subject } = located.artifact;
  const project = state.projects.get(subject.project);
  const artifact = findKnown(state, subject);
  return project === undefined || artifact === undefined ? located : { project, artifact };
}

/** The artifact of a subject, wherever the process knows it; absent: it does not. */
export function findKnown(state: MirrorState, subject: Subject): KnownArtifact | undefined {
  const project = state.projects.get(subject.project);
  const artifact = project && findArtifact(project, subject);
  return artifact?.subject.source === subject.source ? artifact : undefined;
}

/** From now on the artifact is judged by what its bytes contain. */
export function learnEvidence(state: MirrorState, subject: Subject, evidence: Evidence): void {
  const artifact = findKnown(state, subject);
  if (artifact !== undefined) artifact.evidence = evidence;
  if (state.admitted.has(subjectKey(subject))) learnNames(state, subject, evidence);
  announce(state);
}

/**
 * The ledger has the artifact's admission. Where the bytes contain what was listed, or a channel lists its own record, no page changes and nobody is
 * woken; the next seal, which is in no hurry, sees that the version stays.
 */
export function learnAdmission(
  state: MirrorState,
  subject: Subject,
  evidence: Evidence | undefined,
): void {
  state.admitted.add(subjectKey(subject));
  const artifact = findKnown(state, subject);
  learnNames(state, subject, evidence ?? artifact?.evidence);
  if (artifact === undefined) return;
  artifact.admitted = true;
  if (evidence === undefined) return;
  artifact.evidence = evidence;
  const isConfirmed =
    evidence.kind === 'conda' ||
    (evidence.kind !== 'refused' && artifact.provisional?.sha256 === evidence.metadata.sha256);
  if (!isConfirmed) announce(state);
}

/** Takes over what became of an artifact, here or in another process: its evidence is in the store. */
export async function takeOutcome(
  state: MirrorState,
  { kind, subject }: { readonly kind: 'admission' | 'refusal'; readonly subject: Subject },
): Promise<void> {
  const known = findKnown(state, subject)?.evidence;
  const stored = known === undefined ? await readEvidence(state.store, subject.sha256) : undefined;
  if (kind === 'admission' && !state.admitted.has(subjectKey(subject))) {
    learnAdmission(state, subject, stored?.evidence);
  } else if (stored !== undefined) learnEvidence(state, subject, stored.evidence);
}
