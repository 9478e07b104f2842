import { z } from 'zod';

import { GatehouseError, isGatehouseError } from '../model/errors.ts';
import type { ArtifactRecord, ProjectRecords } from '../model/record.ts';
import type { Sha256 } from '../model/sha256.ts';
import type { ProjectName, SourceId } from '../model/subject.ts';
import { blobKey, putBlob, readBlob, sha256Of } from './blobs.ts';
import {
  objectKey,
  type ObjectKey,
  type ObjectStore,
  type Pointer,
  type SwapOutcome,
} from './object-store.ts';
import { type AnswerContext, mergeRecords, type UpstreamAnswer } from './records-merge.ts';
import { decodeStored, encodeStored, type StoredFormat, storedNames } from './stored-json.ts';

/** What was found under one key: records, or why there are none to be had. */
export type ListedRecords =
  | { readonly kind: 'records'; readonly records: ProjectRecords }
  | { readonly kind: 'damaged'; readonly key: ObjectKey; readonly error: GatehouseError };

/** What is remembered of the projects of every source. */
export interface RecordsStore {
  /** Never answered: undefined. */
  read(source: SourceId, project: ProjectName): Promise<ProjectRecords | undefined>;
  /** Merges an upstream's answer into what is there then, and gives what there is now. Synced. */
  save(answer: UpstreamAnswer, context: AnswerContext): Promise<ProjectRecords>;
  /**
   * Notes that upstream has the page with this etag still (304). When another answer was saved meanwhile, that
   * stands. Never answered: undefined.
   */
  confirm(context: AnswerContext): Promise<ProjectRecords | undefined>;
  /** All there are, in the order of their keys. One that is damaged does not hide the others. */
  list(): AsyncIterable<ListedRecords>;
}

/**
 * A pointer for each project says when upstream last answered and where the rest is: a blob, which stays the same
 * as long as upstream says the same.
 */
export function openRecords(store: ObjectStore): RecordsStore {
  return {
    read: async (source, project) => (await load(store, keyOf(source, project)))?.records,
    save: async (answer, context) => {
      const key = keyOf(context.source, context.project);
      // Ends: after each conflict another's answer is in.
      for (;;) {
        const current = await load(store, key);
        const merged = mergeRecords(current?.records, answer, context);
        const content = await putContent(store, merged, current?.content);
        const outcome = await point(store, current, { key, content, records: merged });
        if (outcome.kind === 'swapped') return merged;
      }
    },
    confirm: async (context) => {
      const key = keyOf(context.source, context.project);
      for (;;) {
        const current = await load(store, key);
        if (current === undefined || current.records.etag !== context.etag) return current?.records;
        const confirmed = { ...current.records, fetched: context.now };
        const { content } = current;
        const outcome = await point(store, current, { key, content, records: confirmed });
        if (outcome.kind === 'swapped') return confirmed;
      }
    },
    list: () => list(store),
  };
}

function keyOf(source: SourceId, project: ProjectName): ObjectKey {
  return objectKey('records', source, project);
}

interface Loaded {
  readonly records: ProjectRecords;
  readonly content: Sha256;
  readonly version: Pointer['version'];
}

async function load(store: ObjectStore, key: ObjectKey): Promise<Loaded | undefined> {
  const pointer = await store.readPointer(key);
  if (pointer === undefined) return undefined;
  const { content, etag, fetched } = decodeStored(POINTER, pointer.content, key);
  const bytes = await readBlob(store, content);
  if (bytes === undefined) {
    throw new GatehouseError('store-corrupt', `the records of ${key} are missing: ${content}`, {
      hint: `Restore ${blobKey(content)} in the store.`,
    });
  }
  const stated = decodeStored(RECORDS, bytes, key);
  if (keyOf(stated.source, stated.project) !== key) {
    throw new GatehouseError('store-corrupt', `records of another project at ${key}: ${content}`);
  }
  const records = { ...stated, ...(etag === undefined ? {} : { etag }), fetched };
  return { records, content, version: pointer.version };
}

async function putContent(
  store: ObjectStore,
  records: ProjectRecords,
  current: Sha256 | undefined,
): Promise<Sha256> {
  const { etag: _etag, fetched: _fetched, ...stated } = records;
  const bytes = encodeStored(RECORDS, stated);
  const content = sha256Of(bytes);
  return content === current ? content : await putBlob(store, bytes, 'synced');
}

async function point(
  store: ObjectStore,
  current: Loaded | undefined,
  to: { readonly key: ObjectKey; readonly content: Sha256; readonly records: ProjectRecords },
): Promise<SwapOutcome> {
  const { etag, fetched } = to.records;
  const pointer = { content: to.content, ...(etag === undefined ? {} : { etag }), fetched };
  return await store.swapPointer(to.key, current?.version, encodeStored(POINTER, pointer));
}

/** Reading many at once takes a fraction of the time at start. */
const AT_ONCE = 16;

async function* list(store: ObjectStore): AsyncGenerator<ListedRecords> {
  const keys = await Array.fromAsync(store.listPointers(objectKey('records')));
  for (let start = 0; start < keys.length; start += AT_ONCE) {
    const batch = keys.slice(start, start + AT_ONCE).map((key) => listOne(store, key));
    for (const listed of await Promise.all(batch)) if (listed !== undefined) yield listed;
  }
}

async function listOne(store: ObjectStore, key: ObjectKey): Promise<ListedRecords | undefined> {
  try {
    const loaded = await load(store, key);
    return loaded && { kind: 'records', records: loaded.records };
  } catch (error) {
    if (isGatehouseError(error, 'store-corrupt')) return { kind: 'damaged', key, error };
    throw error;
  }
}

const statusSchema = z.object({
  status: z.enum(['active', 'archived', 'quarantined', 'deprecated']),
  reason: z.string().exactOptional(),
});

const recordSchema: z.ZodType<ArtifactRecord> = z.object({
  filename: storedNames.filename,
  url: z.string(),
  sha256: storedNames.sha256.exactOptional(),
  sizeBytes: z.number().exactOptional(),
  uploadTime: z.string().exactOptional(),
  requiresPython: z.string().exactOptional(),
  yanked: z.object({ reason: z.string() }).exactOptional(),
  sidecar: z.object({ sha256: storedNames.sha256.exactOptional() }).exactOptional(),
  provenance: z.string().exactOptional(),
  repodata: z.string().exactOptional(),
  firstSeen: z.number(),
  goneSince: z.number().exactOptional(),
  mutation: z.object({ sha256: storedNames.sha256, seen: z.number() }).exactOptional(),
});

const RECORDS: StoredFormat<Omit<ProjectRecords, 'etag' | 'fetched'>> = {
  name: 'gatehouse.records',
  version: 1,
  schema: z.object({
    source: storedNames.source,
    project: storedNames.project,
    status: statusSchema.exactOptional(),
    absentUpstream: z.boolean(),
    records: z.array(recordSchema),
  }),
};

interface RecordsPointer {
  /** Digest of the blob with all but when and how upstream last answered. */
  readonly content: Sha256;
  readonly etag?: string;
  readonly fetched: number;
}

const POINTER: StoredFormat<RecordsPointer> = {
  name: 'gatehouse.records-pointer',
  version: 1,
  schema: z.object({
    content: storedNames.sha256,
    etag: z.string().exactOptional(),
    fetched: z.number(),
  }),
};
