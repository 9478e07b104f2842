import { parseSha256, type Sha256 } from '../../src/model/sha256.ts';
import type { ArtifactFilename, ProjectName, SourceId } from '../../src/model/subject.ts';

/** Names as their parsers would make them. */
export const pypi = 'pypi' as SourceId;
export const numpy = 'numpy' as ProjectName;

export function filename(text: string): ArtifactFilename {
  return text as ArtifactFilename;
}

/** A digest of one repeated digit. */
export function digest(digit: string): Sha256 {
  return parseSha256(digit.repeat(64));
}
