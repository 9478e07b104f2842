import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface Turns {
  /** The longest time that a timer waited beyond its own: with other work on the machine, also for a core. */
  readonly lagMs: number;
  /** The most CPU that the main thread took from one tick of a timer to the next: what one turn took, or a little more. */
  readonly turnMs: number;
}

/** Watches the event loop from now on, until what it gives is called. */
export async function watchTurns(): Promise<() => Promise<Turns>> {
  const lag = monitorEventLoopDelay({ resolution: 5 });
  let turnMs = 0;
  let before = threadMs();
  const timer = setInterval(() => {
    const now = threadMs();
    turnMs = Math.max(turnMs, now - before);
    before = now;
  }, 1);
  lag.enable();
  await pause();
  [turnMs, before] = [0, threadMs()];
  return async () => {
    await pause();
    clearInterval(timer);
    lag.disable();
    return { lagMs: lag.max / 1e6, turnMs };
  };
}

async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
