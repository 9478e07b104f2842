import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { findPipSettings } from '../src/upstream/pip-settings.ts';
import { deliver, type Wan } from '../test/fakes/delivery.ts';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';

/** An upstream on loopback that asks the index of this host once and then answers from what it kept. */
export interface Recorder extends AsyncDisposable {
  readonly indexUrl: string;
  /** Requests answered since the start or the last `forget`, and what was asked of the real index for them. */
  counts(): { readonly requests: number; readonly bytes: number; readonly fetched: number };
  forget(): void;
  /** From now on answers come as over this network; absent: as fast as they can. */
  setWan(wan: Wan | undefined): void;
}

interface Listed {
  readonly url: string;
  readonly sizeBytes: number | undefined;
}

interface Kept {
  readonly status: number;
  readonly body: Buffer;
  readonly contentRange?: string;
}

/** Starts it; what it keeps is in a folder outside the repository (`BENCH_CACHE`), for the next run too. */
export async function startRecorder(): Promise<Recorder> {
  const { indexUrl } = await findPipSettings();
  const folder = process.env['BENCH_CACHE'] ?? join(tmpdir(), 'gatehouse-bench-cache');
  await mkdir(folder, { recursive: true });
  const listed = new Map<string, Listed>();
  const pages = new Map<string, Promise<Page>>();
  const fetches = new Map<string, Promise<Kept>>();
  let wan: Wan | undefined;
  let requests = 0;
  let bytes = 0;
  let fetched = 0;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests += 1;
    const [, place = '', name = ''] = (request.url ?? '').split('/');
    if (place === 'simple') return sendPage(name, request, response);
    const artifact = listed.get(name);
    if (artifact === undefined) return send(request, response, NOT_FOUND);
    if (request.method === 'HEAD') {
      const length = `${artifact.sizeBytes ?? ''}`;
      response.writeHead(200, { 'content-length': length, 'accept-ranges': 'bytes' }).end();
      return undefined;
    }
    return send(request, response, await findFile(name, artifact, request.headers.range));
  }

  async function send(
    request: IncomingMessage,
    response: ServerResponse,
    kept: Kept & { readonly headers?: Readonly<Record<string, string>> },
  ): Promise<void> {
    const before = request.socket.bytesWritten;
    const { status, body, contentRange } = kept;
    const headers = {
      'content-type': 'application/octet-stream',
      ...kept.headers,
      ...(contentRange === undefined ? {} : { 'content-range': contentRange }),
    };
    const answer = { status, headers, body, ranges: status === 200 };
    await deliver({ request, response, answer, fault: undefined, wan });
    bytes += request.socket.bytesWritten - before;
  }

  async function sendPage(
    project: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const known = pages.get(project) ?? makePage(project);
    pages.set(project, known);
    const page = await known;
    const zipped = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    const encoding = zipped ? { 'content-encoding': 'gzip' } : {};
    const headers = { 'content-type': JSON_TYPE, ...encoding };
    await send(request, response, {
      status: page.status,
      body: zipped ? page.gzip : page.json,
      headers,
    });
  }

  /** The page as the index gave it, with files at this recorder. */
  async function makePage(project: string): Promise<Page> {
    const source = new URL(`${project}/`, indexUrl);
    const kept = await keep(`page-${project}`, source, { accept: JSON_TYPE });
    if (kept.status !== 200)
      return { status: kept.status, json: kept.body, gzip: gzipSync(kept.body) };
    const page: { readonly files: readonly { url: string; filename: string; size?: number }[] } =
      JSON.parse(kept.body.toString());
    for (const file of page.files) {
      const url = new URL(file.url, source).href;
      const id = createHash('sha256').update(url).digest('hex').slice(0, 24);
      listed.set(id, { url, sizeBytes: file.size });
      file.url = `/packages/${id}/${file.filename}`;
    }
    const json = Buffer.from(JSON.stringify(page));
    return { status: 200, json, gzip: gzipSync(json) };
  }

  /** A part of a file is asked for as a part, unless the whole is there. */
  async function findFile(id: string, { url }: Listed, range: string | undefined): Promise<Kept> {
    const whole = await readKept(id);
    if (whole !== undefined || range === undefined) return whole ?? keep(id, new URL(url), {});
    const part = createHash('sha256').update(range).digest('hex').slice(0, 12);
    return keep(`${id}-${part}`, new URL(url), { range });
  }

  function keep(id: string, url: URL, headers: Readonly<Record<string, string>>): Promise<Kept> {
    const known = fetches.get(id);
    if (known !== undefined) return known;
    const fetching = fetchOnce(id, url, headers).finally(() => fetches.delete(id));
    fetches.set(id, fetching);
    return fetching;
  }

  async function fetchOnce(
    id: string,
    url: URL,
    headers: Readonly<Record<string, string>>,
  ): Promise<Kept> {
    const before = await readKept(id);
    if (before !== undefined) return before;
    fetched += 1;
    const answer = await fetch(url, { headers: { 'accept-encoding': 'identity', ...headers } });
    const body = Buffer.from(await answer.arrayBuffer());
    if (answer.status !== 404 && !answer.ok) throw new Error(`upstream answered ${answer.status}`);
    const contentRange = answer.headers.get('content-range') ?? undefined;
    const facts = {
      status: answer.status,
      ...(contentRange === undefined ? {} : { contentRange }),
    };
    const draft = join(folder, `${id}.${process.pid}`);
    await writeFile(draft, Buffer.concat([Buffer.from(`${JSON.stringify(facts)}\n`), body]));
    await rename(draft, join(folder, id));
    return { ...facts, body };
  }

  async function readKept(id: string): Promise<Kept | undefined> {
    const content = await readFile(join(folder, id)).catch(() => undefined);
    if (content === undefined) return undefined;
    const end = content.indexOf(0x0a);
    return { ...JSON.parse(content.subarray(0, end).toString()), body: content.subarray(end + 1) };
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      process.stderr.write(`recorder: ${request.url}: ${String(error)}\n`);
      response.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('the recorder does not listen');

  return {
    indexUrl: `http://127.0.0.1:${address.port}/simple/`,
    counts: () => ({ requests, bytes, fetched }),
    forget() {
      requests = 0;
      bytes = 0;
      fetched = 0;
    },
    setWan: (next) => {
      wan = next;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

interface Page {
  readonly status: number;
  readonly json: Buffer;
  readonly gzip: Buffer;
}

const NOT_FOUND: Kept = { status: 404, body: Buffer.from('not found') };
