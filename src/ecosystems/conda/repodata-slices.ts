import { scheduler } from 'node:timers/promises';

import { GatehouseError } from '../../model/errors.ts';
import { beginRepodata, windowOf, type Progress } from './repodata-cursor.ts';
import { REPODATA_LIMITS, type RepodataLimits } from './repodata-limits.ts';
import type { RecordSlice, RepodataOutline } from './repodata-outline.ts';
import { repodataRefused } from './repodata-refusals.ts';
import { advance } from './repodata-steps.ts';
import { checkUtf8, type Utf8Check } from './utf8-check.ts';

/** Steps begin when so much has come: what they did not finish they look at again. */
const WINDOW_BYTES = 64 * 1024;

/** A `repodata.json` that is being read. */
export interface RepodataReading {
  /** All records in the order of the document, some at a time; to be read once, to the end. */
  readonly batches: AsyncIterable<readonly RecordSlice[]>;
  /** What else the document says. Throws `wrong-use` before `batches` has come to its end. */
  readonly outline: () => RepodataOutline;
}

/**
 * Reads a `repodata.json` (CEP 36, CEP 48) of any size, in pieces of any size, in constant memory but for eight bytes
 * for each record. Every record is parsed; its bytes stay as they are. Gives way to other work after each window.
 * Throws `invalid-page` with a reason of `REPODATA_REFUSALS` and the offset, also after some batches: what came before
 * is then worth nothing. An empty document is an empty object.
 */
export function sliceRepodata(
  pieces: AsyncIterable<Uint8Array>,
  limits: RepodataLimits = REPODATA_LIMITS,
): RepodataReading {
  const progress = beginRepodata(limits);
  const ended = { totalBytes: -1 };
  return {
    batches: batchesOf(pieces, progress, ended),
    outline: () => outlineOf(progress, ended.totalBytes),
  };
}

async function* batchesOf(
  pieces: AsyncIterable<Uint8Array>,
  progress: Progress,
  ended: { totalBytes: number },
): AsyncGenerator<readonly RecordSlice[]> {
  const utf8 = checkUtf8();
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let wantedBytes = WINDOW_BYTES;
  let offset = 0;
  for await (const piece of cutUp(pieces)) {
    checkPiece(piece, offset + pendingBytes, utf8, progress);
    pending.push(piece);
    pendingBytes += piece.length;
    if (pendingBytes < wantedBytes) continue;
    const window = windowOf(Buffer.concat(pending, pendingBytes), offset);
    const taken = advance(progress, window);
    if (progress.found.length > 0) yield found(progress);
    pending = [window.bytes.subarray(taken)];
    pendingBytes -= taken;
    offset += taken;
    // Twice what is left: a large value that comes slowly is not looked at again for every piece.
    wantedBytes = Math.max(WINDOW_BYTES, 2 * pendingBytes);
    await scheduler.yield();
  }
  const window = windowOf(Buffer.concat(pending, pendingBytes), offset);
  const totalBytes = offset + pendingBytes;
  const cut = utf8.end();
  if (cut !== undefined) throw repodataRefused('invalid-utf8', cut, 'a character is cut');
  const taken = advance(progress, window);
  if (totalBytes > 0 && (progress.level !== 'done' || taken !== pendingBytes)) {
    throw repodataRefused('truncated', totalBytes, 'the document ends too early');
  }
  if (progress.found.length > 0) yield found(progress);
  ended.totalBytes = totalBytes;
}

/** Pieces that keep nobody waiting for long. */
async function* cutUp(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += 2 * WINDOW_BYTES) {
      yield piece.subarray(at, at + 2 * WINDOW_BYTES);
    }
  }
}

function checkPiece(
  piece: Uint8Array,
  offset: number,
  utf8: Utf8Check,
  { limits }: Progress,
): void {
  if (offset + piece.length > limits.totalBytes) {
    const message = `too large: expected at most ${limits.totalBytes} bytes`;
    throw repodataRefused('too-large', limits.totalBytes, message);
  }
  const invalid = utf8.take(piece);
  if (invalid !== undefined) {
    throw repodataRefused('invalid-utf8', invalid, 'a byte is not UTF-8');
  }
}

function found(progress: Progress): readonly RecordSlice[] {
  const batch = progress.found;
  progress.found = [];
  return batch;
}

function outlineOf(progress: Progress, totalBytes: number): RepodataOutline {
  if (totalBytes < 0) {
    throw new GatehouseError('wrong-use', 'the outline of a repodata.json before its end');
  }
  const { info, removed, repodataVersion, skipped, records } = progress;
  return { info, removed, repodataVersion, skipped, records, totalBytes };
}
