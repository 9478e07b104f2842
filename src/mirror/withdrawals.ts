import { z } from 'zod';

import type { Head } from '../ledger/head.ts';
import type { Decision, FindingCode } from '../model/decision.ts';
import { GatehouseError } from '../model/errors.ts';
import type { Evidence } from '../model/evidence.ts';
import type { Sha256 } from '../model/sha256.ts';
import { ecosystemOf, type Subject } from '../model/subject.ts';
import { saveEvidence } from '../store/facts.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { type StoredFormat, storedNames } from '../store/stored-json.ts';
import { findPartArtifact, type Catalogue } from './catalogue.ts';
import { findKnown, learnEvidence } from './current.ts';
import { subjectKey } from './knowledge.ts';
import { putStateBlob, readStateBlob } from './state-blob.ts';
import type { MirrorState } from './state.ts';

/** What the contents of an artifact are refused by. */
export interface RefusedContents {
  readonly evidence: Evidence;
  readonly decision: Decision;
}

/**
 * Refuses an artifact for its contents, and gives the error that says so. Pages of this process stop listing it at
 * once, those of others when they see the ledger's entry, which stands when the promise settles.
 */
export async function refuseContents(
  state: MirrorState,
  subject: Subject,
  { evidence, decision }: RefusedContents,
): Promise<GatehouseError> {
  learnEvidence(state, subject, evidence);
  const { digest } = await saveEvidence(state.store, evidence);
  const codes = refusingCodes(decision);
  await enterRefusal(state, { subject, evidence: digest, codes });
  return refusedError(subject, `for its contents: ${codes.join(', ')}`);
}

/** The error of an artifact that is refused although the gate passed it before. */
export function refusedError(subject: Subject, how: string): GatehouseError {
  return new GatehouseError('artifact-refused', `${subject.filename} was refused ${how}`);
}

/** Whether contents refused the subject and no catalogue contains it yet; `digest` is the list's in the head. */
export async function isWithdrawn(
  store: ObjectStore,
  digest: Sha256 | undefined,
  subject: Subject,
): Promise<boolean> {
  return isAmong(await readWithdrawn(store, digest), subject);
}

/**
 * The list that stays once a catalogue is sealed, for its entry; absent: it stays as it was. The catalogue contains a
 * withdrawal when it was computed with the evidence, or does not approve the subject for another reason.
 */
export async function withdrawnAfter(
  state: MirrorState,
  head: Head,
  catalogue: Catalogue,
): Promise<Sha256 | undefined> {
  const before = await readWithdrawn(state.store, head.state.withdrawn);
  const left = before.filter((subject) => {
    if (ecosystemOf(subject) !== state.ecosystem) return true;
    const part = catalogue.parts.get(subject.project);
    const isApproved = part && findPartArtifact(part, subject)?.verdict === 'approve';
    return isApproved === true && findKnown(state, subject)?.evidence === undefined;
  });
  if (left.length === before.length) return undefined;
  return putStateBlob(state.store, WITHDRAWN, left);
}

interface Refusal {
  readonly subject: Subject;
  readonly evidence: Sha256;
  readonly codes: readonly FindingCode[];
}

/** Once for a subject and its inputs, also when several processes find out at the same time. */
async function enterRefusal(
  state: MirrorState,
  { subject, evidence, codes }: Refusal,
): Promise<void> {
  const policy = state.standard.policy.digest;
  await state.ledger.append(async (head) => {
    const before = await readWithdrawn(state.store, head.state.withdrawn);
    if (isAmong(before, subject) || isEntered(head, { subject, evidence, policy }))
      return undefined;
    const withdrawn = await putStateBlob(state.store, WITHDRAWN, [...before, subject]);
    return { entries: [{ kind: 'refusal', subject, evidence, policy, codes, withdrawn }] };
  });
}

/** Looked for as far back as the head reaches: a refusal known from further back is never fetched again. */
function isEntered(
  head: Head,
  { subject, evidence, policy }: Omit<Refusal, 'codes'> & { readonly policy: Sha256 },
): boolean {
  return head.inline.some(
    ({ entry }) =>
      entry.kind === 'refusal' &&
      entry.evidence === evidence &&
      entry.policy === policy &&
      subjectKey(entry.subject) === subjectKey(subject),
  );
}

// An entry has 2 KB; the evidence has the rest.
const MOST_CODES = 8;

function refusingCodes(decision: Decision): readonly FindingCode[] {
  const codes = decision.findings
    .filter(({ effect }) => effect !== 'approve')
    .map(({ code }) => code);
  return [...new Set(codes)].slice(0, MOST_CODES);
}

function isAmong(subjects: readonly Subject[], subject: Subject): boolean {
  return subjects.some((known) => subjectKey(known) === subjectKey(subject));
}

async function readWithdrawn(
  store: ObjectStore,
  digest: Sha256 | undefined,
): Promise<readonly Subject[]> {
  return digest === undefined ? [] : readStateBlob(store, WITHDRAWN, digest);
}

const WITHDRAWN: StoredFormat<readonly Subject[]> = {
  name: 'gatehouse.withdrawn',
  version: 1,
  schema: z.array(
    z.object({
      source: storedNames.source,
      project: storedNames.project,
      filename: storedNames.filename,
      sha256: storedNames.sha256,
    }),
  ),
};
