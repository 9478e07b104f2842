import type { ProjectStatus } from '../../model/record.ts';
import type { Sha256 } from '../../model/sha256.ts';
import type { ArtifactFilename, ProjectName } from '../../model/subject.ts';

/** The API version of pages that give each size; HTML stays at it for ever (PEP 833). */
export const SIMPLE_API_VERSION = '1.4';

/** One artifact as a page of this mirror lists it. */
export interface SimpleArtifact {
  readonly filename: ArtifactFilename;
  /**
   * Relative to the page, percent-encoded, without query and fragment, and its last segment is the file name:
   * pip takes the name from it and appends `.metadata` to it.
   */
  readonly url: string;
  readonly sha256: Sha256;
  readonly sizeBytes?: number;
  /** As upstream wrote it (PEP 700). */
  readonly uploadTime?: string;
  readonly requiresPython?: string;
  /** Present: yanked, with this reason, or with none where it is empty. */
  readonly yanked?: string;
  /** Present: `<url>.metadata` answers with these bytes. */
  readonly metadataSha256?: Sha256;
  /** Absolute, as PEP 740 wants it: where its attestations are. */
  readonly provenance?: string;
}

/** A project page of this mirror, whichever way it is written. */
export interface SimplePage {
  readonly project: ProjectName;
  readonly status?: { readonly status: ProjectStatus; readonly reason?: string };
  readonly artifacts: readonly SimpleArtifact[];
  /** Each version of an artifact, once (PEP 700). */
  readonly versions: readonly string[];
  /** This mirror's own, which grows with every change. */
  readonly serial: number;
}

/** The page that lists all projects. */
export interface SimpleRoot {
  readonly projects: readonly ProjectName[];
  readonly serial: number;
}
