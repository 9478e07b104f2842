import { scheduler } from 'node:timers/promises';

import { GatehouseError } from '../../model/errors.ts';
import type { KeySalt, KeySet } from './key-set.ts';
import { beginRepodata, windowOf, type Progress, type Window } from './repodata-cursor.ts';
import { REPODATA_LIMITS, type RepodataLimits } from './repodata-limits.ts';
import type { RecordBatch, RepodataOutline } from './repodata-outline.ts';
import { repodataRefused } from './repodata-refusals.ts';
import { advance } from './repodata-steps.ts';
import { windowMemory } from './repodata-window.ts';
import { checkUtf8, type Utf8Check } from './utf8-check.ts';

export interface SliceOptions {
  readonly limits?: RepodataLimits;
  /** Another one each time where the document is not one's own. */
  readonly salt: KeySalt;
}

/** A `repodata.json` that is being read. */
export interface RepodataReading {
  /** All records in the order of the document, some at a time; to be read once, to the end. */
  readonly batches: AsyncIterable<RecordBatch>;
  /** What else the document says. Throws `wrong-use` before `batches` has come to its end. */
  readonly outline: () => RepodataOutline;
}

/**
 * Frames the records of a `repodata.json` (CEP 36, CEP 48) of any size, in pieces of any size, in constant memory but
 * for eight bytes for each record. The text of a record is not read, only told from what is around it, which is read.
 * Gives way to other work after each window. Throws `invalid-page` with a reason of `REPODATA_REFUSALS` and the offset,
 * also after some batches: what came before is then worth nothing. An empty document is an empty object.
 */
export function sliceRepodata(
  pieces: AsyncIterable<Uint8Array>,
  { limits = REPODATA_LIMITS, salt }: SliceOptions,
): RepodataReading {
  const progress = beginRepodata(limits, salt);
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
): AsyncGenerator<RecordBatch> {
  const utf8 = checkUtf8();
  const memory = windowMemory(progress.limits.windowBytes);
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const before = memory.totalBytes();
      const taken = memory.fill(piece.subarray(at));
      checkPiece(piece.subarray(at, at + taken), before, utf8, progress);
      at += taken;
      if (!memory.isFull()) continue;
      const window = memory.window('more');
      const reached = advance(progress, window);
      if (progress.found.length > 0) yield batchOf(progress, window);
      memory.release(reached);
      await scheduler.yield();
    }
  }
  const totalBytes = memory.totalBytes();
  const cut = utf8.end();
  if (cut !== undefined) throw repodataRefused('invalid-utf8', cut, 'a character is cut');
  const window = memory.window('last');
  const reached = advance(progress, window);
  if (totalBytes > 0 && (progress.level !== 'done' || reached !== window.bytes.length)) {
    throw repodataRefused('truncated', totalBytes, 'the document ends too early');
  }
  if (progress.found.length > 0) yield batchOf(progress, window);
  ended.totalBytes = totalBytes;
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

function batchOf(progress: Progress, { bytes, offset }: Window): RecordBatch {
  const records = progress.found;
  progress.found = [];
  return {
    records,
    bytesOf: ({ start, end }) => bytes.subarray(start - offset, end - offset),
  };
}

/**
 * Frames the records of one group again, from the first key of a row of neighbours to the end of the last: what was
 * framed by `sliceRepodata` before, so that nothing is refused.
 */
export function sliceRun(
  memory: ArrayBuffer,
  group: string,
  limits: RepodataLimits = REPODATA_LIMITS,
): RecordBatch {
  const begun = beginRepodata(limits, new Int32Array(0));
  const progress: Progress = { ...begun, names: ANY_NAMES, level: 'group', group };
  const window = windowOf(memory, { length: memory.byteLength, offset: 0, isLast: true });
  if (advance(progress, window) !== memory.byteLength || progress.expecting !== 'next') {
    throw new GatehouseError('wrong-use', 'a run of records that was not framed before');
  }
  return batchOf(progress, window);
}

const ANY_NAMES: KeySet = { add: () => true };

function outlineOf(progress: Progress, totalBytes: number): RepodataOutline {
  if (totalBytes < 0) {
    throw new GatehouseError('wrong-use', 'the outline of a repodata.json before its end');
  }
  const { info, removed, repodataVersion, skipped, records } = progress;
  return { info, removed, repodataVersion, skipped, records, totalBytes };
}
