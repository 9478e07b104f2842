import { z } from 'zod';

import { OBSERVATIONS_LISTED, PROBE, type TrialFact } from '../model/trial.ts';

/** What the probe wrote, however wrong: the artifact under trial may have written it. */
export type ReadReport = Omit<TrialFact, 'closure'>;

/** The most that a report is read of. */
export const REPORT_BYTES = 256 * 1024;

/** Reads a report: printable, bounded, nothing more. What cannot be read is a trial that failed. */
export function readReport(text: string, python: string): ReadReport {
  const parsed = reportSchema.safeParse(parseJson(text));
  if (!parsed.success) return failedReport('the probe gave no report that can be read', python);
  const { failure, ...rest } = parsed.data;
  return { probe: PROBE, ...rest, ...(failure === undefined ? {} : { failure }) };
}

/** The report of a trial that gave none. */
export function failedReport(failure: string, python: string): ReadReport {
  const nothing = { wrote: [], executed: [], connected: [], imports: [] };
  return { probe: PROBE, python, failure: printable(failure), ...nothing };
}

const LONGEST = 300;

/** ASCII alone: what is shown to people cannot move their cursor or turn their text around. */
function printable(text: string): string {
  return text.slice(0, LONGEST).replaceAll(/[^\x20-\x7E]/g, '?');
}

const line = z.string().transform(printable);
const lines = z.array(line).transform((texts) => [...new Set(texts)].slice(0, OBSERVATIONS_LISTED));

const reportSchema = z.object({
  python: z.string().regex(/^3\.[0-9]{1,2}\.[0-9]{1,3}[a-z0-9+]{0,10}$/),
  failure: line.optional(),
  wrote: lines,
  executed: lines,
  connected: lines,
  imports: z
    .array(z.object({ module: line, error: line }))
    .transform((rows) => rows.slice(0, OBSERVATIONS_LISTED)),
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
