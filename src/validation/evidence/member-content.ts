import { createHash } from 'node:crypto';

import type { InspectedMember, Inspector } from './inspectors/inspector.ts';

/** A member's content: its beginning, as far as somebody wanted it, and what the whole comes to. */
export interface Read {
  readonly head: Uint8Array;
  readonly sizeBytes: number;
  readonly sha256: Buffer;
}

/** Reads a member to its end and keeps so many bytes of its beginning. */
export async function readMember(
  content: AsyncIterable<Uint8Array>,
  headBytes: number,
): Promise<Read> {
  const hash = createHash('sha256');
  const kept: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of ahead(content)) {
    hash.update(piece);
    if (sizeBytes < headBytes) kept.push(piece.subarray(0, headBytes - sizeBytes));
    sizeBytes += piece.length;
  }
  const [first, ...more] = kept;
  const head = first !== undefined && more.length === 0 ? first : Buffer.concat(kept);
  return { head, sizeBytes, sha256: hash.digest() };
}

/** Asks for the next piece before this one is worked on: zlib inflates in a thread of its own meanwhile. */
async function* ahead(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const pieces = content[Symbol.asyncIterator]();
  let next = pieces.next();
  for (;;) {
    const { done, value } = await next;
    if (done === true) return;
    next = pieces.next();
    // Whoever waits for it sees what it throws.
    next.catch(() => {});
    yield value;
  }
}

/** Shows an inspector as much of a member as it asked for. */
export function show(
  inspector: Inspector,
  member: InspectedMember,
  { head, sizeBytes, sha256, bytes }: Read & { readonly bytes: number },
): void {
  inspector.look(member, {
    head: head.subarray(0, bytes),
    isWhole: sizeBytes <= bytes,
    sha256: sha256.toString('hex'),
  });
}
