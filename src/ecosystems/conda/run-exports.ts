import { isJsonObject, type JsonObject } from './json-value.ts';
import type { RecordSlice } from './repodata-outline.ts';

export interface RunExportsContents {
  readonly subdir: string;
  /** Of `packages` and `packages.conda`, in the order in which they are to be written. */
  readonly records: readonly Pick<RecordSlice, 'group' | 'key' | 'value'>[];
}

/**
 * Writes a `run_exports.json` (CEP 12) of what the records themselves say (CEP 21). Absent: one of them does not say
 * it, and build tools would take that for a package without any.
 */
export function renderRunExports({ subdir, records }: RunExportsContents): string | undefined {
  const groups: Record<string, Record<string, JsonObject>> = { packages: {}, 'packages.conda': {} };
  for (const { group, key, value } of records) {
    const exported = value['run_exports'];
    const own = groups[group];
    if (!isJsonObject(exported) || own === undefined) return undefined;
    own[key] = { run_exports: exported };
  }
  return JSON.stringify({ info: { subdir }, ...groups });
}
