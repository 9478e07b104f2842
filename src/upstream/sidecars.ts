import { createHash } from 'node:crypto';

import { GatehouseError } from '../model/errors.ts';
import type { UpstreamArtifact } from '../model/record.ts';
import { readBody, requireIdentity } from './body.ts';
import { type Answer, type Ask, discard } from './exchange.ts';
import { printUrl } from './settings.ts';

export interface ArtifactSource {
  readonly ask: Ask;
  readonly headersMs: number;
}

const LIMIT_BYTES = 4 * 1024 * 1024;

/** Asks once for `<url>.metadata` (PEP 658), checked against the record's digest; undefined if it is not there. */
export async function askSidecar(
  source: ArtifactSource,
  artifact: UpstreamArtifact,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const answer = await source.ask({
    url: sidecarUrl(artifact),
    standing: 'listed',
    lane: 'facts',
    headers: { 'accept-encoding': 'identity' },
    accept: [200, 404, 410],
    headersMs: source.headersMs,
    signal,
  });
  if (answer.status === 200) return readSidecar(answer, artifact);
  discard(answer);
  return undefined;
}

async function readSidecar(answer: Answer, artifact: UpstreamArtifact): Promise<Uint8Array> {
  try {
    requireIdentity(answer);
    const bytes = await readBody(answer, { limitBytes: LIMIT_BYTES });
    const expected = artifact.sidecar?.sha256;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (expected === undefined || expected === sha256) return bytes;
    throw new GatehouseError(
      'upstream-mismatch',
      `${printUrl(answer.url)}: expected SHA-256 ${expected}, got ${sha256}`,
    );
  } finally {
    answer.body.destroy();
  }
}

// The query of a signed URL stays behind the path, as in uv.
function sidecarUrl(artifact: UpstreamArtifact): string {
  const url = new URL(artifact.url);
  url.pathname += '.metadata';
  return url.href;
}
