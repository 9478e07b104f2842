import { GatehouseError } from '../model/errors.ts';
import type { Subject } from '../model/subject.ts';
import type { Clock } from '../model/time.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { type Admission, findAdmission, listAdmissions } from './admissions.ts';
import { createAppender } from './appender.ts';
import type { AppendOutcome, Propose } from './batch.ts';
import { isOrigin, type LedgerKey, type Random, signCheckpoint } from './checkpoint.ts';
import { openHeadPointer } from './head-pointer.ts';
import type { Head } from './head.ts';
import { type IndexedEntry, type LogReader, readLog } from './log-reader.ts';
import type { TreeHash } from './merkle.ts';
import { proveConsistency, proveInclusion } from './proofs.ts';
import { TILE_WIDTH } from './tiles.ts';

/** What a ledger works with. */
export interface LedgerSettings {
  readonly store: ObjectStore;
  readonly key: LedgerKey;
  /** The ledger's name in checkpoints, without space and `+`; fixed, as the key, when the ledger is created. */
  readonly origin: string;
  /** Who appends: `service:<replica>` or `cli:<user>`. */
  readonly actor: string;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * The tamper-evident list of what was decided, and the state that it amounts to. Everything but `append` and
 * `refresh` answers as of the last head known. Errors: those of the store, `ledger-inconsistent`, `store-too-new`.
 */
export interface Ledger {
  /** The last head known, without asking the store. */
  head(): Head;
  /** Reads the head again; at least as new as the call. */
  refresh(): Promise<Head>;
  /**
   * Enters what `propose` returns for the head that is extended. It is asked again whenever another writer was
   * first, and sees what calls of the same batch enter before it. An admission of an admitted subject is dropped.
   * Throws what `propose` throws; `wrong-use` for an entry or a proposal that is too large; `invalid-key` for
   * a subject that no key can hold. After an error of the store the entries may be in the ledger, at most once.
   */
  append(propose: Propose): Promise<AppendOutcome>;
  /** The admission of a subject; never admitted: undefined. */
  findAdmission(subject: Subject): Promise<Admission | undefined>;
  /** Every admission once, in no order; perhaps with some newer than the last head known. */
  listAdmissions(): AsyncIterable<Admission>;
  /** Entries from `from` to `to`, exclusive, in order; what the ledger does not have is left out. */
  entries(from: number, to: number): AsyncIterable<IndexedEntry>;
  /** The size and root as a C2SP signed note. */
  checkpoint(): Promise<string>;
  /** A C2SP tile of hashes, or its first `width`; undefined: the tree does not reach that far. */
  tile(level: number, index: number, width?: number): Promise<Uint8Array | undefined>;
  /** A C2SP bundle of entries, or its first `width`; undefined: the ledger does not reach that far. */
  entryBundle(index: number, width?: number): Promise<Uint8Array | undefined>;
  /** RFC 6962 §2.1.1; throws `invalid-request` beyond the ledger. */
  proveInclusion(index: number, size: number): Promise<readonly TreeHash[]>;
  /** RFC 6962 §2.1.2; throws `invalid-request` beyond the ledger. */
  proveConsistency(from: number, to: number): Promise<readonly TreeHash[]>;
}

/** Opens the ledger of a store, which begins with its first entry; throws `invalid-setting` for another ledger's. */
export async function openLedger(settings: LedgerSettings): Promise<Ledger> {
  const { store, key, origin } = settings;
  if (!isOrigin(origin)) {
    throw new GatehouseError(
      'invalid-setting',
      `not a name for a ledger: ${JSON.stringify(origin)}`,
    );
  }
  const publicKey = Buffer.from(key.publicKey).toString('base64');
  const pointer = await openHeadPointer(store, { origin, publicKey });
  let log = readLog(store, pointer.seen().head);
  let logHead = pointer.seen().head;

  function head(): Head {
    return pointer.seen().head;
  }

  /** The ledger as of the last head, laid out once per head. */
  function current(): LogReader {
    if (logHead !== head()) {
      logHead = head();
      log = readLog(store, logHead);
    }
    return log;
  }

  function within(size: number): LogReader {
    const reader = current();
    if (size <= reader.size) return reader;
    throw new GatehouseError(
      'invalid-request',
      `the ledger has ${reader.size} entries, not: ${size}`,
    );
  }

  async function checkpoint(): Promise<string> {
    const { size, root } = current();
    return signCheckpoint(origin, { size, root: root() }, key);
  }

  return {
    head,
    refresh: async () => (await pointer.refresh()).head,
    append: createAppender({ ...settings, pointer }),
    findAdmission: (subject) => findAdmission(store, head(), subject),
    listAdmissions: () => listAdmissions(store, head()),
    entries: (from, to) => current().entries(from, to),
    checkpoint,
    tile: (level, index, width = TILE_WIDTH) => current().tile({ level, index, width }),
    entryBundle: (index, width = TILE_WIDTH) => current().tile({ level: 'entries', index, width }),
    proveInclusion: async (index, size) => proveInclusion(within(size).hashes, index, size),
    proveConsistency: async (from, to) => proveConsistency(within(to).hashes, from, to),
  };
}
