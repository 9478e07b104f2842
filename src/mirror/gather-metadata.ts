import { parseCoreMetadata } from '../ecosystems/pypi/core-metadata.ts';
import { readLicense } from '../ecosystems/spdx/worlds.ts';
import type { LicenseText } from '../model/contents.ts';
import { GatehouseError, isGatehouseError } from '../model/errors.ts';
import { EXTRACTOR, type MetadataFact } from '../model/evidence.ts';
import type { ArtifactRecord } from '../model/record.ts';
import { verifiesAttestations } from '../policy/select.ts';
import { sha256Of } from '../store/blobs.ts';
import {
  type Provisional,
  readEvidence,
  readProvisional,
  saveProvisional,
} from '../store/facts.ts';
import { coalesce } from '../upstream/coalesce.ts';
import type { Priority } from '../upstream/limiter.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { readProvisionalTexts, readProvisionalWheel } from '../validation/evidence/provisional.ts';
import type { GathererParts } from './gather.ts';
import { type KnownArtifact, subjectKey } from './knowledge.ts';
import { fetchProvenance, lacksProvenance, loadProvenance } from './provenance.ts';
import { upstreamOf } from './sources.ts';
import { announce, type MirrorState } from './state.ts';
import { loadTrial } from './trials.ts';

/** Loads what the store knows of an artifact, without asking upstream. */
export async function loadFacts(state: MirrorState, artifact: KnownArtifact): Promise<void> {
  await loadProvenance(state, artifact);
  await loadTrial(state, artifact);
  if (artifact.evidence !== undefined) return;
  const { source, sha256 } = artifact.subject;
  const stored = await readEvidence(state.store, sha256);
  // What an older program found may lack what rules ask for: of what is not admitted, it is as if nobody had looked.
  const isUsable =
    stored !== undefined && (artifact.admitted || stored.evidence.extractor >= EXTRACTOR);
  if (isUsable) artifact.evidence = stored.evidence;
  if (artifact.provisional !== undefined) {
    // Another process saw the bytes: what rested on provisional metadata may be decided otherwise now.
    if (isUsable) announce(state);
    return;
  }
  const provisional = await readProvisional(state.store, { source, sha256 });
  if (provisional !== undefined) artifact.provisional = factOf(provisional);
}

interface Wanted {
  readonly artifact: KnownArtifact;
  readonly priority: Priority;
}

/** Makes an artifact's metadata known, or its absence (`metadataFailure`); flights are shared. */
export function createMetadataGatherer(
  state: MirrorState,
  { limiter, admitter }: GathererParts,
): (wanted: Wanted) => Promise<void> {
  async function gather({ artifact, priority }: Wanted): Promise<void> {
    // Whoever asks where the metadata are known asks for the licence texts.
    const isForTexts = artifact.provisional !== undefined;
    await loadFacts(state, artifact);
    if (isKnown(artifact) && !(isForTexts && lacksTexts(artifact)) && !isWaiting(artifact)) return;
    try {
      await limiter.run(() => learn(artifact), { priority, signal: state.ending });
      delete artifact.metadataFailure;
    } catch (error) {
      if (!isGatehouseError(error)) throw error;
      artifact.metadataFailure = { since: state.clock(), reason: error.message };
      const { filename } = artifact.subject;
      state.log.warn({ filename, code: error.code, reason: error.message }, 'metadata not had');
    }
  }

  async function learn(artifact: KnownArtifact): Promise<void> {
    if (!isKnown(artifact)) await learnMetadata(artifact);
    else if (lacksTexts(artifact)) await learnTexts(artifact);
    if (!isWaiting(artifact)) return;
    await fetchProvenance(state, artifact);
    announce(state);
  }

  function isWaiting(artifact: KnownArtifact): boolean {
    const { project } = artifact.subject;
    return lacksProvenance(artifact) && verifiesAttestations(state.standard.policy, project);
  }

  async function learnMetadata(artifact: KnownArtifact): Promise<void> {
    try {
      const provisional = await askUpstream(state, artifact);
      artifact.provisional = factOf(provisional);
      await saveProvisional(state.store, artifact.subject, provisional);
    } catch (error) {
      if (!isGatehouseError(error) || error.data['ranges'] !== false) throw error;
      artifact.evidence = await admitter.examine(artifact);
    }
  }

  /** The metadata are known, and only the licence texts could settle what they leave open. */
  async function learnTexts(artifact: KnownArtifact): Promise<void> {
    const fact = artifact.provisional;
    if (fact === undefined) return;
    try {
      const licenseTexts = await askForTexts(state, artifact);
      artifact.provisional = { ...fact, licenseTexts };
      const stored = await readProvisional(state.store, artifact.subject);
      if (stored === undefined) return;
      await saveProvisional(state.store, artifact.subject, { ...stored, licenseTexts });
    } catch (error) {
      if (!isGatehouseError(error) || error.data['ranges'] !== false) throw error;
      artifact.evidence = await admitter.examine(artifact);
    }
  }

  return coalesce(
    gather,
    ({ artifact, priority }) => `${priority} ${subjectKey(artifact.subject)}`,
  );
}

function isKnown({ provisional, evidence }: KnownArtifact): boolean {
  return provisional !== undefined || evidence !== undefined;
}

function lacksTexts({ provisional, evidence }: KnownArtifact): boolean {
  return evidence === undefined && provisional?.licenseTexts === undefined;
}

async function askUpstream(state: MirrorState, artifact: KnownArtifact): Promise<Provisional> {
  const { record, name, subject } = artifact;
  const upstream = await upstreamOf(state, subject.source);
  const sidecar = record.sidecar && (await askForSidecar(state, { upstream, record }));
  if (sidecar !== undefined) return { origin: 'sidecar', metadata: sidecar };
  if (name.kind === 'sdist') {
    // A place in compressed bytes cannot be asked for: the whole file is examined.
    throw new GatehouseError('upstream-refused', 'a source distribution cannot be read by ranges', {
      data: { ranges: false },
    });
  }
  const access = await upstream.openRanges(record, { signal: state.ending });
  return { origin: 'ranges', ...(await readProvisionalWheel(access, leavesLicenseOpen)) };
}

/** No further request is needed for the texts here, so they are read whatever the policy allows. */
function leavesLicenseOpen(metadata: Uint8Array): boolean {
  const reading = readLicense(parseCoreMetadata(metadata));
  return reading.kind !== 'worlds' || reading.worlds.length > 1;
}

/** Texts that lie too far from each other for a few requests are as good as none: only the whole file has them. */
async function askForTexts(
  state: MirrorState,
  { record, subject }: KnownArtifact,
): Promise<readonly LicenseText[]> {
  const upstream = await upstreamOf(state, subject.source);
  const access = await upstream.openRanges(record, { signal: state.ending });
  return (await readProvisionalTexts(access)) ?? [];
}

/** A sidecar that upstream lists and then refuses is as good as none: the wheel has the same file. */
async function askForSidecar(
  { ending }: MirrorState,
  { upstream, record }: { readonly upstream: Upstream; readonly record: ArtifactRecord },
): Promise<Uint8Array | undefined> {
  try {
    return await upstream.fetchSidecar(record, { signal: ending });
  } catch (error) {
    if (isGatehouseError(error, 'upstream-refused')) return undefined;
    throw error;
  }
}

function factOf({ origin, metadata, licenseTexts }: Provisional): MetadataFact {
  return {
    origin,
    sha256: sha256Of(metadata),
    metadata: parseCoreMetadata(metadata),
    ...(licenseTexts === undefined ? {} : { licenseTexts }),
  };
}
