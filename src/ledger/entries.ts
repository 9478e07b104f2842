import { z } from 'zod';

import type { FindingCode } from '../model/decision.ts';
import { GatehouseError } from '../model/errors.ts';
import type { Sha256 } from '../model/sha256.ts';
import type { Subject } from '../model/subject.ts';
import type { Instant } from '../model/time.ts';
import { canonicalJson } from './canonical-json.ts';
import { entrySchema } from './entry-schema.ts';
import { parseStored } from './stored-json.ts';

/** The format of entries that this program writes, and the newest that it reads. */
export const ENTRY_FORMAT = 1;

/** Larger content is entered as the digest of a blob. */
export const MAX_ENTRY_BYTES = 2048;

/** Bytes were fetched, validated and stored: the subject may be served. */
export interface AdmissionContent {
  readonly kind: 'admission';
  readonly subject: Subject;
  readonly sizeBytes: number;
  /** Digest of the evidence object. */
  readonly evidence: Sha256;
  readonly policy: Sha256;
  readonly revocations?: Sha256;
}

/** Contents were refused. */
export interface RefusalContent {
  readonly kind: 'refusal';
  readonly subject: Subject;
  /** Digest of the evidence object; absent: the bytes gave none. */
  readonly evidence?: Sha256;
  readonly policy: Sha256;
  readonly codes: readonly FindingCode[];
  /** Blob with the whole list of withdrawn subjects from now on; absent: the list stays as it was. */
  readonly withdrawn?: Sha256;
}

/** Another policy is in force. */
export interface PolicyContent {
  readonly kind: 'policy';
  readonly policy: Sha256;
  readonly previous?: Sha256;
}

/** Something was revoked. */
export interface RevocationsContent {
  readonly kind: 'revocations';
  /** Blob with the whole list from now on. */
  readonly revocations: Sha256;
  /** What came with this entry, for people. */
  readonly added?: string;
}

/** A catalogue was sealed. */
export interface CatalogueContent {
  readonly kind: 'catalogue';
  readonly profile: string;
  readonly catalogue: Sha256;
  readonly policy: Sha256;
  readonly asOf: Instant;
  readonly complete: boolean;
  /** How many projects it lists. */
  readonly projects: number;
  /** Blob with the withdrawn subjects that no catalogue contains yet; absent: the list stays as it was. */
  readonly withdrawn?: Sha256;
}

/** An access segment was sealed. */
export interface AccessContent {
  readonly kind: 'access';
  /** The segment's object key. */
  readonly segment: string;
  readonly sha256: Sha256;
  readonly count: number;
}

/** A process started. */
export interface StartContent {
  readonly kind: 'start';
  readonly configuration: Sha256;
  /** Gatehouse's own version. */
  readonly version: string;
}

/** What somebody wants entered. */
export type EntryContent =
  | AdmissionContent
  | RefusalContent
  | PolicyContent
  | RevocationsContent
  | CatalogueContent
  | AccessContent
  | StartContent;

/** What the appender adds to every entry. */
export interface EntryStamp {
  readonly v: typeof ENTRY_FORMAT;
  /** ISO 8601 in UTC with milliseconds. */
  readonly time: string;
  /** `service:<replica>` or `cli:<user>`. */
  readonly actor: string;
  /** Random; equal for all entries of one compare-and-swap. */
  readonly batch: string;
}

export type LedgerEntry = EntryContent & EntryStamp;

/** The one text of an entry; throws `wrong-use` when it is not well-formed or longer than 2 KB. */
export function encodeEntry(entry: LedgerEntry): string {
  // An entry that nobody can decode would stop every process that shares the ledger, so look before writing.
  const checked = entrySchema.safeParse(entry);
  if (!checked.success) {
    throw new GatehouseError('wrong-use', `not a ledger entry: ${z.prettifyError(checked.error)}`);
  }
  const text = canonicalJson(entry);
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes > MAX_ENTRY_BYTES) {
    throw new GatehouseError(
      'wrong-use',
      `a ledger entry has at most ${MAX_ENTRY_BYTES} bytes, this ${entry.kind} has: ${sizeBytes}`,
      { hint: 'Put larger content into a blob and enter its digest.' },
    );
  }
  return text;
}

/** Reads an entry; throws `store-too-new` for a newer format, `store-corrupt` for what nobody wrote. */
export function decodeEntry(text: string): LedgerEntry {
  const value = parseStored(text, { what: 'a ledger entry', newest: ENTRY_FORMAT });
  const parsed = entrySchema.safeParse(value);
  // One entry has one text: this refuses doubled keys, other spacing and other orders.
  if (!parsed.success || canonicalJson(parsed.data) !== text) {
    throw new GatehouseError(
      'store-corrupt',
      `not a ledger entry: ${JSON.stringify(text.slice(0, 200))}`,
    );
  }
  return parsed.data;
}
