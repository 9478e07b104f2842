interface Flight<Value> {
  readonly outcome: Promise<Value>;
  readonly abort: AbortController;
  waiters: number;
}

/**
 * Makes asynchronous work shared: while it is under way for a key, further callers wait for the same outcome.
 * A caller whose signal aborts stops waiting; when the last one has left, the work itself is aborted and the
 * next caller begins anew. Nothing is kept after the outcome. Keys are compared by `identify`.
 */
export function coalesce<Key, Value>(
  work: (key: Key, signal: AbortSignal) => Promise<Value>,
  identify: (key: Key) => unknown = (key) => key,
): (key: Key, signal?: AbortSignal) => Promise<Value> {
  const flights = new Map<unknown, Flight<Value>>();

  function begin(key: Key, id: unknown): Flight<Value> {
    const abort = new AbortController();
    const outcome = Promise.try(work, key, abort.signal).finally(() => end(id, flight));
    const flight: Flight<Value> = { outcome, abort, waiters: 0 };
    flights.set(id, flight);
    return flight;
  }

  function end(id: unknown, flight: Flight<Value>): void {
    if (flights.get(id) === flight) flights.delete(id);
  }

  return async (key, signal) => {
    signal?.throwIfAborted();
    const id = identify(key);
    const flight = flights.get(id) ?? begin(key, id);
    flight.waiters += 1;
    try {
      return await orAborted(flight.outcome, signal);
    } finally {
      flight.waiters -= 1;
      if (flight.waiters === 0 && flights.get(id) === flight) {
        end(id, flight);
        flight.abort.abort(new DOMException('nobody waits for it any more', 'AbortError'));
      }
    }
  };
}

async function orAborted<Value>(
  outcome: Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  if (signal === undefined) return outcome;
  const left = Promise.withResolvers<never>();
  function leave(): void {
    left.reject(signal?.reason);
  }
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([outcome, left.promise]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
