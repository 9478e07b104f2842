import { createHash } from 'node:crypto';

import type { AdmissionContent } from '../ledger/entries.ts';
import type { Head } from '../ledger/head.ts';
import type { Decision } from '../model/decision.ts';
import { GatehouseError } from '../model/errors.ts';
import type { Evidence } from '../model/evidence.ts';
import { parseSha256, type Sha256 } from '../model/sha256.ts';
import type { Subject } from '../model/subject.ts';
import { SECOND_MS } from '../model/time.ts';
import { blobKey, putBlob } from '../store/blobs.ts';
import { saveEvidence } from '../store/facts.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { currentOf, learnAdmission } from './current.ts';
import { askGate } from './gate.ts';
import { judgeArtifact, type Standard } from './judging.ts';
import { gatherProvenance, servedProvenance } from './provenance.ts';
import type { QuarantinedFile } from './quarantine.ts';
import { readRevocations, withRevocations } from './revoke.ts';
import { type Located, type MirrorState, announce, nextChange } from './state.ts';
import { namesAsOf, untilNamesKnown } from './taken-names.ts';
import { loadLastTrial } from './trials.ts';
import { isWithdrawn, refuseContents, refusedError } from './withdrawals.ts';

/**
 * Judges a verified file by its contents and admits it, in the order that a crash leaves harmless at every step:
 * evidence, judgement, bytes into the store, evidence kept, ledger (DESIGN §6). When it settles, the admission stands
 * in the ledger. Throws `artifact-refused` when it is refused, and then pages no longer list it.
 */
export async function enterVerified(
  state: MirrorState,
  located: Located,
  file: QuarantinedFile,
): Promise<void> {
  const { subject } = located.artifact;
  const job = { path: file.path, sha256: subject.sha256 };
  const { evidence: extracted, metadata } = await state.extraction.extract(job);
  if (metadata !== undefined) await putBlob(state.store, metadata, 'synced');
  await gatherProvenance(state, located);
  await untilNamesKnown(state, subject);
  await loadLastTrial(state, currentOf(state, located).artifact);
  const decision = judgeContents(state, located, { standard: state.standard, evidence: extracted });
  if (decision.verdict !== 'approve') {
    throw await refuseContents(state, subject, { evidence: extracted, decision });
  }
  await keepBytes(state.store, subject.sha256, file);
  const { evidence, digest } = await saveEvidence(state.store, extracted);
  const entered = await enter(state, located, { evidence, digest });
  if (entered.kind === 'refused') {
    throw await refuseContents(state, subject, { evidence, decision: entered.decision });
  }
  learnAdmission(state, subject, evidence);
  // Its page says now where they are.
  if (servedProvenance(currentOf(state, located).artifact) !== undefined) announce(state);
}

/** Judges by contents that nobody else needs to know of yet. */
function judgeContents(
  state: MirrorState,
  located: Located,
  by: { readonly standard: Standard; readonly evidence: Evidence },
): Decision {
  const { project, artifact } = examined(state, located, by.evidence);
  return judgeArtifact(by.standard, { project, artifact, now: state.clock() }, 'contents');
}

function examined(state: MirrorState, located: Located, evidence: Evidence): Located {
  const { project, artifact } = currentOf(state, located);
  return { project, artifact: { ...artifact, evidence } };
}

/** Makes sure that the store has these bytes. Bytes that were there already are trusted only as far as their digest. */
async function keepBytes(store: ObjectStore, sha256: Sha256, file: QuarantinedFile): Promise<void> {
  const key = blobKey(sha256);
  if ((await store.putFile(key, file.path)) === 'created') return;
  if ((await digestAt(store, sha256)) === sha256) return;
  await store.remove(key);
  await store.putFile(key, file.path);
}

async function digestAt(store: ObjectStore, sha256: Sha256): Promise<Sha256 | undefined> {
  await using object = await store.open(blobKey(sha256));
  if (object === undefined) return undefined;
  const hash = createHash('sha256');
  for await (const chunk of object.body) hash.update(chunk);
  return parseSha256(hash.digest('hex'));
}

/** Evidence as the store has it. */
interface Kept {
  readonly evidence: Evidence;
  readonly digest: Sha256;
}

/** `unseen`: the ledger has a policy that this process has not taken over yet. */
type Judged =
  | { readonly kind: 'approved'; readonly entry: AdmissionContent }
  | { readonly kind: 'refused'; readonly decision: Decision }
  | { readonly kind: 'unseen' };

/** How long a policy may take from the ledger to this process, or from here to there. */
const PATIENCE_MS = 10 * SECOND_MS;

async function enter(state: MirrorState, located: Located, kept: Kept): Promise<Judged> {
  const patience = AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), state.ending]);
  for (;;) {
    const judged = await tryToEnter(state, located, kept);
    if (judged.kind !== 'unseen') return judged;
    if (patience.aborted) throw notReady(located.artifact.subject);
    await nextChange(state, SECOND_MS / 4);
  }
}

/** Enters the admission if what the ledger has in force at that very moment approves it. */
async function tryToEnter(state: MirrorState, located: Located, kept: Kept): Promise<Judged> {
  let judged: Judged = { kind: 'unseen' };
  await state.ledger.append(async (head) => {
    judged = await judgeByHead(state, located, { kept, head });
    return judged.kind === 'approved' ? { entries: [judged.entry] } : undefined;
  });
  return judged;
}

/** By what is in force in the head that the entry would extend, and by what this process knows beyond it. */
async function judgeByHead(
  state: MirrorState,
  located: Located,
  { kept, head }: { readonly kept: Kept; readonly head: Head },
): Promise<Judged> {
  const { subject } = located.artifact;
  const { policy, revocations, withdrawn } = head.state;
  const own = state.standard;
  if (policy !== own.policy.digest) return { kind: 'unseen' };
  // Another process refused these very bytes: until a catalogue contains that, its word stands.
  if (await isWithdrawn(state.store, withdrawn, subject)) {
    throw refusedError(subject, 'by another process');
  }
  const isKnown = revocations === state.revocationsDigest;
  const standard = isKnown
    ? own
    : withRevocations(own, await readRevocations(state.store, revocations));
  const names = await namesAsOf(state, head);
  const decision = judgeContents(state, located, {
    standard: { ...standard, names },
    evidence: kept.evidence,
  });
  if (decision.verdict !== 'approve') return { kind: 'refused', decision };
  const gate = askGate(state, examined(state, located, kept.evidence));
  if (gate.verdict !== 'approve') throw refusedError(subject, 'while it was fetched');
  const by = { policy, ...(revocations === undefined ? {} : { revocations }) };
  return { kind: 'approved', entry: { ...admissionFacts(subject, kept), ...by } };
}

function admissionFacts(
  subject: Subject,
  { evidence, digest }: Kept,
): Omit<AdmissionContent, 'policy'> {
  return { kind: 'admission', subject, sizeBytes: evidence.sizeBytes, evidence: digest };
}

function notReady(subject: Subject): GatehouseError {
  return new GatehouseError(
    'not-ready',
    `the policy changed while ${subject.filename} was being admitted`,
    { hint: 'Ask again in a few seconds.' },
  );
}
