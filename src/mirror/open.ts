import type { Finding } from '../model/decision.ts';
import type { Sha256 } from '../model/sha256.ts';
import type { Ecosystem, ProjectName, SourceId } from '../model/subject.ts';
import type { Instant } from '../model/time.ts';
import { readBlob } from '../store/blobs.ts';
import type { ByteRange } from '../store/object-store.ts';
import type { Admitter } from './admit.ts';
import { askGate } from './gate.ts';
import { type KeptRefusals, momentOf } from './kept-refusals.ts';
import {
  type KnownArtifact,
  type KnownProject,
  findArtifact,
  findNamed,
  metadataOf,
} from './knowledge.ts';
import type { Lookup } from './lookup.ts';
import { servedProvenance } from './provenance.ts';
import { type ReachParts, reach } from './reach.ts';
import { type Body, openBytes } from './serve-bytes.ts';
import type { Located, MirrorState } from './state.ts';
import { tombstone, wholeRefusal } from './view.ts';

export type { Body } from './serve-bytes.ts';

/** Which file a URL names. */
export interface Wanted {
  readonly project: ProjectName;
  /** Absent: the address does not say, so that the record does. */
  readonly sha256?: Sha256;
  readonly filename: string;
  /** Absent: whichever the project comes from. */
  readonly source?: SourceId;
}

/** What is refused, for a message. While nothing changes it is one object for one file. */
export interface Refused {
  readonly kind: 'refused';
  readonly ecosystem: Ecosystem;
  readonly project: ProjectName;
  readonly version?: string;
  readonly findings: readonly Finding[];
  /** The next instant at which it can change by time alone. */
  readonly until?: Instant;
}

/** The answer to a question about a file. */
export type Opened =
  | Refused
  /** Nothing of this name is known. */
  | { readonly kind: 'absent' }
  /** The answer is not known yet. */
  | { readonly kind: 'waiting' }
  /** Admitted, or approved with its size known and its bytes still away. */
  | {
      readonly kind: 'approved';
      /** Absent: the one that was asked for. */
      readonly sha256?: Sha256;
      readonly sizeBytes: number | undefined;
      readonly uploadTime?: string;
      bytes(range?: ByteRange): Promise<Body>;
    };

/** The answer to a question about a METADATA file. */
export type OpenedMetadata =
  | Refused
  | { readonly kind: 'absent' | 'waiting' }
  | { readonly kind: 'metadata'; readonly content: Uint8Array; readonly sha256: Sha256 };

/** The answer to a question about the attestations of an artifact. */
export type OpenedProvenance =
  | Refused
  | { readonly kind: 'absent' | 'waiting' }
  | { readonly kind: 'provenance'; readonly content: Uint8Array; readonly sha256: Sha256 };

export interface OpenParts extends ReachParts {
  readonly admitter: Admitter;
  readonly lookup: Lookup;
  readonly refusals: KeptRefusals;
}

/** Asks for an artifact's bytes: the gate first, then the store, then admission (DESIGN §5). */
export async function openArtifact(parts: OpenParts, wanted: Wanted): Promise<Opened> {
  const located = await findPassed(parts, wanted);
  if ('kind' in located) return located;
  const { record, evidence } = located.artifact;
  return {
    kind: 'approved',
    sha256: located.artifact.subject.sha256,
    sizeBytes: evidence?.sizeBytes ?? record.sizeBytes,
    ...(record.uploadTime === undefined ? {} : { uploadTime: record.uploadTime }),
    bytes: (range) => openBytes(parts, located, range),
  };
}

/** Asks for an artifact's METADATA, which the store holds for whatever is listed. */
export async function openMetadata(parts: OpenParts, wanted: Wanted): Promise<OpenedMetadata> {
  const located = await findPassed(parts, wanted);
  if ('kind' in located) return located;
  const fact = metadataOf(located.artifact);
  const content = fact && (await readBlob(parts.state.store, fact.sha256));
  if (fact === undefined || content === undefined) return { kind: 'absent' };
  return { kind: 'metadata', content, sha256: fact.sha256 };
}

/** Asks for an artifact's attestations, as upstream gave them: of what is admitted and they were verified of. */
export async function openProvenance(parts: OpenParts, wanted: Wanted): Promise<OpenedProvenance> {
  const found = await findPassed(parts, wanted);
  if ('kind' in found) return found;
  const sha256 = servedProvenance(found.artifact);
  const content = sha256 && (await readBlob(parts.state.store, sha256));
  if (sha256 === undefined || content === undefined) return { kind: 'absent' };
  return { kind: 'provenance', content, sha256 };
}

type NotPassed = Refused | { readonly kind: 'absent' | 'waiting' };

/** A file that the gate passes. A refusal that still stands is given again without a look at anything. */
async function findPassed(parts: OpenParts, wanted: Wanted): Promise<Located | NotPassed> {
  const { state, refusals } = parts;
  const kept = refusals.find(wanted);
  if (kept !== undefined) return kept;
  const asked = momentOf(state);
  const located = await locate(parts, wanted);
  const found = 'kind' in located ? located : (refusedByGate(state, located) ?? located);
  if ('kind' in found && found.kind === 'refused') refusals.keep(wanted, found, asked);
  return found;
}

async function locate(parts: OpenParts, wanted: Wanted): Promise<Located | NotPassed> {
  const stone = tombstone(wanted.project);
  if (wanted.filename === stone.filename && wanted.sha256 === stone.sha256)
    return refusedProject(parts, wanted.project);
  const reached = await reach(parts, wanted.project);
  if (reached.kind === 'waiting') return { kind: 'waiting' };
  const project: KnownProject | undefined = reached.project ?? parts.lookup.known(wanted.project);
  const artifact = project && findWanted(project, wanted);
  if (project !== undefined && artifact !== undefined) {
    await parts.gatherer.stored(artifact);
    return { project, artifact };
  }
  // A file that no record names: of a project with nothing approved it is as refused as everything else.
  const part = parts.state.inForce?.catalogue.parts.get(wanted.project);
  const isApproved = reached.kind === 'catalogued' && (part?.counts.approve ?? 0) > 0;
  return isApproved ? { kind: 'absent' } : refusedProject(parts, wanted.project);
}

function findWanted(
  project: KnownProject,
  { sha256, filename, source = project.source }: Wanted,
): KnownArtifact | undefined {
  if (source !== project.source) return undefined;
  return sha256 === undefined
    ? findNamed(project, filename)
    : findArtifact(project, { sha256, filename });
}

function refusedByGate(state: MirrorState, located: Located): Refused | undefined {
  const gate = askGate(state, located);
  if (gate.verdict === 'approve') return undefined;
  const { artifact, project } = located;
  return {
    kind: 'refused',
    ecosystem: state.ecosystem,
    project: project.project,
    version: artifact.name.version.text,
    findings: gate.findings,
    ...(gate.until === undefined ? {} : { until: gate.until }),
  };
}

function refusedProject({ state, lookup }: OpenParts, project: ProjectName): Refused {
  const known = state.projects.get(project) ?? lookup.known(project);
  const findings = wholeRefusal(state, project, known);
  return { kind: 'refused', ecosystem: state.ecosystem, project, findings };
}
