import { createHash } from 'node:crypto';

import { createLedgerKey, parseLedgerKey, type Random } from '../../src/ledger/checkpoint.ts';
import type { AdmissionContent, EntryContent, LedgerEntry } from '../../src/ledger/entries.ts';
import { openLedger, type Ledger } from '../../src/ledger/ledger.ts';
import { parseSha256, type Sha256 } from '../../src/model/sha256.ts';
import type { ArtifactFilename, ProjectName, SourceId, Subject } from '../../src/model/subject.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import type { ObjectStore } from '../../src/store/object-store.ts';

export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
export const ORIGIN = 'ledger.test/one';

/** Repeatable bytes. */
export function seededRandom(seed: string): Random {
  let count = 0;
  return (sizeBytes) => {
    count += 1;
    return createHash('sha256').update(`${seed} ${count}`).digest().subarray(0, sizeBytes);
  };
}

/** A repeatable whole number below `limit`. */
export function seededNumbers(seed: string): (limit: number) => number {
  const random = seededRandom(seed);
  return (limit) => Buffer.from(random(6)).readUIntBE(0, 6) % limit;
}

export const KEY = parseLedgerKey(createLedgerKey(seededRandom('key')));

export function digest(text: string): Sha256 {
  return parseSha256(createHash('sha256').update(text).digest('hex'));
}

export function subject(name: string): Subject {
  return {
    source: 'pypi' as SourceId,
    project: name as ProjectName,
    filename: `${name}-1!2.0+local-py3-none-any.whl` as ArtifactFilename,
    sha256: digest(name),
  };
}

export function admission(name: string): AdmissionContent {
  return {
    kind: 'admission',
    subject: subject(name),
    sizeBytes: name.length,
    evidence: digest(`evidence of ${name}`),
    policy: digest('policy'),
  };
}

/** A content that `digest(name)` finds again. */
export function policy(name: string): EntryContent {
  return { kind: 'policy', policy: digest(name) };
}

export function stamped(content: EntryContent): LedgerEntry {
  return { ...content, v: 1, time: new Date(NOW).toISOString(), actor: 'service:a', batch: '00' };
}

export function openSample(store: ObjectStore = openMemoryStore(), seed = 'a'): Promise<Ledger> {
  const random = seededRandom(seed);
  return openLedger({
    store,
    key: KEY,
    origin: ORIGIN,
    actor: `service:${seed}`,
    clock: () => NOW,
    random,
  });
}

/** Appends `count` entries, 64 at a time, every tenth an admission. */
export async function fill(ledger: Ledger, count: number): Promise<void> {
  const end = ledger.head().size + count;
  while (ledger.head().size < end) {
    await ledger.append(({ size }) => ({
      entries: Array.from({ length: Math.min(64, end - size) }, (_, index) => sample(size + index)),
    }));
  }
}

/** What `fill` enters at an index. */
export function sample(index: number): EntryContent {
  return index % 10 === 0 ? admission(`project-${index}`) : policy(`policy ${index}`);
}
