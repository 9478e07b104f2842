import type { Mirror } from './mirror/mirror.ts';

const LINE_EVERY_MS = 500;
const PLAIN_EVERY_MS = 10_000;

/** A display that ends with `stop` or when disposed. */
export interface Progress extends Disposable {
  stop(): void;
}

/** Shows how the walk gets on: one live line on a terminal, a plain line now and then elsewhere. */
export function showProgress(mirror: Mirror): Progress {
  const live = process.stderr.isTTY;
  let last = '';
  const timer = setInterval(show, live ? LINE_EVERY_MS : PLAIN_EVERY_MS);
  show();

  function show(): void {
    const line = progressLine(mirror);
    if (line === last) return;
    last = line;
    if (live)
      process.stderr.write(`\r\u001B[2K${fit(line)}${mirror.status().complete ? '\n' : ''}`);
    else process.stderr.write(`${line}\n`);
  }

  function stop(): void {
    clearInterval(timer);
  }

  return { stop, [Symbol.dispose]: stop };
}

/** A line that wraps would leave its first row behind. A terminal that nobody gave a size says 0 columns. */
function fit(line: string): string {
  return line.slice(0, Math.max(20, (process.stderr.columns || 80) - 1));
}

function progressLine(mirror: Mirror): string {
  const { progress, complete, projects, approvedArtifacts } = mirror.status();
  const failures = progress.failures === 0 ? '' : `, ${progress.failures} without an answer`;
  if (complete)
    return `ready: ${projects} projects, ${approvedArtifacts} artifacts approved${failures}`;
  return `gathering: ${progress.projects} projects known, ${progress.missing} questions to upstream left, ${projects} projects approved${failures}`;
}
