import { z } from 'zod';

import { isSha256 } from '../model/sha256.ts';
import type { ArtifactFilename, ProjectName, SourceId } from '../model/subject.ts';
import { objectKey } from '../store/object-store.ts';
import {
  decodeStored,
  encodeStored,
  type StoredFormat,
  storedNames,
} from '../store/stored-json.ts';
import { askGate } from './gate.ts';
import type { House } from './house.ts';
import { findNamed } from './knowledge.ts';
import { reach } from './reach.ts';

/** A shard that an index named once (CEP 16): clients may ask for it for a week, and longer. */
export interface KeptShard {
  readonly source: SourceId;
  readonly subdir: string;
  readonly project: ProjectName;
  /** The files that it names. */
  readonly filenames: readonly ArtifactFilename[];
  readonly body: Uint8Array;
}

/** Keeps a shard under its digest. What is lost in a crash is made anew with the index that names it. */
export async function keepShard(
  { state }: Pick<House, 'state'>,
  sha256: string,
  shard: KeptShard,
): Promise<void> {
  const { body, ...about } = shard;
  const stored = { ...about, body: Buffer.from(body).toString('base64') };
  await state.store.put(objectKey('shards', sha256), encodeStored(SHARD, stored), {
    durability: 'lazy',
  });
}

/** A shard of an earlier index, while every file that it names still passes the gate; absent: else, or it is none. */
export async function findShard(
  house: House,
  wanted: { readonly source: SourceId; readonly subdir: string; readonly sha256: string },
): Promise<Uint8Array | undefined> {
  if (!isSha256(wanted.sha256)) return undefined;
  const key = objectKey('shards', wanted.sha256);
  const bytes = await house.state.store.read(key);
  if (bytes === undefined) return undefined;
  const { source, subdir, project, filenames, body } = decodeStored(SHARD, bytes, key);
  if (source !== wanted.source || subdir !== wanted.subdir) return undefined;
  const reached = await reach(house, project);
  if (reached.kind !== 'catalogued' || reached.project.source !== source) return undefined;
  const passes = filenames.every((filename) => {
    const artifact = findNamed(reached.project, filename);
    if (artifact === undefined) return false;
    return askGate(house.state, { project: reached.project, artifact }).verdict === 'approve';
  });
  return passes ? Buffer.from(body, 'base64') : undefined;
}

interface Stored extends Omit<KeptShard, 'body'> {
  readonly body: string;
}

const SHARD: StoredFormat<Stored> = {
  name: 'gatehouse.shard',
  version: 1,
  schema: z.object({
    source: storedNames.source,
    subdir: z.string(),
    project: storedNames.project,
    filenames: z.array(storedNames.filename),
    body: z.string(),
  }),
};
