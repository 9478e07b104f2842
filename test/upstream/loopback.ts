import { createServer, type IncomingMessage, type RequestListener } from 'node:http';

import { isArtifactFilename } from '../../src/ecosystems/pypi/filenames.ts';
import { findProjectName } from '../../src/ecosystems/pypi/names.ts';
import type { UpstreamArtifact } from '../../src/model/record.ts';
import type { ProjectName } from '../../src/model/subject.ts';
import { openUpstream, type Upstream, type UpstreamOptions } from '../../src/upstream/upstream.ts';

export interface Loopback extends AsyncDisposable {
  readonly origin: string;
  readonly requests: readonly IncomingMessage[];
}

/** A server on a free loopback port that keeps the requests it got. */
export async function listen(handle: RequestListener): Promise<Loopback> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An upstream with its index at `<origin>/simple/`, that waits for nothing between tries. */
export async function upstreamAt(origin: string, options: UpstreamOptions = {}): Promise<Upstream> {
  const timing = { sleep: async () => {}, random: () => 0 };
  return openUpstream({ indexUrl: `${origin}/simple/` }, { timing, ...options });
}

export function project(name: string): ProjectName {
  const found = findProjectName(name);
  if (found === undefined) throw new TypeError(name);
  return found;
}

export function artifact(
  url: string,
  facts: Partial<Omit<UpstreamArtifact, 'url' | 'filename'>> = {},
): UpstreamArtifact {
  const filename = 'demo-1.0-py3-none-any.whl';
  if (!isArtifactFilename(filename)) throw new TypeError(filename);
  return { filename, url, ...facts };
}

/** A simple page in JSON with one artifact. */
export function jsonPage(name: string, url = `${name}-1.0-py3-none-any.whl`): string {
  return JSON.stringify({
    meta: { 'api-version': '1.1' },
    name,
    files: [{ filename: `${name}-1.0-py3-none-any.whl`, url, hashes: { sha256: 'a'.repeat(64) } }],
  });
}

export const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
