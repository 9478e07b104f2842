import { type ChannelRecord, findKeyName } from '../ecosystems/conda/channel-page.ts';
import { KEY_SALT_LENGTH } from '../ecosystems/conda/key-set.ts';
import type { RecordFrame, RepodataOutline } from '../ecosystems/conda/repodata-outline.ts';
import { sliceRepodata, sliceRun } from '../ecosystems/conda/repodata-slices.ts';
import { GatehouseError } from '../model/errors.ts';
import { openSpoolFile, type SpoolFile } from './spool-file.ts';

/** A copy of one `repodata.json` in a file that has no name, and where in it the records of each package name are. */
export interface FlatSnapshot extends AsyncDisposable {
  readonly outline: RepodataOutline;
  /** Package names. */
  readonly names: number;
  /** Records whose key is no file name, so that nothing can ask for them. */
  readonly nameless: number;
  /** The records of a name, without those that the document lists as removed; in the order of the document. */
  read(name: string): Promise<readonly ChannelRecord[]>;
}

/** From where to where records go; neighbours are one run. */
type Runs = number[];

interface Places {
  /** By name and group. */
  readonly names: Map<string, Map<string, Runs>>;
  /** Where the record before is. */
  last: Runs | undefined;
  nameless: number;
}

const LIMIT_BYTES = 64 * 1024 * 1024;

/** Copies a `repodata.json`; throws as the slicer and its source do. Memory: a few runs per name. */
export async function spoolRepodata(
  pieces: AsyncIterable<Uint8Array>,
  spool: string,
): Promise<FlatSnapshot> {
  const file = await openSpoolFile(spool);
  try {
    const places: Places = { names: new Map(), last: undefined, nameless: 0 };
    const salt = crypto.getRandomValues(new Int32Array(KEY_SALT_LENGTH));
    const reading = sliceRepodata(file.copied(pieces), { salt });
    for await (const { records } of reading.batches) placeAll(records, places);
    return snapshotOf(file, places, reading.outline());
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}

function snapshotOf(file: SpoolFile, places: Places, outline: RepodataOutline): FlatSnapshot {
  const removed = new Set(outline.removed);
  const reads = new Set<Promise<unknown>>();

  async function read(name: string): Promise<readonly ChannelRecord[]> {
    const records: ChannelRecord[] = [];
    let total = 0;
    for (const [group, runs] of places.names.get(name) ?? []) {
      for (let at = 0; at + 1 < runs.length; at += 2) {
        const [start = 0, end = 0] = runs.slice(at, at + 2);
        total += end - start;
        if (total > LIMIT_BYTES) throw tooMany(name);
        records.push(...recordsOf(await file.read(start, end), group));
      }
    }
    return records.filter(({ key }) => !removed.has(key));
  }

  return {
    outline,
    names: places.names.size,
    nameless: places.nameless,
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
      await file[Symbol.asyncDispose]();
    },
  };
}

function placeAll(records: readonly RecordFrame[], places: Places): void {
  for (const record of records) {
    const name = findKeyName(record);
    if (name === undefined) {
      places.nameless += 1;
      places.last = undefined;
      continue;
    }
    const runs = runsOf(places, name, record.group);
    if (runs === places.last) runs[runs.length - 1] = record.end;
    else runs.push(record.keyAt, record.end);
    places.last = runs;
  }
}

function runsOf({ names }: Places, name: string, group: string): Runs {
  const groups = names.get(name) ?? new Map<string, Runs>();
  const runs = groups.get(group) ?? [];
  if (runs.length > 0) return runs;
  // A copy: the name is a part of a larger text.
  if (groups.size === 0) names.set(Buffer.from(name).toString(), groups);
  groups.set(group, runs);
  return runs;
}

function recordsOf(memory: ArrayBuffer, group: string): readonly ChannelRecord[] {
  const { records, bytesOf } = sliceRun(memory, group);
  return records.map((record) => ({
    group,
    key: record.key,
    text: Buffer.from(bytesOf(record)).toString(),
  }));
}

function tooMany(name: string): GatehouseError {
  return new GatehouseError(
    'upstream-mismatch',
    `the records of ${name}: expected at most ${LIMIT_BYTES} bytes, got more`,
  );
}
