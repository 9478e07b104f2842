import type { Sha256 } from '../model/sha256.ts';
import type { EntryContent } from './entries.ts';

/** What the entries of a ledger amount to. Each digest names a blob; absent: never entered. */
export interface LedgerState {
  readonly policy?: Sha256;
  readonly revocations?: Sha256;
  readonly withdrawn?: Sha256;
  /** By profile. */
  readonly catalogues: Readonly<Record<string, Sha256>>;
}

/** The state of a ledger without entries. */
export const EMPTY_STATE: LedgerState = { catalogues: {} };

/** The state after one more entry. The head carries the fold over all entries. */
export function foldEntry(state: LedgerState, entry: EntryContent): LedgerState {
  switch (entry.kind) {
    case 'policy':
      return { ...state, policy: entry.policy };
    case 'revocations':
      return { ...state, revocations: entry.revocations };
    case 'refusal':
      return withWithdrawn(state, entry.withdrawn);
    case 'catalogue':
      return withWithdrawn(
        { ...state, catalogues: { ...state.catalogues, [entry.profile]: entry.catalogue } },
        entry.withdrawn,
      );
    case 'admission':
    case 'access':
    case 'start':
      break;
  }
  return state;
}

function withWithdrawn(state: LedgerState, withdrawn: Sha256 | undefined): LedgerState {
  return withdrawn === undefined ? state : { ...state, withdrawn };
}
