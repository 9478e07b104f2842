import type { Brand } from './brand.ts';
import type { Sha256 } from './sha256.ts';

export type Ecosystem = 'pypi' | 'conda';

/** The id of a place packages come from, as `policy.yaml` names it: `pypi`, `conda-forge`, `internal`. */
export type SourceId = Brand<string, 'SourceId'>;

/** A project's name in its ecosystem's normal form (PyPI: PEP 503). */
export type ProjectName = Brand<string, 'ProjectName'>;

/**
 * The name of one downloadable file: printable ASCII without space, `/`, `\` and `%`, not starting with a
 * dot, at most 255 characters; for conda `<subdir>/<file>`. Safe as one last segment of a URL once percent-encoded.
 */
export type ArtifactFilename = Brand<string, 'ArtifactFilename'>;

/** What is judged. The same bytes under two names are two subjects. */
export interface Subject {
  readonly source: SourceId;
  readonly project: ProjectName;
  readonly filename: ArtifactFilename;
  readonly sha256: Sha256;
}

/** Which ecosystem a subject is of, as its file name shows: only conda has the same name in several subdirs. */
export function ecosystemOf({ filename }: Pick<Subject, 'filename'>): Ecosystem {
  return filename.includes('/') ? 'conda' : 'pypi';
}

export function isSourceId(text: string): text is SourceId {
  return /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(text);
}
