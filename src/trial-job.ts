import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

import type { Logger } from 'pino';

import type { Mirror } from './mirror/mirror.ts';
import type { UntriedRelease } from './mirror/trials.ts';
import { MINUTE_MS, SECOND_MS } from './model/time.ts';

/** Runs `gatehouse try` for one release in a process of its own; gives its exit status and the end of what it said. */
export type TrialRunner = (
  release: UntriedRelease,
  signal: AbortSignal,
) => Promise<{ readonly status: number; readonly said: string }>;

export interface TrialJobParts {
  readonly mirror: Pick<Mirror, 'untriedReleases' | 'learnTrials'>;
  readonly run: TrialRunner;
  readonly log: Logger;
  readonly lookEveryMs?: number;
}

export interface TrialJob extends AsyncDisposable {
  /** Ends the trial under way, and begins no other. */
  stop(): Promise<void>;
}

/**
 * Has what the policy wants tried, one release after the other, each once for as long as this process runs. What cannot
 * be tried here at all (no sandbox, no Python) is said once, and looked at again an hour later. Ends when disposed.
 */
export function startTrialJob(parts: TrialJobParts): TrialJob {
  const ending = new AbortController();
  const running = work(parts, ending.signal);

  async function stop(): Promise<void> {
    ending.abort();
    await running;
  }

  return { stop, [Symbol.asyncDispose]: stop };
}

const CANNOT = 3;
const CANNOT_MS = 60 * MINUTE_MS;

async function work(parts: TrialJobParts, signal: AbortSignal): Promise<void> {
  const { mirror, run, log, lookEveryMs = 10 * SECOND_MS } = parts;
  const tried = new Set<string>();
  while (!signal.aborted) {
    const next = mirror
      .untriedReleases()
      .find(({ project, version }) => !tried.has(`${project} ${version.text}`));
    if (next === undefined) {
      await rest(lookEveryMs, signal);
      continue;
    }
    const release = { project: next.project, version: next.version.text };
    try {
      const { status, said } = await run(next, signal);
      if (signal.aborted) return;
      if (status === CANNOT) {
        log.error({ ...release, said }, 'trials cannot be made here, looking again in an hour');
        await rest(CANNOT_MS, signal);
        continue;
      }
      tried.add(`${release.project} ${release.version}`);
      log.info({ ...release, status, said }, 'release tried');
      await mirror.learnTrials(next.project);
    } catch (error) {
      if (signal.aborted) return;
      tried.add(`${release.project} ${release.version}`);
      log.error({ ...release, err: error }, 'release not tried');
    }
  }
}

/** Never rejects. */
async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => undefined);
}

const MOST_SAID = 2000;
/** Whoever serves comes first. */
const LOW_PRIORITY = 10;

/** Starts this program's own command with the settings of this process. */
export async function runTry(
  { project, version }: UntriedRelease,
  signal: AbortSignal,
): ReturnType<TrialRunner> {
  const program = new URL('cli.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [program, 'try', `${project}==${version.text}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGTERM',
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-MOST_SAID);
    });
  }
  if (child.pid !== undefined) setPriority(child.pid, LOW_PRIORITY);
  const [status] = await once(child, 'close');
  return { status: typeof status === 'number' ? status : 1, said: said.trim() };
}
