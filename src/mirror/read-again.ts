import { EXTRACTOR } from '../model/evidence.ts';
import type { Sha256 } from '../model/sha256.ts';
import type { Subject } from '../model/subject.ts';
import { blobKey, putBlob } from '../store/blobs.ts';
import { readEvidence, saveEvidence } from '../store/facts.ts';
import { findKnown, learnEvidence } from './current.ts';
import type { Shared } from './house.ts';
import { type MirrorState, wakeAll } from './state.ts';
import { learnNames } from './taken-names.ts';

/**
 * Reads admitted artifacts again whose evidence an older extractor made, one after the other, until all are read or the
 * mirror closes. What its contents refuse now is refused from then on. Never rejects: what cannot be read is logged,
 * and tried again at the next start.
 */
export async function readAgain(states: readonly MirrorState[], parts: Parts): Promise<void> {
  for await (const { subject } of parts.ledger.listAdmissions()) {
    if (parts.ending.aborted) return;
    try {
      await readOne(states, parts, subject);
    } catch (error) {
      if (parts.ending.aborted) return;
      parts.log.error(
        { filename: subject.filename, err: error },
        'admitted artifact not read again',
      );
    }
  }
  for (const state of states) {
    state.isReadAgain = true;
    wakeAll(state);
  }
}

type Parts = Pick<Shared, 'ledger' | 'store' | 'log' | 'ending' | 'extraction' | 'bytes'>;

async function readOne(
  states: readonly MirrorState[],
  parts: Parts,
  subject: Subject,
): Promise<void> {
  const stored = await readEvidence(parts.store, subject.sha256);
  if (stored === undefined) return;
  const isCurrent = stored.evidence.extractor >= EXTRACTOR;
  const evidence = isCurrent
    ? stored.evidence
    : await extractAgain(parts, {
        sha256: subject.sha256,
        sizeBytes: stored.evidence.sizeBytes,
      });
  for (const state of states) {
    const known = findKnown(state, subject)?.evidence;
    // The same bytes may be admitted under several names.
    if (known !== undefined && known.extractor < EXTRACTOR) learnEvidence(state, subject, evidence);
    if (!isCurrent) learnNames(state, subject, evidence);
  }
  if (isCurrent) return;
  const { filename, sha256 } = subject;
  parts.log.info({ filename, sha256, kind: evidence.kind }, 'admitted artifact read again');
}

async function extractAgain(
  { store, extraction, bytes }: Parts,
  { sha256, sizeBytes }: { readonly sha256: Sha256; readonly sizeBytes: number },
) {
  await using file = await bytes.open(sizeBytes);
  await using object = await store.open(blobKey(sha256));
  if (object === undefined) throw new Error(`the store has no blob ${sha256}`);
  for await (const chunk of object.body) await file.append(chunk);
  const { evidence, metadata } = await extraction.extract({ path: file.path, sha256 });
  if (metadata !== undefined) await putBlob(store, metadata, 'synced');
  return (await saveEvidence(store, evidence)).evidence;
}
