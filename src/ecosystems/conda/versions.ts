export interface CondaVersion {
  readonly text: string;
  readonly stub: true;
}
export function findCondaVersion(text: string): CondaVersion | undefined {
  return { text, stub: true };
}
export function compareCondaVersions(a: CondaVersion, b: CondaVersion): number {
  return a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
}
