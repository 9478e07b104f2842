import type { ProjectName } from '../../model/subject.ts';
export interface CondaFile {
  readonly name: ProjectName;
  readonly version: string;
  readonly build: string;
  readonly format: 'conda' | 'tar.bz2';
}
export function findCondaFile(_text: string): CondaFile | undefined {
  return undefined;
}
