import type { Report } from './stryker.ts';

/** How the mutants of one file, or of all of a part, ended. */
export interface Tally {
  readonly killed: number;
  /** They run for ever, which is noticed too. */
  readonly timedOut: number;
  readonly survived: number;
  /** No test comes by: a kind of surviving. */
  readonly uncovered: number;
  /** The change is none that a runtime takes; not counted. */
  readonly invalid: number;
}

/** Counts each file. */
export function tallyFiles(report: Report): ReadonlyMap<string, Tally> {
  const files = Object.entries(report.files);
  return new Map(
    files.map(([path, { mutants }]) => {
      function count(...statuses: readonly string[]): number {
        return mutants.filter(({ status }) => statuses.includes(status)).length;
      }
      const tally = {
        killed: count('Killed'),
        timedOut: count('Timeout'),
        survived: count('Survived'),
        uncovered: count('NoCoverage'),
        invalid: count('CompileError', 'RuntimeError'),
      };
      return [path, tally] as const;
    }),
  );
}

/** All files together. */
export function sumOf(tallies: Iterable<Tally>): Tally {
  return [...tallies].reduce((sum, tally) => ({
    killed: sum.killed + tally.killed,
    timedOut: sum.timedOut + tally.timedOut,
    survived: sum.survived + tally.survived,
    uncovered: sum.uncovered + tally.uncovered,
    invalid: sum.invalid + tally.invalid,
  }));
}

/** Mutants that count. */
export function totalOf({ killed, timedOut, survived, uncovered }: Tally): number {
  return killed + timedOut + survived + uncovered;
}

/** In hundredths of those that count. */
export function scoreOf(tally: Tally): number {
  return (100 * (tally.killed + tally.timedOut)) / totalOf(tally);
}

/** A change that no test noticed. */
export interface Survivor {
  readonly path: string;
  readonly line: number;
  /** As `docs/mutation.md` names it: what stood there, and what stands there instead. */
  readonly change: string;
}

/** All that survived, in the order of the files. */
export function survivorsOf(report: Report): readonly Survivor[] {
  return Object.entries(report.files).flatMap(([path, { source, mutants }]) =>
    mutants
      .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
      .map(({ location: { start, end }, replacement }) => {
        const lines = source.split('\n').slice(start.line - 1, end.line);
        const last = (lines.pop() ?? '').slice(0, end.column - 1);
        const was = [...lines, last].join('\n').slice(start.column - 1);
        return { path, line: start.line, change: `${code(was)} → ${code(replacement)}` };
      }),
  );
}

const LONGEST = 100;

/** As code in a page, on one line. */
function code(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  const short = line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
  return short.includes('`') ? `\`\` ${short} \`\`` : `\`${short}\``;
}
