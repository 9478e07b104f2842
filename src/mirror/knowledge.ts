import { findRecordMetadata } from '../ecosystems/conda/core-metadata.ts';
import { findArtifactName } from '../ecosystems/pypi/filenames.ts';
import { normaliseExtra } from '../ecosystems/pypi/names.ts';
import { type Requirement, parseRequirement } from '../ecosystems/pypi/requirements.ts';
import {
  compareReleases,
  findCondaName,
  findCondaNeed,
  type ReleaseName,
  type ReleaseNeed,
} from '../ecosystems/releases.ts';
import type { CoreMetadata, Evidence, MetadataFact } from '../model/evidence.ts';
import type { ProvenanceFact } from '../model/provenance.ts';
import type { ArtifactRecord, ProjectRecords } from '../model/record.ts';
import type { Sha256 } from '../model/sha256.ts';
import type { Ecosystem, ProjectName, SourceId, Subject } from '../model/subject.ts';
import type { Instant } from '../model/time.ts';
import type { TrialFact } from '../model/trial.ts';
import { sha256Of } from '../store/blobs.ts';

/** One artifact with everything known of it. Facts arrive over time; verdicts are never kept here. */
export interface KnownArtifact {
  readonly subject: Subject;
  readonly name: ReleaseName;
  readonly record: ArtifactRecord;
  /** Said by upstream or read by ranges; enough to list, never to serve. */
  provisional?: MetadataFact;
  /** From verified bytes. */
  evidence?: Evidence;
  /** What the attestations that upstream offers are worth; absent: nobody has looked. */
  provenance?: KnownProvenance;
  /** What a trial installation was seen to do; loaded where the policy wants one. */
  trial?: TrialFact;
  /** The metadata could not be had: since when, and why. Tried again later. */
  metadataFailure?: { readonly since: Instant; readonly reason: string };
  admitted: boolean;
}

export interface KnownProvenance {
  readonly fact: ProvenanceFact;
  /** Digest of the provenance object, which the store has as a blob where it is verified. */
  readonly content: Sha256;
}

/** A project as far as this process knows it. */
export interface KnownProject {
  readonly project: ProjectName;
  readonly source: SourceId;
  /** Absent: nothing was ever learnt. */
  readonly records?: ProjectRecords;
  readonly availability: 'known' | 'absent' | 'unavailable';
  /** Newest version first; only artifacts with a name that a standard reads and a SHA-256. */
  readonly artifacts: readonly KnownArtifact[];
  /** Records that give no SHA-256, so that they can never be approved. */
  readonly withoutHash: number;
  /** When upstream was last asked, whatever it said. */
  readonly asked: Instant;
  /** The latest instant that the records name: of a name first seen, gone or changed. */
  readonly learnt: Instant;
}

/** What facts an artifact brings when its project's records are read anew. */
export type FactsOf = (
  subject: Subject,
) => Pick<
  KnownArtifact,
  'provisional' | 'evidence' | 'provenance' | 'trial' | 'metadataFailure' | 'admitted'
>;

/** Makes the artifacts of a project from its records, with the facts that were known before. */
export function artifactsOf(records: ProjectRecords, factsOf: FactsOf): readonly KnownArtifact[] {
  const { source, project } = records;
  const versions = new Map<string, ReleaseName>();
  return records.records
    .flatMap((record) => {
      const name = nameOf(record, project);
      if (name === undefined || record.sha256 === undefined) return [];
      const shared = versions.get(name.version.text) ?? name;
      versions.set(name.version.text, shared);
      const subject = { source, project, filename: record.filename, sha256: record.sha256 };
      const { evidence, provenance, trial, metadataFailure, admitted, ...known } = factsOf(subject);
      const provisional = repodataFact(record) ?? known.provisional;
      return [
        {
          subject,
          name: shareParts(name, shared),
          record,
          admitted,
          ...(provisional === undefined ? {} : { provisional }),
          ...(evidence === undefined ? {} : { evidence }),
          ...(provenance === undefined ? {} : { provenance }),
          ...(trial === undefined ? {} : { trial }),
          ...(metadataFailure === undefined ? {} : { metadataFailure }),
        },
      ];
    })
    .toSorted(
      (left, right) =>
        compareReleases(right.name.version, left.name.version) ||
        (left.record.filename < right.record.filename ? -1 : 1),
    );
}

/** Its record in a channel names a conda artifact's folder. */
function nameOf(record: ArtifactRecord, project: ProjectName): ReleaseName | undefined {
  return record.repodata === undefined
    ? findArtifactName(record.filename, project)
    : findCondaName(record.filename, project);
}

/** A channel says all of an artifact's metadata in its record, which needs no request of its own. */
function repodataFact({ repodata }: ArtifactRecord): MetadataFact | undefined {
  const metadata = repodata === undefined ? undefined : findRecordMetadata(repodata);
  if (repodata === undefined || metadata === undefined) return undefined;
  return { origin: 'repodata', sha256: sha256Of(new TextEncoder().encode(repodata)), metadata };
}

const tagSets = new Map<string, readonly string[]>();
const TAG_SETS_AT_MOST = 50_000;

/** There are a hundred times more wheels than tag sets: equal ones are one, as equal versions of a project are. */
function shareParts(name: ReleaseName, same: ReleaseName): ReleaseName {
  if (name.kind === 'conda')
    return same.kind === 'conda' ? { ...name, version: same.version } : name;
  if (same.kind === 'conda') return name;
  if (name.kind === 'sdist') return { ...name, version: same.version };
  const key = name.tags.join(' ');
  const tags = tagSets.get(key) ?? name.tags;
  if (tagSets.size >= TAG_SETS_AT_MOST) tagSets.clear();
  tagSets.set(key, tags);
  return { ...name, version: same.version, tags };
}

/** When something was last learnt of a project, as its records say. */
export function learntAt(records: ProjectRecords): Instant {
  return records.records.reduce(
    (latest, { firstSeen, goneSince, mutation }) =>
      Math.max(latest, firstSeen, goneSince ?? 0, mutation?.seen ?? 0),
    0,
  );
}

/** The best metadata known: of the verified contents, else provisional; absent: none. */
export function metadataOf(artifact: KnownArtifact): MetadataFact | undefined {
  const { evidence, provisional } = artifact;
  // Clients of a channel go by its record, which may be patched; what the package itself says is judged too.
  if (artifact.name.kind === 'conda') return provisional;
  return evidence === undefined || evidence.kind === 'refused' ? provisional : evidence.metadata;
}

type Interned = Map<string, ReleaseNeed | undefined>;

const interned: Readonly<Record<Ecosystem, Interned>> = { pypi: new Map(), conda: new Map() };
const INTERNED_AT_MOST = 200_000;

/**
 * The requirements that parse; what does not is for the rules to refuse. Parsed once per text. Virtual packages of
 * conda are no requirements: a target has them or not.
 */
export function requirementsOf(metadata: CoreMetadata): readonly ReleaseNeed[] {
  const ecosystem = metadata.conda === undefined ? 'pypi' : 'conda';
  const known = interned[ecosystem];
  const always = metadata.requiresDist.flatMap((text) => {
    const need = known.has(text) ? known.get(text) : intern(text, ecosystem);
    return need === undefined ? [] : [need];
  });
  const withExtras = Object.entries(metadata.conda?.extraDepends ?? {}).flatMap(([extra, needs]) =>
    needs.flatMap((text) => findCondaNeed(text, normaliseExtra(extra)) ?? []),
  );
  return withExtras.length === 0 ? always : [...always, ...withExtras];
}

function intern(text: string, ecosystem: Ecosystem): ReleaseNeed | undefined {
  const known = interned[ecosystem];
  if (known.size >= INTERNED_AT_MOST) known.clear();
  const need = ecosystem === 'pypi' ? tryParse(text) : findCondaNeed(text);
  known.set(text, need);
  return need;
}

function tryParse(text: string): Requirement | undefined {
  try {
    return parseRequirement(text);
  } catch {
    return undefined;
  }
}

export function extrasOf(metadata: CoreMetadata): readonly string[] {
  return metadata.providesExtra.map((extra) => normaliseExtra(extra));
}

/** A key for maps over subjects. */
export function subjectKey(subject: Subject): string {
  return `${subject.sha256}/${subject.source}/${subject.project}/${subject.filename}`;
}

const byFilename = new WeakMap<KnownProject, ReadonlyMap<string, KnownArtifact>>();

/** Finds the artifact of a file name; absent: no record of it. */
export function findNamed(project: KnownProject, filename: string): KnownArtifact | undefined {
  const index =
    byFilename.get(project) ??
    new Map(project.artifacts.map((artifact) => [artifact.subject.filename, artifact] as const));
  byFilename.set(project, index);
  return index.get(filename);
}

/** Finds the artifact that a file URL names; absent: no record of it. */
export function findArtifact(
  project: KnownProject,
  wanted: { readonly sha256: Sha256; readonly filename: string },
): KnownArtifact | undefined {
  const artifact = findNamed(project, wanted.filename);
  return artifact?.subject.sha256 === wanted.sha256 ? artifact : undefined;
}
