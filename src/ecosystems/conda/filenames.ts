import type { ProjectName } from '../../model/subject.ts';
import { findCondaName } from './names.ts';

/** What the file name of a conda package says (CEP 26). */
export interface CondaFile {
  readonly name: ProjectName;
  /** As written; not every text that may stand here is a version. */
  readonly version: string;
  readonly build: string;
  readonly format: 'conda' | 'tar.bz2';
}

const MAX_FILENAME_LENGTH = 211;
const MAX_PART_LENGTH = 64;
const FILE = /^(?<name>.+)-(?<version>[^-]+)-(?<build>[^-]+)\.(?<format>conda|tar\.bz2)$/;
const VERSION = /^[a-z0-9_.+!]+$/;
const BUILD = /^[a-zA-Z0-9_.+]+$/;

/** Reads a file name without its folder. Split from the right, as only a name may hold dashes; absent: it is none. */
export function findCondaFile(text: string): CondaFile | undefined {
  if (text.length > MAX_FILENAME_LENGTH) return undefined;
  const { name = '', version = '', build = '', format } = FILE.exec(text)?.groups ?? {};
  if (version.length > MAX_PART_LENGTH || build.length > MAX_PART_LENGTH) return undefined;
  if (!VERSION.test(version) || !BUILD.test(build)) return undefined;
  const project = findCondaName(name);
  if (project === undefined || (format !== 'conda' && format !== 'tar.bz2')) return undefined;
  return { name: project, version, build, format };
}
