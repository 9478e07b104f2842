import { createHash } from 'node:crypto';

import type { Finding, Verdict } from '../model/decision.ts';
import type { ProjectStatus } from '../model/record.ts';
import type { Sha256 } from '../model/sha256.ts';
import type { ArtifactFilename, Ecosystem, ProjectName, SourceId } from '../model/subject.ts';
import type { Instant } from '../model/time.ts';

/** Under which name the ledger has the catalogue of each ecosystem. */
export const PROFILES: Readonly<Record<Ecosystem, string>> = { pypi: 'default', conda: 'conda' };

/** The sealed answer for all projects of one ecosystem: what is listed, what is refused and why. */
export interface Catalogue {
  readonly profile: string;
  readonly policy: Sha256;
  readonly revocations?: Sha256;
  /** The input's time, or the `until` that caused the seal; never the clock. */
  readonly asOf: Instant;
  /** The next instant at which something in it changes by time alone. */
  readonly until?: Instant;
  /** Every root's closure had been gathered. */
  readonly complete: boolean;
  readonly parts: ReadonlyMap<ProjectName, CataloguePart>;
}

/** What is said of one project. */
export interface CataloguePart {
  readonly project: ProjectName;
  readonly source: SourceId;
  readonly status?: { readonly status: ProjectStatus; readonly reason?: string };
  /** Approved artifacts, and the refused ones that a page shows; newest version first. */
  readonly artifacts: readonly PartArtifact[];
  /** How many artifacts were judged in all, by verdict. */
  readonly counts: Readonly<Record<Verdict, number>>;
}

export interface PartArtifact {
  readonly filename: ArtifactFilename;
  readonly sha256: Sha256;
  readonly version: string;
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  readonly until?: Instant;
  /** Declared targets on which it can be installed (approved), or that would need it (refused). */
  readonly targets: readonly string[];
  readonly sizeBytes?: number;
  readonly uploadTime?: string;
  readonly requiresPython?: string;
  readonly yanked?: { readonly reason: string };
  /** Digest of its METADATA; absent for what has none that was read. */
  readonly metadata?: Sha256;
}

/** How many buckets the projects of a catalogue are spread over. */
export const BUCKETS = 256;

/** The bucket that a project's name falls into. */
export function bucketOf(project: ProjectName): number {
  return createHash('sha256').update(project).digest().readUInt8(0);
}

const byFilename = new WeakMap<CataloguePart, ReadonlyMap<string, PartArtifact>>();

/** The part's entry of an artifact; absent: the catalogue does not name it. */
export function findPartArtifact(
  part: CataloguePart,
  wanted: { readonly sha256: Sha256; readonly filename: string },
): PartArtifact | undefined {
  const index =
    byFilename.get(part) ??
    new Map(part.artifacts.map((artifact) => [artifact.filename, artifact] as const));
  byFilename.set(part, index);
  const artifact = index.get(wanted.filename);
  return artifact?.sha256 === wanted.sha256 ? artifact : undefined;
}
