import { createHash } from 'node:crypto';

import { z } from 'zod';

import { GatehouseError } from '../model/errors.ts';
import { parseSha256, type Sha256 } from '../model/sha256.ts';
import { DAY_MS, type Instant } from '../model/time.ts';
import { objectKey, type ObjectKey, type ObjectStore } from '../store/object-store.ts';
import { parseJson, parseStored } from './stored-json.ts';

/** The format of segments that this program writes, and the newest that it reads. */
export const SEGMENT_FORMAT = 1;

/** Who fetched what, as one flat JSON object. */
export type AccessLine = Readonly<Record<string, string | number | boolean | undefined>>;

/** A part of the access log that is to be written. */
export interface ClosedSegment {
  readonly replica: string;
  /** When its first line came. */
  readonly started: Instant;
  /** Lines that were dropped before this segment, because the store was away for too long. */
  readonly lost: number;
  /** Each line's JSON. */
  readonly texts: readonly string[];
}

/** A part of the access log in the store. */
export interface AccessSegment {
  readonly key: ObjectKey;
  readonly sha256: Sha256;
  readonly replica: string;
  readonly lost: number;
  readonly lines: readonly AccessLine[];
}

/** What the ledger says of a segment. */
export interface SegmentSeal {
  readonly segment: ObjectKey;
  readonly sha256: Sha256;
  readonly count: number;
}

/** Writes a segment, synced, numbered by the millisecond of the day at which it began or the next that is free. */
export async function writeSegment(
  store: ObjectStore,
  closed: ClosedSegment,
): Promise<SegmentSeal> {
  const content = encodeSegment(closed);
  const day = new Date(closed.started).toISOString().slice(0, 10);
  for (let number = closed.started % DAY_MS; ; number += 1) {
    const key = objectKey('access', day, `${closed.replica}-${`${number}`.padStart(8, '0')}`);
    const isNew = (await store.put(key, content, { durability: 'synced' })) === 'created';
    // After a lost answer the segment is there already.
    if (isNew || (await hasContent(store, key, content))) {
      return { segment: key, sha256: digestOf(content), count: closed.texts.length };
    }
  }
}

/** Reads a segment; throws `store-too-new`, `store-corrupt`. */
export function decodeSegment(key: ObjectKey, content: Uint8Array): AccessSegment {
  const [first = '', ...texts] = Buffer.from(content).toString().trimEnd().split('\n');
  const known = { what: `the access segment ${key}`, newest: SEGMENT_FORMAT };
  const header = firstLine.safeParse(parseStored(first, known));
  const lines = z.array(accessLine).safeParse(texts.map(parseJson));
  if (!header.success || !lines.success) {
    throw new GatehouseError('store-corrupt', `not an access segment: ${key}`);
  }
  const { replica, lost } = header.data;
  return { key, sha256: digestOf(content), replica, lost, lines: lines.data };
}

const firstLine = z.strictObject({
  format: z.literal(SEGMENT_FORMAT),
  replica: z.string(),
  lost: z.int().nonnegative(),
});

const accessLine = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

function encodeSegment({ replica, lost, texts }: ClosedSegment): Buffer {
  const first = JSON.stringify({ format: SEGMENT_FORMAT, replica, lost });
  return Buffer.from([first, ...texts].map((line) => `${line}\n`).join(''));
}

async function hasContent(store: ObjectStore, key: ObjectKey, content: Buffer): Promise<boolean> {
  const existing = await store.read(key);
  return existing !== undefined && content.equals(existing);
}

function digestOf(content: Uint8Array): Sha256 {
  return parseSha256(createHash('sha256').update(content).digest('hex'));
}
