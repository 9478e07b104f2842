export interface CondaRecord {
  readonly name: string;
  readonly version: string;
  readonly build: string;
  readonly buildNumber: number;
  readonly depends: readonly string[];
  readonly constrains: readonly string[];
  readonly subdir?: string;
  readonly license?: string;
  readonly noarch?: string;
  readonly timestamp?: number;
  readonly indexedTimestamp?: number;
  readonly trackFeatures?: string;
  readonly sha256?: string;
  readonly size?: number;
}
export function findCondaRecord(_json: unknown): CondaRecord | undefined {
  return undefined;
}
