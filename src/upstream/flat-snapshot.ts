import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { type ChannelRecord, findKeyName } from '../ecosystems/conda/channel-page.ts';
import type { RecordSlice, RepodataOutline } from '../ecosystems/conda/repodata-outline.ts';
import { sliceRepodata } from '../ecosystems/conda/repodata-slices.ts';
import { GatehouseError } from '../model/errors.ts';

/** All records of one `repodata.json` in a file that has no name, and where in it those of each package name are. */
export interface FlatSnapshot extends AsyncDisposable {
  readonly outline: RepodataOutline;
  /** Package names. */
  readonly names: number;
  /** Records whose key is no file name, so that nothing can ask for them. */
  readonly nameless: number;
  /** The records of a name, without those that the document lists as removed; in the order of the document. */
  read(name: string): Promise<readonly ChannelRecord[]>;
}

/** From where to where the records of a name go; neighbours are one run. */
type Runs = Map<string, number[]>;

interface Copy {
  readonly runs: Runs;
  end: number;
  nameless: number;
}

const LIMIT_BYTES = 64 * 1024 * 1024;

/** Slices a `repodata.json` into a spool file; throws as the slicer and its source do. Memory: a few runs per name. */
export async function spoolRepodata(
  pieces: AsyncIterable<Uint8Array>,
  spool: string,
): Promise<FlatSnapshot> {
  const handle = await openNameless(spool);
  try {
    const copy: Copy = { runs: new Map(), end: 0, nameless: 0 };
    const reading = sliceRepodata(pieces);
    for await (const batch of reading.batches) {
      const start = copy.end;
      await writeAll(handle, Buffer.concat(batch.flatMap((slice) => place(slice, copy))), start);
    }
    const { runs, nameless } = copy;
    return snapshotOf(handle, { runs, nameless, outline: reading.outline() });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function snapshotOf(
  handle: FileHandle,
  found: {
    readonly runs: Runs;
    readonly nameless: number;
    readonly outline: RepodataOutline;
  },
): FlatSnapshot {
  const removed = new Set(found.outline.removed);
  const reads = new Set<Promise<unknown>>();

  async function read(name: string): Promise<readonly ChannelRecord[]> {
    const places = found.runs.get(name) ?? [];
    const records: ChannelRecord[] = [];
    let total = 0;
    for (let at = 0; at + 1 < places.length; at += 2) {
      const [start = 0, end = 0] = places.slice(at, at + 2);
      total += end - start;
      if (total > LIMIT_BYTES) throw tooMany(name);
      records.push(...unframe(await readAll(handle, start, end - start)));
    }
    return records.filter(({ key }) => !removed.has(key));
  }

  return {
    outline: found.outline,
    names: found.runs.size,
    nameless: found.nameless,
    async read(name) {
      const reading = read(name);
      reads.add(reading);
      try {
        return await reading;
      } finally {
        reads.delete(reading);
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(reads);
      await handle.close();
    },
  };
}

// Without a name nothing is left of it, however the process ends.
async function openNameless(spool: string): Promise<FileHandle> {
  const path = join(spool, `${randomUUID()}.spool`);
  try {
    const handle = await open(path, 'wx+', 0o600);
    await rm(path, { force: true });
    return handle;
  } catch (error) {
    throw noRoom(error);
  }
}

/** Finds a slice its place in the copy; what is to be written there. */
function place(slice: RecordSlice, copy: Copy): readonly Uint8Array[] {
  const name = findKeyName(slice);
  if (name === undefined) {
    copy.nameless += 1;
    return [];
  }
  const framed = frame(slice);
  const start = copy.end;
  copy.end += framed.reduce((sum, part) => sum + part.length, 0);
  extend(copy.runs, name, { start, end: copy.end });
  return framed;
}

function frame({ group, key, bytes }: RecordSlice): readonly Uint8Array[] {
  return [Buffer.from(`${JSON.stringify([group, key, bytes.length])}\n`), bytes];
}

function* unframe(bytes: Buffer): Generator<ChannelRecord> {
  for (let at = 0; at < bytes.length;) {
    const lineEnd = bytes.indexOf(0x0a, at);
    const head: unknown = JSON.parse(bytes.toString('utf8', at, lineEnd));
    if (!isHead(head)) throw new TypeError('a spool file that is not as it was written');
    const [group, key, length] = head;
    at = lineEnd + 1 + length;
    yield { group, key, text: bytes.toString('utf8', lineEnd + 1, at) };
  }
}

function isHead(head: unknown): head is readonly [string, string, number] {
  return Array.isArray(head) && head.length === 3 && typeof head[2] === 'number';
}

function extend(runs: Runs, name: string, run: { start: number; end: number }): void {
  const known = runs.get(name);
  if (known === undefined) runs.set(name, [run.start, run.end]);
  else if (known.at(-1) === run.start) known[known.length - 1] = run.end;
  else known.push(run.start, run.end);
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const writing = handle.write(bytes, at, bytes.length - at, position + at);
    const { bytesWritten } = await writing.catch((error: unknown) => {
      throw noRoom(error);
    });
    at += bytesWritten;
  }
}

async function readAll(handle: FileHandle, start: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length;) {
    const { bytesRead } = await handle.read(bytes, at, length - at, start + at);
    if (bytesRead === 0) throw new TypeError('a spool file that is shorter than it was written');
    at += bytesRead;
  }
  return bytes;
}

function noRoom(cause: unknown): GatehouseError {
  return new GatehouseError('store-full', 'the copy of an index could not be written', {
    hint: 'Check the disk that holds the folder channels beside the store.',
    cause,
  });
}

function tooMany(name: string): GatehouseError {
  return new GatehouseError(
    'upstream-mismatch',
    `the records of ${name}: expected at most ${LIMIT_BYTES} bytes, got more`,
  );
}
