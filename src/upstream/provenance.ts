import type { UpstreamArtifact } from '../model/record.ts';
import { readBody, requireIdentity } from './body.ts';
import { discard } from './exchange.ts';
import type { ArtifactSource } from './sidecars.ts';

const LIMIT_BYTES = 1024 * 1024;

/** Asks once for the provenance object (PEP 740) that the page names; undefined if there is none. */
export async function askProvenance(
  source: ArtifactSource,
  { provenance }: UpstreamArtifact,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  if (provenance === undefined) return undefined;
  const answer = await source.ask({
    url: provenance,
    standing: 'listed',
    lane: 'facts',
    headers: {
      accept: 'application/vnd.pypi.integrity.v1+json, application/json',
      'accept-encoding': 'identity',
    },
    accept: [200, 404, 410],
    headersMs: source.headersMs,
    signal,
  });
  if (answer.status !== 200) {
    discard(answer);
    return undefined;
  }
  try {
    requireIdentity(answer);
    return await readBody(answer, { limitBytes: LIMIT_BYTES });
  } finally {
    answer.body.destroy();
  }
}
