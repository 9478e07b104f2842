/** Asks for the next piece before this one is worked on: files are read, and zlib inflates, in other threads meanwhile. */
export async function* ahead<Piece>(content: AsyncIterable<Piece>): AsyncGenerator<Piece> {
  const pieces = content[Symbol.asyncIterator]();
  let next = pieces.next();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done === true) return;
      next = pieces.next();
      // Whoever waits for it sees what it throws.
      next.catch(() => {});
      yield value;
    }
  } finally {
    await next.catch(() => {});
    await pieces.return?.();
  }
}
