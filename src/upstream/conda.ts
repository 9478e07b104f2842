import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { scheduler } from 'node:timers/promises';

import { findChannelArtifact } from '../ecosystems/conda/channel-page.ts';
import { isSubdir } from '../ecosystems/conda/names.ts';
import { GatehouseError, isGatehouseError } from '../model/errors.ts';
import type { UpstreamArtifact, UpstreamPage } from '../model/record.ts';
import type { ProjectName } from '../model/subject.ts';
import { guardAddresses } from './address-guard.ts';
import { openFolderChannel } from './channel-folder.ts';
import { openHttpChannel } from './channel-http.ts';
import type { Channel } from './channel.ts';
import { coalesce } from './coalesce.ts';
import { openConnections } from './connections.ts';
import { type Deadlines, DEADLINES, withinTotal } from './deadlines.ts';
import { openExchange } from './exchange.ts';
import type { PageAnswer, PageRequest } from './pages.ts';
import { REAL_TIMING, retry } from './retry.ts';
import type { UpstreamSettings } from './settings.ts';
import type { FoundName } from './subdir-state.ts';
import { openSubdir, type Subdir } from './subdirs.ts';
import type { Upstream, UpstreamOptions } from './upstream.ts';

export interface CondaOptions extends UpstreamOptions {
  /** The platforms that are wanted; `noarch` always is. A function where the policy may change them. */
  readonly subdirs: readonly string[] | (() => readonly string[]);
  /** A local folder for copies of indexes; made if missing, emptied when opened. */
  readonly spool: string;
  /** Is told why an index is used in part, or why the last good one stays in use. */
  readonly report?: (error: GatehouseError) => void;
  readonly now?: () => number;
  /** So long a page waits for a newer index when there is one already; 5 s if absent. */
  readonly patienceMs?: number;
}

// What takes a few milliseconds; then others go on.
const AT_ONCE = 500;

// An index of 50 MB over a slow line, with all tries.
const INDEX_TOTAL_MS = 15 * 60_000;

/**
 * Opens a channel of conda packages as an upstream: `settings.indexUrl` is the channel's URL, over HTTP or of a folder.
 * A page has the artifacts of a name in all wanted subdirs. Throws `invalid-setting`. Asks nothing yet.
 */
export async function openCondaUpstream(
  settings: UpstreamSettings,
  options: CondaOptions,
): Promise<Upstream> {
  const {
    timing = REAL_TIMING,
    spool,
    report = () => {},
    now = Date.now,
    patienceMs = 5000,
  } = options;
  const deadlines = { ...DEADLINES, ...options.deadlines };
  await emptySpool(spool);
  const channel = await openChannel(settings, options, deadlines);
  const opened = new Map<string, Subdir>();

  function wanted(): readonly string[] {
    const platforms = typeof options.subdirs === 'function' ? options.subdirs() : options.subdirs;
    return [...new Set(['noarch', ...platforms.filter(isSubdir)])];
  }

  function subdirOf(subdir: string): Subdir {
    const known = opened.get(subdir);
    if (known !== undefined) return known;
    const totalMs = INDEX_TOTAL_MS;
    const shared = { channel, spool, report, timing, now, totalMs, patienceMs };
    const made = openSubdir({ ...shared, subdir });
    opened.set(subdir, made);
    return made;
  }

  async function find(project: ProjectName, signal: AbortSignal): Promise<readonly Place[]> {
    return Promise.all(
      wanted().map(async (subdir) => ({
        subdir,
        found: await subdirOf(subdir).find(project, signal),
      })),
    );
  }

  async function answer({ project, etag }: PageRequest, signal: AbortSignal): Promise<PageAnswer> {
    const places = await find(project, signal);
    if (places.every(({ found }) => found === undefined)) return { kind: 'absent' };
    const state = places.map(({ subdir, found }) => `${subdir}=${found?.token ?? '-'}`).join(' ');
    if (state === etag) return { kind: 'unchanged' };
    const page = await withinTotal(async (either) => readPage(project, places, either), {
      what: `the records of ${project}`,
      totalMs: deadlines.totalMs,
      timing,
      signal,
    });
    return { kind: 'page', page, etag: state };
  }

  const fetchPage = coalesce(
    async (request: PageRequest, signal) => {
      try {
        return await answer(request, signal);
      } catch (error) {
        if (!isGatehouseError(error) || error.data['gone'] !== true) throw error;
        // The channel has a newer index already.
        for (const subdir of opened.values()) subdir.forget();
        return await answer(request, signal);
      }
    },
    ({ project, etag }) => `${project} ${etag ?? ''}`,
  );

  return {
    fetchPage: async (project, { etag, signal } = {}) =>
      fetchPage({ project, ...(etag !== undefined && { etag }) }, signal),
    fetchSidecar: async () => undefined,
    fetchProvenance: async () => undefined,
    openRanges: async ({ filename }) => {
      const message = `${filename}: the archives of conda packages are read whole`;
      throw new GatehouseError('upstream-refused', message, { data: { ranges: false } });
    },
    openArtifact: async (artifact, { signal = new AbortController().signal } = {}) =>
      retry(async () => channel.open(artifact, signal), timing, signal),
    async [Symbol.asyncDispose]() {
      await Promise.all([...opened.values()].map(async (subdir) => subdir[Symbol.asyncDispose]()));
      await channel[Symbol.asyncDispose]();
    },
  };
}

interface Place {
  readonly subdir: string;
  readonly found: FoundName | undefined;
}

async function readPage(
  project: ProjectName,
  places: readonly Place[],
  signal: AbortSignal,
): Promise<UpstreamPage> {
  const parts = await Promise.all(places.map(async (place) => readPart(project, place, signal)));
  return {
    project,
    artifacts: parts.flatMap(({ artifacts }) => artifacts),
    unreadable: parts.flatMap(({ unreadable }) => unreadable),
  };
}

async function readPart(
  project: ProjectName,
  { subdir, found }: Place,
  signal: AbortSignal,
): Promise<Pick<UpstreamPage, 'artifacts' | 'unreadable'>> {
  if (found === undefined) return { artifacts: [], unreadable: [] };
  const { records, passedOver } = await found.read(signal);
  const artifacts: UpstreamArtifact[] = [];
  const unreadable = passedOver.map((key) => printable(`${subdir}/${key}`));
  for (const [at, record] of records.entries()) {
    if (at % AT_ONCE === AT_ONCE - 1) await scheduler.yield();
    const place = { project, subdir, baseUrl: found.baseUrl };
    const artifact = findChannelArtifact(record, place);
    if (artifact !== undefined) artifacts.push(artifact);
    else unreadable.push(printable(`${subdir}/${record.key}`));
  }
  return { artifacts, unreadable };
}

function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 255);
}

async function openChannel(
  settings: UpstreamSettings,
  options: CondaOptions,
  deadlines: Deadlines,
): Promise<Channel> {
  const url = settings.indexUrl;
  if (url.startsWith('file:')) return openFolderChannel(url);
  const { connectMs, headersMs, pageHeadersMs, idleMs, slowMs } = deadlines;
  const guard = guardAddresses(new URL(url).hostname, options.resolve);
  const connections = await openConnections(settings, {
    guard,
    connectMs,
    connections: options.connections ?? 8,
  });
  const ask = openExchange({ settings, guard, connections, idleMs });
  return openHttpChannel({
    ask,
    url,
    headersMs,
    indexHeadersMs: pageHeadersMs,
    slowMs,
    close: async () => connections[Symbol.asyncDispose](),
  });
}

/** Its files have no name while they are used: what has one was left behind. */
async function emptySpool(spool: string): Promise<void> {
  try {
    await mkdir(spool, { recursive: true });
    const left = await readdir(spool);
    await Promise.all(
      left
        .filter((name) => name.endsWith('.spool'))
        .map(async (name) => rm(join(spool, name), { force: true })),
    );
  } catch (error) {
    throw new GatehouseError(
      'invalid-setting',
      `cannot use the folder for copies of indexes: ${spool}`,
      {
        cause: error,
      },
    );
  }
}
