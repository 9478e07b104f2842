import { inspectMembers, isPlainObject } from './json-members.ts';
import { findJson, isJsonObject, type JsonObject } from './json-value.ts';

/** Why the text of a record cannot be read the one safe way: words of `REPODATA_REFUSALS`. */
export type RecordFault = 'duplicate-key' | 'not-json' | 'record-not-an-object' | 'too-deep';

/** Objects and lists within each other, the record itself included. */
const MOST_DEPTH = 6;

/** What the text of a record says, or why readers could take it differently. */
export function readRecordText(text: string): JsonObject | RecordFault {
  const value = findJson(text);
  if (value === undefined) return 'not-json';
  if (!isJsonObject(value)) return 'record-not-an-object';
  if (isPlainObject(value, text)) return value;
  const { duplicate, depth } = inspectMembers(text, MOST_DEPTH);
  if (depth > MOST_DEPTH) return 'too-deep';
  return duplicate === undefined ? value : 'duplicate-key';
}
