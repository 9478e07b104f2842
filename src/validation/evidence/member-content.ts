import { createHash } from 'node:crypto';

import { ahead } from '../archives/ahead.ts';
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
