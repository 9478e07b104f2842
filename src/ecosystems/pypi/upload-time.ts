import type { Instant } from '../../model/time.ts';

const UPLOAD_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z$/;

/** Reads an upload time of PEP 700 (`2026-11-21T14:30:10.123456Z`), to the millisecond; absent: it is not one. */
export function findUploadTime(text: string): Instant | undefined {
  if (!UPLOAD_TIME.test(text)) return undefined;
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return undefined;
  // A date such as 30 February is not refused but moved.
  return date.toISOString().slice(0, 19) === text.slice(0, 19) ? date.getTime() : undefined;
}
