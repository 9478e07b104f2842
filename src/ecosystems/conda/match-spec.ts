import type { ProjectName } from '../../model/subject.ts';
export interface MatchSpec {
  readonly name: ProjectName;
  readonly text: string;
}
export function findMatchSpec(_text: string): MatchSpec | undefined {
  return undefined;
}
export function matchesRecord(
  _spec: MatchSpec,
  _record: { readonly name: string; readonly version: string; readonly build: string },
): boolean | undefined {
  return undefined;
}
