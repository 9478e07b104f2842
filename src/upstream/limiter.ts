/** `foreground`: somebody waits for it. It overtakes everything in the background that has not begun. */
export type Priority = 'foreground' | 'background';

export interface LimiterOptions {
  readonly priority: Priority;
  /** Takes work that has not begun out of the queue; work that has begun heeds the signal itself. */
  readonly signal?: AbortSignal;
}

/** Lets so much work be under way at once, in the order asked for within each priority. */
export interface Limiter {
  run<Value>(work: () => Promise<Value>, options: LimiterOptions): Promise<Value>;
}

interface Waiter {
  readonly begin: () => void;
}

/**
 * Of four places and more, two are kept for the foreground, and nothing begins in the background while somebody
 * waits: a person need not wait for the walk.
 */
export function createLimiter(atOnce: number): Limiter {
  const waiting: Readonly<Record<Priority, Set<Waiter>>> = {
    foreground: new Set(),
    background: new Set(),
  };
  const most: Readonly<Record<Priority, number>> = {
    foreground: atOnce,
    background: atOnce < 4 ? atOnce : atOnce - 2,
  };
  const running: Record<Priority, number> = { foreground: 0, background: 0 };

  function hasRoom(priority: Priority): boolean {
    return running.foreground + running.background < atOnce && running[priority] < most[priority];
  }

  async function turn({ priority, signal }: LimiterOptions): Promise<void> {
    signal?.throwIfAborted();
    if (hasRoom(priority)) running[priority] += 1;
    else await queued(waiting[priority], signal);
  }

  function leave(left: Priority): void {
    running[left] -= 1;
    // The end of the last that somebody waited for lets several begin in the background.
    for (const priority of ['foreground', 'background'] as const) {
      for (const waiter of waiting[priority]) {
        if (!hasRoom(priority)) break;
        waiting[priority].delete(waiter);
        running[priority] += 1;
        waiter.begin();
      }
    }
  }

  return {
    async run(work, options) {
      await turn(options);
      try {
        return await work();
      } finally {
        leave(options.priority);
      }
    },
  };
}

async function queued(queue: Set<Waiter>, signal: AbortSignal | undefined): Promise<void> {
  const turn = Promise.withResolvers<void>();
  const waiter: Waiter = { begin: turn.resolve };
  function abort(): void {
    if (queue.delete(waiter)) turn.reject(signal?.reason);
  }
  queue.add(waiter);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    await turn.promise;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}
