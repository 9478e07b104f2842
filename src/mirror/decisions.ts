import type { LedgerEntry } from '../ledger/entries.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Finding, Verdict } from '../model/decision.ts';
import { ecosystemOf } from '../model/subject.ts';
import type { Instant } from '../model/time.ts';
import { policyFor } from '../policy/ecosystem.ts';
import { loadPolicy } from '../policy/load.ts';
import { readBlob } from '../store/blobs.ts';
import type { House } from './house.ts';
import { judgeArtifact } from './judging.ts';
import { findArtifact } from './knowledge.ts';
import { createNameRegister } from './name-owners.ts';
import { readRevocations } from './revoke.ts';

/** What an auditor may ask; every filter given must hold. */
export interface DecisionQuery {
  readonly kind?: LedgerEntry['kind'];
  readonly project?: string;
  readonly sha256?: string;
  readonly policy?: string;
  readonly since?: Instant;
  readonly before?: Instant;
  /** Only entries older than this ledger position. */
  readonly cursor?: number;
  /** At most 500. */
  readonly limit: number;
}

export interface DecisionRow {
  readonly index: number;
  readonly entry: LedgerEntry;
  /** Of admissions and refusals: what the policy of then says of the facts, as `explain` writes it. */
  readonly verdict?: Verdict;
  readonly findings?: readonly Finding[];
}

export interface DecisionPage {
  readonly rows: readonly DecisionRow[];
  readonly size: number;
  /** Where the next page begins; absent: this was the last. */
  readonly cursor?: number;
}

const BATCH = 256;

/** Entries of the ledger, newest first. Each is judged again by the house whose source it is of. */
export async function findDecisions(
  houses: readonly House[],
  query: DecisionQuery,
): Promise<DecisionPage> {
  const ledger = houses[0]?.state.ledger;
  if (ledger === undefined) return { rows: [], size: 0 };
  const { size } = ledger.head();
  const rows: DecisionRow[] = [];
  let end = Math.min(size, query.cursor ?? size);
  while (end > 0 && rows.length < query.limit) {
    const start = Math.max(0, end - BATCH);
    for (const { index, entry } of (await entriesOf(ledger, start, end)).toReversed()) {
      end = index;
      if (!matches(entry, query)) continue;
      rows.push({ index, entry, ...(await replay(houses, entry)) });
      if (rows.length === query.limit) break;
    }
  }
  return { rows, size, ...(end > 0 ? { cursor: end } : {}) };
}

async function entriesOf(
  ledger: Ledger,
  from: number,
  to: number,
): Promise<readonly { readonly index: number; readonly entry: LedgerEntry }[]> {
  const found = [];
  for await (const row of ledger.entries(from, to)) found.push(row);
  return found;
}

function matches(entry: LedgerEntry, query: DecisionQuery): boolean {
  const subject = 'subject' in entry ? entry.subject : undefined;
  const time = Date.parse(entry.time);
  return (
    (query.kind === undefined || entry.kind === query.kind) &&
    (query.project === undefined || subject?.project === query.project) &&
    (query.sha256 === undefined || subject?.sha256 === query.sha256) &&
    (query.policy === undefined || ('policy' in entry && entry.policy === query.policy)) &&
    (query.since === undefined || time >= query.since) &&
    (query.before === undefined || time < query.before)
  );
}

/** Judges the subject again by the policy, the revocations and the time of the entry. */
async function replay(
  houses: readonly House[],
  entry: LedgerEntry,
): Promise<{ readonly verdict?: Verdict; readonly findings?: readonly Finding[] }> {
  if (entry.kind !== 'admission' && entry.kind !== 'refusal') return {};
  const house = houses.find(({ state }) => state.ecosystem === ecosystemOf(entry.subject));
  if (house === undefined) return {};
  const { state, gatherer } = house;
  const content = await readBlob(state.store, entry.policy);
  if (content === undefined) return {};
  const text = new TextDecoder().decode(content);
  const policy = policyFor(loadPolicy({ text, file: state.policyFile }), state.ecosystem);
  const revocations = await readRevocations(
    state.store,
    entry.kind === 'admission' ? entry.revocations : undefined,
  );
  const project = await gatherer.project(entry.subject.project, 'background');
  const artifact = findArtifact(project, entry.subject);
  if (artifact === undefined) return {};
  await gatherer.stored(artifact);
  // Names that others have by now may not have been theirs when this was admitted: then they were no reason.
  const names = entry.kind === 'refusal' ? state.names : createNameRegister();
  const asThen = { ...artifact, admitted: false };
  const decision = judgeArtifact(
    { policy, revocations, names },
    { project, artifact: asThen, now: Date.parse(entry.time) },
    'contents',
  );
  return { verdict: decision.verdict, findings: decision.findings };
}
