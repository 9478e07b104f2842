import { createHash } from 'node:crypto';

import type { Clock, Instant } from '../model/time.ts';
import { MINUTE_MS } from '../model/time.ts';
import { compress } from './compress.ts';
import type { PageForm, PageVariant } from './negotiation.ts';
import type { Problem } from './problems.ts';

/** A page before it is written in one of its forms. */
export interface Drawing {
  /** The next instant at which it can change by time alone. */
  readonly until?: Instant;
  /** What it stands for beside what it shows: it gets a new serial when this changes too. */
  readonly standing?: string;
  /** Equal drawings with equal serials give equal bytes. */
  render(form: PageForm, serial: number): Uint8Array;
}

/** A page as it goes over the wire. */
export interface ShownPage {
  readonly body: Buffer;
  /** Strong, and another one for each type and encoding. */
  readonly etag: string;
  /** Grows whenever the page changes. */
  readonly serial: string;
  /** At least that of every page so far: who read a serial elsewhere sees that this page is not older. */
  readonly highestSerial: string;
  readonly until: Instant | undefined;
}

export interface PageCacheSettings {
  readonly maxBytes: number;
  readonly clock: Clock;
  /** Changes whenever a page could. */
  readonly generation: () => number;
  /** What serials begin with: grows for as long as the mirror lives. */
  readonly ledgerSize: () => number;
}

/** Written pages in memory, the least used dropped first. */
export interface PageCache {
  /** The page, if it is known to be still right; nothing is asked, nothing written. */
  find(name: string, variant: PageVariant): ShownPage | undefined;
  /**
   * The page, drawn again when it may have changed; what has not changed keeps its bytes and tags. A problem in its
   * place is kept nowhere.
   */
  get(
    name: string,
    variant: PageVariant,
    draw: () => Promise<Drawing | Problem>,
  ): Promise<ShownPage | Problem>;
}

/** A page is drawn again this often even if nothing changed: the mirror refreshes what is asked for. */
const LONGEST_FRESH_MS = MINUTE_MS;
/** What an entry costs beside its bodies. */
const ENTRY_BYTES = 1024;

interface Written {
  readonly body: Buffer;
  readonly etag: string;
}

interface Entry {
  readonly fingerprint: string;
  readonly serial: number;
  readonly written: Map<PageVariant, Written>;
  bytes: number;
  generation: number;
  until: Instant | undefined;
  freshFrom: Instant;
  freshUntil: Instant;
}

export function createPageCache({
  maxBytes,
  clock,
  generation,
  ledgerSize,
}: PageCacheSettings): PageCache {
  const entries = new Map<string, Entry>();
  const flights = new Map<string, Promise<ShownPage | Problem>>();
  let bytes = 0;
  let highest = 0;

  function find(name: string, variant: PageVariant): ShownPage | undefined {
    const entry = entries.get(name);
    if (entry === undefined || entry.generation !== generation()) return undefined;
    const now = clock();
    // A clock that went back takes with it what was drawn in between.
    if (now < entry.freshFrom || now >= entry.freshUntil) return undefined;
    const written = entry.written.get(variant);
    if (written === undefined) return undefined;
    entries.delete(name);
    entries.set(name, entry);
    return shown(entry, written);
  }

  /** One drawing for all who ask at once; those who ask after a change get one that saw it. */
  async function get(
    name: string,
    variant: PageVariant,
    draw: () => Promise<Drawing | Problem>,
  ): Promise<ShownPage | Problem> {
    const key = `${generation()} ${variant.encoding} ${variant.contentType} ${name}`;
    const known = flights.get(key);
    if (known !== undefined) return known;
    const flight = make(name, variant, draw).finally(() => flights.delete(key));
    flights.set(key, flight);
    return flight;
  }

  async function make(
    name: string,
    variant: PageVariant,
    draw: () => Promise<Drawing | Problem>,
  ): Promise<ShownPage | Problem> {
    const asOf = { generation: generation(), now: clock() };
    const drawing = await draw();
    if (!('render' in drawing)) return drawing;
    const entry = keep(name, drawing, asOf);
    const known = entry.written.get(variant);
    if (known !== undefined) return shown(entry, known);
    const written = await write(drawing.render(variant.form, entry.serial), variant);
    const isFirst = !entry.written.has(variant);
    entry.written.set(variant, written);
    if (isFirst) account(name, entry, written.body.length);
    return shown(entry, written);
  }

  /** The entry of an unchanged page is confirmed, any other replaced. */
  function keep(
    name: string,
    drawing: Drawing,
    asOf: { readonly generation: number; readonly now: Instant },
  ): Entry {
    const until = drawing.until;
    const longest = asOf.now + LONGEST_FRESH_MS;
    const validity = {
      generation: asOf.generation,
      until,
      freshFrom: asOf.now,
      freshUntil: Math.min(until ?? longest, longest),
    };
    const fingerprint = `${digest(drawing.render('json', 0))} ${drawing.standing ?? ''}`;
    const before = entries.get(name);
    if (before?.fingerprint === fingerprint) return Object.assign(before, validity);
    const serial = Math.max(ledgerSize(), (before?.serial ?? 0) + 1);
    highest = Math.max(highest, serial);
    const entry: Entry = { fingerprint, serial, written: new Map(), bytes: 0, ...validity };
    drop(name);
    entries.set(name, entry);
    account(name, entry, ENTRY_BYTES);
    return entry;
  }

  function account(name: string, entry: Entry, added: number): void {
    // It was dropped while it was being written.
    if (entries.get(name) !== entry) return;
    entry.bytes += added;
    bytes += added;
    for (const oldest of entries.keys()) {
      if (bytes <= maxBytes) return;
      drop(oldest);
    }
  }

  function shown(entry: Entry, { body, etag }: Written): ShownPage {
    const { serial, until } = entry;
    return {
      body,
      etag,
      serial: `${serial}`,
      highestSerial: `${Math.max(highest, ledgerSize())}`,
      until,
    };
  }

  function drop(name: string): void {
    bytes -= entries.get(name)?.bytes ?? 0;
    entries.delete(name);
  }

  return { find, get };
}

async function write(content: Uint8Array, variant: PageVariant): Promise<Written> {
  const encoded = await compress(content, variant.encoding);
  const body = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  const kind = `${variant.contentType} ${variant.encoding}\n`;
  return { body, etag: `"${digest(Buffer.concat([Buffer.from(kind), body]))}"` };
}

function digest(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('base64url').slice(0, 32);
}
