import { z } from 'zod';

import { GatehouseError } from '../model/errors.ts';
import type { Sha256 } from '../model/sha256.ts';
import type { Subject } from '../model/subject.ts';
import { objectKey, type ObjectKey, type ObjectStore } from '../store/object-store.ts';
import { canonicalJson } from './canonical-json.ts';
import type { LedgerEntry } from './entries.ts';
import { admissionFields } from './entry-schema.ts';
import type { Head } from './head.ts';
import { parseStored } from './stored-json.ts';

/** The format of markers that this program writes, and the newest that it reads. */
export const MARKER_FORMAT = 1;

/** A subject that may be served, as far as its bytes go. */
export interface Admission {
  readonly subject: Subject;
  /** Index of its entry in the ledger. */
  readonly position: number;
  readonly sizeBytes: number;
  /** Digest of the evidence object. */
  readonly evidence: Sha256;
}

/** The admission that an entry states, if it does. */
export function admissionOf(entry: LedgerEntry, position: number): Admission | undefined {
  if (entry.kind !== 'admission') return undefined;
  const { subject, sizeBytes, evidence } = entry;
  return { subject, position, sizeBytes, evidence };
}

/** The admissions among the inline entries of a head, in order. */
export function inlineAdmissions(head: Head): readonly Admission[] {
  return head.inline.flatMap(({ entry }, index) => admissionOf(entry, head.flushed + index) ?? []);
}

/** The admission of a subject as of a head: inline there, or with its marker in the store. */
export async function findAdmission(
  store: ObjectStore,
  head: Head,
  subject: Subject,
): Promise<Admission | undefined> {
  const key = markerKey(subject);
  const inline = inlineAdmissions(head).find((admission) => markerKey(admission.subject) === key);
  if (inline !== undefined) return inline;
  const marker = await store.read(key);
  return marker && decodeMarker(key, marker);
}

/** All admissions of a head, and perhaps some that came since; each once, in no order. */
export async function* listAdmissions(store: ObjectStore, head: Head): AsyncGenerator<Admission> {
  // The head came first: what leaves it afterwards already has its marker when the listing begins.
  const inline = inlineAdmissions(head);
  yield* inline;
  const known = new Set(inline.map(({ subject }) => markerKey(subject)));
  for await (const keys of groupsOf(READS_AT_ONCE, store.list(objectKey('admitted')))) {
    const marked = keys.filter((key) => !known.has(key));
    yield* await Promise.all(marked.map((key) => readMarker(store, key)));
  }
}

/** Where the marker of a subject is; throws `invalid-key` for a name that no key can hold. */
export function markerKey({ source, project, filename, sha256 }: Subject): ObjectKey {
  const segments = ['admitted', sha256, source, project, ...filename.split('/').map(escape)];
  const long = segments.find((segment) => segment.length > MAX_SEGMENT);
  if (long !== undefined) {
    throw new GatehouseError('invalid-key', `too long for a key: ${JSON.stringify(long)}`);
  }
  return objectKey(...segments);
}

/** What the store keeps under `markerKey`: one text for one admission. */
export function encodeMarker(admission: Admission): Uint8Array {
  const { subject, position, sizeBytes, evidence } = admission;
  const marker = { format: MARKER_FORMAT, subject, position, sizeBytes, evidence };
  return Buffer.from(canonicalJson(marker));
}

/** What a file name of the usual file systems can hold. */
const MAX_SEGMENT = 255;

const READS_AT_ONCE = 32;

const markerSchema = z.strictObject({
  format: z.literal(MARKER_FORMAT),
  position: z.int().nonnegative(),
  ...admissionFields,
});

async function readMarker(store: ObjectStore, key: ObjectKey): Promise<Admission> {
  const content = await store.read(key);
  if (content === undefined) {
    throw new GatehouseError('store-corrupt', `an admission's marker has vanished: ${key}`);
  }
  return decodeMarker(key, content);
}

function decodeMarker(key: ObjectKey, content: Uint8Array): Admission {
  const format = { what: "an admission's marker", newest: MARKER_FORMAT };
  const parsed = markerSchema.safeParse(parseStored(Buffer.from(content).toString(), format));
  if (!parsed.success || markerKey(parsed.data.subject) !== key) {
    throw new GatehouseError('store-corrupt', `not an admission's marker: ${key}`, {
      cause: parsed.error,
    });
  }
  const { subject, position, sizeBytes, evidence } = parsed.data;
  return { subject, position, sizeBytes, evidence };
}

/** File names may have characters that keys must not; `=` and two hexadecimal digits stand for one. */
function escape(text: string): string {
  return text.replaceAll(
    /[^A-Za-z0-9._+!~-]/g,
    (character) => `=${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

async function* groupsOf<Item>(
  count: number,
  items: AsyncIterable<Item>,
): AsyncGenerator<readonly Item[]> {
  let group: Item[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length < count) continue;
    yield group;
    group = [];
  }
  yield group;
}
