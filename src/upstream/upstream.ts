import type { RandomAccess } from '../model/random-access.ts';
import type { UpstreamArtifact } from '../model/record.ts';
import type { ProjectName } from '../model/subject.ts';
import { guardAddresses, type Resolve } from './address-guard.ts';
import { askArtifact, type OpenArtifact } from './artifacts.ts';
import { coalesce } from './coalesce.ts';
import { openConnections } from './connections.ts';
import { type Deadlines, DEADLINES, withinTotal } from './deadlines.ts';
import { openExchange } from './exchange.ts';
import { askPage, type PageAnswer, type PageRequest } from './pages.ts';
import { askProvenance } from './provenance.ts';
import { openArtifactRanges } from './ranges.ts';
import { REAL_TIMING, retry, type RetryTiming } from './retry.ts';
import type { UpstreamSettings } from './settings.ts';
import { askSidecar } from './sidecars.ts';

export interface AskOptions {
  readonly signal?: AbortSignal;
}

export interface PageOptions extends AskOptions {
  /** Of the page that is known already. */
  readonly etag?: string;
}

export interface UpstreamOptions {
  /** At most so many connections to one host for pages, sidecars and ranges; 8 if absent. */
  readonly connections?: number;
  readonly deadlines?: Partial<Deadlines>;
  readonly timing?: RetryTiming;
  readonly resolve?: Resolve;
}

/**
 * One real index and the file hosts that it lists.
 *
 * Errors: `upstream-unavailable` (try later), `upstream-not-found`, `upstream-refused` (upstream says no, or
 * the address guard does), `upstream-mismatch` (the answer cannot be what was asked for), `invalid-page`. An
 * aborted signal throws its reason. Messages and data hold no credentials and no queries.
 */
export interface Upstream extends AsyncDisposable {
  /** A project's page; equal requests under way at once are one. */
  fetchPage(project: ProjectName, options?: PageOptions): Promise<PageAnswer>;
  /** The artifact's metadata file, up to 4 MiB, checked if the record has its digest; 404: undefined. */
  fetchSidecar(artifact: UpstreamArtifact, options?: AskOptions): Promise<Uint8Array | undefined>;
  /** The artifact's attestations, up to 1 MiB, which nothing vouches for; not offered, or 404: undefined. */
  fetchProvenance(
    artifact: UpstreamArtifact,
    options?: AskOptions,
  ): Promise<Uint8Array | undefined>;
  /** The artifact by ranges. `upstream-refused` with `data.ranges` false: upstream has none. */
  openRanges(artifact: UpstreamArtifact, options?: AskOptions): Promise<RandomAccess>;
  /** The whole artifact as a stream. Tried again only until the first byte. */
  openArtifact(artifact: UpstreamArtifact, options?: AskOptions): Promise<OpenArtifact>;
}

/** Opens connections as the settings say; throws `invalid-setting`. Asks nothing yet. */
export async function openUpstream(
  settings: UpstreamSettings,
  options: UpstreamOptions = {},
): Promise<Upstream> {
  const deadlines = { ...DEADLINES, ...options.deadlines };
  const { connections: most = 8, timing = REAL_TIMING } = options;
  const { connectMs, headersMs, idleMs, slowMs, totalMs } = deadlines;
  const guard = guardAddresses(new URL(settings.indexUrl).hostname, options.resolve);
  const connections = await openConnections(settings, { guard, connectMs, connections: most });
  const ask = openExchange({ settings, guard, connections, idleMs });
  const pages = { ask, indexUrl: settings.indexUrl, headersMs: deadlines.pageHeadersMs };
  const files = { ask, headersMs, slowMs };

  const fetchPage = coalesce(
    async (request: PageRequest, signal) =>
      withinTotal(async (either) => askPage(pages, request, either), {
        what: `the page of ${request.project}`,
        totalMs,
        timing,
        signal,
      }),
    ({ project, etag }) => `${project} ${etag ?? ''}`,
  );

  const fetchSidecar = coalesce(
    async (artifact: UpstreamArtifact, signal) =>
      withinTotal(async (either) => askSidecar(files, artifact, either), {
        what: `the metadata of ${artifact.filename}`,
        totalMs,
        timing,
        signal,
      }),
    ({ url, sidecar }) => `${url} ${sidecar?.sha256 ?? ''}`,
  );

  const fetchProvenance = coalesce(
    async (artifact: UpstreamArtifact, signal) =>
      withinTotal(async (either) => askProvenance(files, artifact, either), {
        what: `the attestations of ${artifact.filename}`,
        totalMs,
        timing,
        signal,
      }),
    ({ provenance }) => provenance ?? '',
  );

  return {
    fetchPage: async (project, { etag, signal } = {}) =>
      fetchPage({ project, ...(etag !== undefined && { etag }) }, signal),
    fetchSidecar: async (artifact, { signal } = {}) => fetchSidecar(artifact, signal),
    fetchProvenance: async (artifact, { signal } = {}) => fetchProvenance(artifact, signal),
    openRanges: async (artifact, { signal } = {}) =>
      openArtifactRanges(files, artifact, async (work) =>
        withinTotal(work, { what: `a part of ${artifact.filename}`, totalMs, timing, signal }),
      ),
    openArtifact: async (artifact, { signal = new AbortController().signal } = {}) =>
      retry(async () => askArtifact(files, artifact, signal), timing, signal),
    [Symbol.asyncDispose]: async () => connections[Symbol.asyncDispose](),
  };
}
