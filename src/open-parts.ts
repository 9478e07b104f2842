import { randomBytes, randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Logger, destination, pino } from 'pino';

import type { Config } from './config.ts';
import { type LedgerKey, createLedgerKey, parseLedgerKey } from './ledger/checkpoint.ts';
import { type Ledger, openLedger } from './ledger/ledger.ts';
import type { MirrorMode, MirrorParts } from './mirror/state.ts';
import type { GatehouseError } from './model/errors.ts';
import { openFileStore } from './store/file.ts';
import { openMemoryStore } from './store/memory.ts';
import type { ObjectStore } from './store/object-store.ts';
import type { Upstreams } from './upstream/upstreams.ts';

/** The durable half of the parts: enough to revoke. */
export interface Keeping extends AsyncDisposable {
  readonly store: ObjectStore;
  readonly ledger: Ledger;
}

/** Opens store and ledger; throws `invalid-setting`, `store-too-new` and what the store throws. */
export async function openKeeping(config: Config, actor: string): Promise<Keeping> {
  const store = await openStore(config);
  const key = await ledgerKey(config);
  const ledger = await openLedger({
    store,
    key,
    origin: config.ledgerOrigin,
    actor,
    clock: Date.now,
    random: (sizeBytes) => randomBytes(sizeBytes),
  });
  return { store, ledger, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
}

/** Puts the parts of a mirror together. */
export function mirrorParts(
  config: Config,
  parts: Keeping & {
    readonly upstreams: Upstreams;
    readonly log: Logger;
    readonly mode: MirrorMode;
  },
): MirrorParts {
  return {
    store: parts.store,
    ledger: parts.ledger,
    upstreams: parts.upstreams,
    clock: Date.now,
    log: parts.log,
    quarantine:
      config.store.kind === 'file'
        ? join(config.store.directory, 'quarantine')
        : join(tmpdir(), 'gatehouse-quarantine'),
    quarantineBytes: config.quarantineBytes,
    firstDelivery: config.firstDelivery,
    policyFile: config.policyPath,
    connections: config.connections,
    mode: parts.mode,
  };
}

/** A name for this process that no other has: of its host, and random. */
export function replicaName(): string {
  const host = hostname()
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '-')
    .slice(0, 40);
  return `${host}-${randomUUID().slice(0, 8)}`;
}

/** Logs JSON lines to stderr; on a terminal only warnings, since people read along there. */
export function createLog(config: Config): Logger {
  const level = config.logLevel ?? (process.stderr.isTTY ? 'warn' : 'info');
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    destination({ fd: 2, sync: true }),
  );
}

async function openStore(config: Config): Promise<ObjectStore> {
  if (config.store.kind === 'memory') return openMemoryStore();
  return openFileStore(join(config.store.directory, 'store'));
}

async function ledgerKey(config: Config): Promise<LedgerKey> {
  if (config.ledgerKey !== undefined) return parseLedgerKey(config.ledgerKey);
  if (config.store.kind === 'memory') return parseLedgerKey(createLedgerKey(randomBytes));
  return parseLedgerKey(await ownKey(join(config.store.directory, 'ledger.key')));
}

/** A directory store makes its own key, once, also when two processes start at the same time. */
async function ownKey(path: string): Promise<string> {
  const known = await readFile(path, 'utf8').catch(() => undefined);
  if (known !== undefined) return known.trim();
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, `${createLedgerKey(randomBytes)}\n`, { mode: 0o600, flush: true });
  await link(draft, path).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
  await rm(draft);
  return (await readFile(path, 'utf8')).trim();
}

/** Logs what is wrong with the index of a channel that is used all the same. */
export function reportChannel(log: Logger): (error: GatehouseError) => void {
  return ({ code, message: reason, hint }) =>
    log.warn({ code, reason, hint }, 'channel index not used as it is');
}
