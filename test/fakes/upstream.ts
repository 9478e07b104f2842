import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { sha256Of } from '../fixtures/wheels.ts';
import { type Answer, deliver, type Wan } from './delivery.ts';
import { type Fault, type FaultPlan } from './faults.ts';
import {
  type FakeArtifact,
  htmlPage,
  htmlRoot,
  jsonPage,
  jsonRoot,
  type PageShape,
} from './pages.ts';

export interface FakeIndexOptions {
  readonly artifacts?: readonly FakeArtifact[];
  /** `both` negotiates on Accept; the others ignore it. Default `both`. */
  readonly form?: 'json' | 'html' | 'both';
  /** Offers `<url>.metadata` for artifacts that have metadata. Default true. */
  readonly sidecars?: boolean;
  /** Pages have an ETag and answer 304. Default true. Without ETags and sidecars JSON pages are of API version 1.1. */
  readonly etag?: boolean;
  /** Files answer Range. Default true. */
  readonly ranges?: boolean;
  /** Pages give upload times and sizes (PEP 700). Default true. */
  readonly uploadTime?: boolean;
  /** Files are on a second port, with absolute URLs. Default false: relative URLs. */
  readonly separateFileHost?: boolean;
  readonly wan?: Wan;
}

/** What an ordinary cache of PyPI answers: JSON 1.1 with size and upload time, nothing newer. */
export const ORDINARY_CACHE = {
  form: 'json',
  sidecars: false,
  etag: false,
} as const satisfies FakeIndexOptions;

export interface LoggedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly host: 'index' | 'files';
  readonly headers: IncomingMessage['headers'];
}

export interface FakeIndex extends AsyncDisposable {
  /** For pip and uv: `http://127.0.0.1:<port>/simple/`. */
  readonly url: string;
  readonly origin: string;
  readonly fileOrigin: string;
  /** In order of arrival. */
  readonly requests: readonly LoggedRequest[];
  /** How many requests match; the pattern sees `GET /simple/x/`. */
  countOf(pattern: RegExp): number;
  /** The most requests that were ever under way at once. */
  readonly peakRequests: number;
  forgetRequests(): void;
  /** Lists artifacts; one with the same file name is replaced, hash included. */
  add(...artifacts: readonly FakeArtifact[]): void;
  /** Changes what the page says of an artifact, or its sidecar. */
  change(filename: string, facts: Partial<Omit<FakeArtifact, 'filename' | 'bytes'>>): void;
  yank(filename: string, reason?: string): void;
  /** Unlists; the bytes are gone too. A project without artifacts is 404. */
  remove(filename: string): void;
  /** Serves other bytes while the page keeps the old hash and size. */
  replaceBytes(filename: string, bytes: Uint8Array): void;
  /** PEP 792. */
  setStatus(project: string, status: string, reason?: string): void;
  /** Spoils the next `times` (default: all) answers whose `GET /path` matches. The newest plan wins. */
  fault(plan: FaultPlan): void;
  clearFaults(): void;
  /** Stops listening and cuts every connection; `start` listens on the same ports again. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Starts an upstream index on 127.0.0.1 that serves what it is given and misbehaves on demand. */
export async function startFakeIndex(options: FakeIndexOptions = {}): Promise<FakeIndex> {
  const artifacts = new Map<string, FakeArtifact>();
  const served = new Map<string, Uint8Array>();
  const statuses = new Map<string, NonNullable<PageShape['status']>>();
  const requests: LoggedRequest[] = [];
  let faults: { readonly plan: FaultPlan; left: number }[] = [];
  let underWay = 0;
  let peak = 0;
  let fileOrigin = '';

  function add(...added: readonly FakeArtifact[]): void {
    for (const artifact of added) {
      artifacts.set(artifact.filename, artifact);
      served.set(artifact.filename, artifact.bytes);
    }
  }

  function change(filename: string, facts: Partial<FakeArtifact>): void {
    artifacts.set(filename, { ...known(filename), ...facts });
  }

  function known(filename: string): FakeArtifact {
    const artifact = artifacts.get(filename);
    if (artifact === undefined) throw new Error(`the fake index has no ${filename}`);
    return artifact;
  }

  function takeFault(request: string): Fault | undefined {
    const found = faults
      .toReversed()
      .find(({ plan, left }) => left > 0 && plan.match.test(request));
    if (found === undefined) return undefined;
    found.left -= 1;
    return found.plan;
  }

  async function handle(
    host: 'index' | 'files',
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { method = 'GET', url = '/', headers } = request;
    requests.push({ method, url, headers, host });
    underWay += 1;
    peak = Math.max(peak, underWay);
    response.once('close', () => {
      underWay -= 1;
    });
    const fault = takeFault(`${method} ${url}`);
    await deliver({
      request,
      response,
      answer: answer(new URL(url, 'http://fake.test').pathname, headers),
      fault,
      wan: options.wan,
    });
  }

  function answer(path: string, headers: IncomingMessage['headers']): Answer {
    const [, place = '', name = '', last = ''] = path.split('/').map(decodeURIComponent);
    if (place === 'packages') return fileAnswer(last);
    if (place !== 'simple') return NOT_FOUND;
    if (name === '') return pageAnswer(headers, jsonRoot(projects()), htmlRoot(projects()));
    const project = projectName(name);
    if (project !== name || !path.endsWith('/'))
      return { status: 301, headers: { location: `/simple/${project}/` } };
    const listed = [...artifacts.values()].filter((artifact) => projectOf(artifact) === project);
    if (listed.length === 0) return NOT_FOUND;
    const shape = pageShape(project);
    return pageAnswer(headers, jsonPage(listed, shape), htmlPage(listed, shape));
  }

  function pageShape(project: string): PageShape {
    const status = statuses.get(project);
    return {
      project,
      filesAt: options.separateFileHost ? `${fileOrigin}/packages` : '../../packages',
      sidecars: options.sidecars ?? true,
      uploadTime: options.uploadTime ?? true,
      ordinary: options.sidecars === false && options.etag === false,
      ...(status === undefined ? {} : { status }),
    };
  }

  function pageAnswer(headers: IncomingMessage['headers'], json: string, html: string): Answer {
    const asked = headers.accept?.includes('application/vnd.pypi.simple.v1+json') ? 'json' : 'html';
    const form = options.form === undefined || options.form === 'both' ? asked : options.form;
    const body = Buffer.from(form === 'json' ? json : html);
    const type =
      form === 'json' ? 'application/vnd.pypi.simple.v1+json' : 'text/html; charset=utf-8';
    const etag = (options.etag ?? true) ? { etag: `"${sha256Of(body).slice(0, 32)}"` } : {};
    if (etag.etag !== undefined && headers['if-none-match'] === etag.etag)
      return { status: 304, headers: etag };
    return {
      status: 200,
      headers: { 'content-type': type, 'cache-control': 'max-age=600, public', ...etag },
      body,
    };
  }

  function fileAnswer(last: string): Answer {
    if (last.endsWith('.provenance')) {
      const body = artifacts.get(last.slice(0, -'.provenance'.length))?.provenance;
      const headers = { 'content-type': 'application/vnd.pypi.integrity.v1+json' };
      return body === undefined ? NOT_FOUND : { status: 200, headers, body };
    }
    const sidecar = last.endsWith('.metadata');
    const filename = sidecar ? last.slice(0, -'.metadata'.length) : last;
    const body = sidecar ? artifacts.get(filename)?.metadata : served.get(filename);
    if (body === undefined || (sidecar && !(options.sidecars ?? true))) return NOT_FOUND;
    const headers = {
      'content-type': 'application/octet-stream',
      etag: `"${sha256Of(body).slice(0, 32)}"`,
    };
    return { status: 200, headers, body, ranges: options.ranges ?? true };
  }

  function projects(): readonly string[] {
    return [...new Set([...artifacts.values()].map(projectOf))].toSorted();
  }

  const index = createServer(listener('index'));
  const files = options.separateFileHost ? createServer(listener('files')) : index;
  const servers = [...new Set([index, files])];

  function listener(host: 'index' | 'files') {
    return (request: IncomingMessage, response: ServerResponse): void => {
      handle(host, request, response).catch((error: unknown) =>
        response.destroy(error instanceof Error ? error : undefined),
      );
    };
  }

  for (const server of servers) await listen(server, 0);
  const ports = servers.map(portOf);
  fileOrigin = originOf(files);
  add(...(options.artifacts ?? []));

  async function stop(): Promise<void> {
    for (const server of servers.filter(({ listening }) => listening)) {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    }
  }

  return {
    url: `${originOf(index)}/simple/`,
    origin: originOf(index),
    fileOrigin,
    requests,
    countOf: (pattern) =>
      requests.filter(({ method, url }) => pattern.test(`${method} ${url}`)).length,
    get peakRequests() {
      return peak;
    },
    forgetRequests() {
      requests.length = 0;
      peak = underWay;
    },
    add,
    change,
    yank: (filename, reason = '') => change(filename, { yanked: reason }),
    remove(filename) {
      artifacts.delete(filename);
      served.delete(filename);
    },
    replaceBytes(filename, bytes) {
      known(filename);
      served.set(filename, bytes);
    },
    setStatus: (project, status, reason) => {
      statuses.set(project, { status, ...(reason === undefined ? {} : { reason }) });
    },
    fault: (plan) => {
      faults.push({ plan, left: plan.times ?? Infinity });
    },
    clearFaults() {
      faults = [];
    },
    stop,
    async start() {
      for (const [place, server] of servers.entries()) await listen(server, ports[place] ?? 0);
    },
    [Symbol.asyncDispose]: stop,
  };
}

const NOT_FOUND: Answer = {
  status: 404,
  headers: { 'content-type': 'text/plain' },
  body: Buffer.from('404 Not Found'),
};

function projectName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

function projectOf(artifact: FakeArtifact): string {
  return artifact.project ?? projectName(artifact.filename.split('-')[0] ?? '');
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('the fake index does not listen');
  return address.port;
}

function originOf(server: Server): string {
  return `http://127.0.0.1:${portOf(server)}`;
}
