import type { Sha256 } from './sha256.ts';
import type { ArtifactFilename, ProjectName, SourceId } from './subject.ts';
import type { Instant } from './time.ts';

/** What an upstream index says about one artifact, as one page states it. */
export interface UpstreamArtifact {
  readonly filename: ArtifactFilename;
  /** Absolute http(s) URL at the upstream's file host; of a channel in a folder: a file URL. */
  readonly url: string;
  /** Absent: the index gives no SHA-256, so the artifact can never be approved. */
  readonly sha256?: Sha256;
  readonly sizeBytes?: number;
  /** As upstream wrote it (PEP 700: `yyyy-mm-ddThh:mm:ss[.ffffff]Z`); only a well-formed one is kept. */
  readonly uploadTime?: string;
  readonly requiresPython?: string;
  /** Present: yanked (PEP 592); the reason may be empty. */
  readonly yanked?: { readonly reason: string };
  /** Present: upstream offers `<url>.metadata` (PEP 658); the digest may be absent. */
  readonly sidecar?: { readonly sha256?: Sha256 };
  /** Absolute http(s) URL at which upstream offers attestations (PEP 740). */
  readonly provenance?: string;
  /** conda: the record in the channel's repodata, character for character. */
  readonly repodata?: string;
}

export type ProjectStatus = 'active' | 'archived' | 'quarantined' | 'deprecated';

/** One upstream project page, whichever way it was written. */
export interface UpstreamPage {
  readonly project: ProjectName;
  readonly status?: { readonly status: ProjectStatus; readonly reason?: string };
  readonly artifacts: readonly UpstreamArtifact[];
  /** File names on the page that no standard knows, for the log. */
  readonly unreadable: readonly string[];
}

/** An upstream artifact with what Gatehouse remembers of it. */
export interface ArtifactRecord extends UpstreamArtifact {
  /** When this mirror first saw the file name. Our own clock, not upstream's. */
  readonly firstSeen: Instant;
  /** Present: upstream no longer lists it, since about then. */
  readonly goneSince?: Instant;
  /** Present: upstream later offered other bytes under this name. The first hash stays the only one. */
  readonly mutation?: { readonly sha256: Sha256; readonly seen: Instant };
}

/** All that is remembered of one project of one source. Append-only by file name. */
export interface ProjectRecords {
  readonly source: SourceId;
  readonly project: ProjectName;
  readonly status?: { readonly status: ProjectStatus; readonly reason?: string };
  readonly records: readonly ArtifactRecord[];
  /** Upstream said 404. Then the records are what it listed before. */
  readonly absentUpstream: boolean;
  readonly etag?: string;
  /** When upstream last answered. */
  readonly fetched: Instant;
}
