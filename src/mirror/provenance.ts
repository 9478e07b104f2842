import { compareReleases } from '../ecosystems/releases.ts';
import { GatehouseError, isGatehouseError } from '../model/errors.ts';
import type { Sha256 } from '../model/sha256.ts';
import { verifiesAttestations } from '../policy/select.ts';
import { findBlob, putBlob, sha256Of } from '../store/blobs.ts';
import { readProvenance, saveProvenance } from '../store/provenance.ts';
import { verifyProvenance } from '../validation/provenance/verify.ts';
import type { History } from '../validation/rules/rule.ts';
import { currentOf } from './current.ts';
import type { KnownArtifact, KnownProject, KnownProvenance } from './knowledge.ts';
import { upstreamOf } from './sources.ts';
import type { Located, MirrorState } from './state.ts';

/**
 * Makes known all that an admission is judged by: the provenance that upstream offers of the artifact, and of what was
 * admitted of its project before. Throws `upstream-unavailable`.
 */
export async function gatherProvenance(state: MirrorState, located: Located): Promise<void> {
  const { project, artifact } = currentOf(state, located);
  if (!verifiesAttestations(state.standard.policy, project.project)) return;
  for (const other of project.artifacts) {
    if (other.admitted) await loadProvenance(state, other);
  }
  try {
    await fetchProvenance(state, artifact);
  } catch (error) {
    if (!isGatehouseError(error) || error.code === 'upstream-unavailable') throw error;
    // Its contents are judged without, which refuses; it is asked for again as metadata would be.
    artifact.metadataFailure = { since: state.clock(), reason: error.message };
    const { filename } = artifact.subject;
    state.log.warn({ filename, code: error.code, reason: error.message }, 'attestations not had');
  }
}

/** Loads what the store knows, without asking upstream. */
export async function loadProvenance(state: MirrorState, artifact: KnownArtifact): Promise<void> {
  const { admitted, record } = artifact;
  // Of what was admitted it counts, though upstream may not offer it any more.
  const mayHaveOne = admitted || record.provenance !== undefined;
  if (artifact.provenance !== undefined || !mayHaveOne) return;
  const stored = await readProvenance(state.store, artifact.subject);
  if (stored === undefined) return;
  if (stored.roots === state.trust.digest) {
    artifact.provenance = { content: stored.content, fact: stored.fact };
    return;
  }
  const bytes = await findBlob(state.store, stored.content);
  if (bytes !== undefined) artifact.provenance = await examine(state, artifact, bytes);
}

/** Asks upstream for what is offered and not known, and keeps what is verified. Throws as upstream does. */
export async function fetchProvenance(state: MirrorState, artifact: KnownArtifact): Promise<void> {
  await loadProvenance(state, artifact);
  const { record, subject } = artifact;
  if (artifact.provenance !== undefined || record.provenance === undefined) return;
  const upstream = await upstreamOf(state, subject.source);
  const bytes = await upstream.fetchProvenance(record, { signal: state.ending });
  if (bytes === undefined) {
    const message = `upstream does not have the attestations of ${subject.filename} that it lists`;
    throw new GatehouseError('upstream-not-found', message);
  }
  artifact.provenance = await examine(state, artifact, bytes);
}

async function examine(
  state: MirrorState,
  { subject }: KnownArtifact,
  bytes: Uint8Array,
): Promise<KnownProvenance> {
  const fact = verifyProvenance(bytes, subject, state.trust);
  if (fact.kind === 'refused') return { fact, content: sha256Of(bytes) };
  const content = await putBlob(state.store, bytes, 'synced');
  const { source, sha256, filename } = subject;
  const roots = state.trust.digest;
  await saveProvenance(state.store, { source, sha256, filename, content, roots, fact });
  return { fact, content };
}

/** Whether judging the artifact by its contents would have to wait for its provenance. */
export function lacksProvenance({
  admitted,
  evidence,
  provenance,
  record,
}: KnownArtifact): boolean {
  return (
    !admitted &&
    evidence !== undefined &&
    record.provenance !== undefined &&
    provenance === undefined
  );
}

/** The newest other admitted artifact of the project, no newer than this, whose provenance is verified. */
export function findPublished(
  project: KnownProject,
  artifact: KnownArtifact,
): KnownArtifact | undefined {
  return project.artifacts.find(
    (other) =>
      other.admitted &&
      other !== artifact &&
      other.subject.filename !== artifact.subject.filename &&
      other.provenance?.fact.kind === 'verified' &&
      compareReleases(other.name.version, artifact.name.version) <= 0,
  );
}

/** What the rules are told of it. */
export function publishedBy(found: KnownArtifact | undefined): Pick<History, 'published'> {
  const fact = found?.provenance?.fact;
  if (found === undefined || fact?.kind !== 'verified') return {};
  const publishers = [...new Set(fact.attestations.map(({ publisher }) => publisher.id))];
  return { published: { version: found.name.version.text, publishers } };
}

/** Digest of the provenance object that goes with an artifact: verified, and looked at in its admission. */
export function servedProvenance({ admitted, provenance }: KnownArtifact): Sha256 | undefined {
  return admitted && provenance?.fact.kind === 'verified' ? provenance.content : undefined;
}
