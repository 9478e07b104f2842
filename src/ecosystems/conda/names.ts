import type { ProjectName } from '../../model/subject.ts';
export function findCondaName(text: string): ProjectName | undefined {
  return /^[a-z0-9_][a-z0-9._-]*$/.test(text) ? (text as ProjectName) : undefined;
}
export function isSubdir(text: string): boolean {
  return /^(?:noarch|[a-z0-9]+-[a-z0-9]+)$/.test(text);
}
